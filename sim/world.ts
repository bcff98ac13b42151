/**
 * A whole network in one process: the node's own shared state, membership and reconciler, on a
 * simulated clock, mesh, disk and container engine. What a kill leaves behind (disk and engine) stays
 * for the node's next life.
 */
import { createSimClock, type SimClock } from '../node-core/base/clock/index.ts'
import { isCode } from '../node-core/base/errors/index.ts'
import { createMemoryLogger, type LogLine } from '../node-core/base/log/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../node-core/base/random/index.ts'
import {
  createMemoryStore,
  createSharedState,
  type MemoryStore,
  type ReplicatedState,
} from '../node-core/control/state/index.ts'
import { FOUNDER, nodeNamed, toyDeps } from '../node-core/control/state/state.fixture.ts'
import { cordonsOfState } from '../node-core/network/cordons/testing/no-primary.ts'
import { createMembership, type Membership } from '../node-core/network/membership/index.ts'
import { desiredOfState, NO_PRIMARY } from '../node-core/work/desired/testing/no-primary.ts'
import {
  createReconciler,
  createWorkView,
  type Reconciler,
} from '../node-core/work/reconcile/index.ts'
import { createSimEngine, type SimEngine } from '../node-core/work/runners/index.ts'
import { createNodeClock, type NodeClock } from './node-clock.ts'

export interface World {
  readonly clock: SimClock
  readonly network: SimNetwork
  readonly random: Random
  readonly nodes: readonly WorldNode[]
  /** Moves simulated time, giving everything that waits its turn after each step. */
  advance(ms: number): Promise<void>
}

/** One machine with its node, through all its lives. */
export interface WorldNode {
  readonly name: string
  readonly id: NodeId
  readonly engine: SimEngine
  /** Undefined while it is down. */
  life: Life | undefined
  start(): void
  /** kill -9 or, `silent`, loss of power: what was not on disk is lost. */
  kill(options: { silent: boolean }): void
  pause(ms: number): void
  /** While it is, nothing can be written, and a node that has to write to start does not. */
  fillDisk(full: boolean): void
}

export interface Life {
  clock: NodeClock
  state: ReplicatedState
  membership: Membership
  reconciler: Reconciler
  log: LogLine[]
  /** Rejects if the node could not start. */
  started: Promise<void>
}

export interface WorldOptions {
  seed: number
  nodes: number
  /** Called once per life, before it starts, to watch it. */
  onLife?: (node: WorldNode, life: Life) => void
}

/** So small that catching up takes several deltas, each cut somewhere. Bytes. */
const DELTA_BYTES_MAX = 1_500
/** How long a write takes to be on disk. Milliseconds. */
const WRITE_MS = 2

export function createWorld(options: WorldOptions): World {
  const clock = createSimClock()
  const random = createSeededRandom(options.seed)
  const network = createSimNetwork({ clock, random })
  const nodes = Array.from({ length: options.nodes }, (_, n) =>
    createWorldNode(`n${n}`, { clock, network, random, onLife: options.onLife }),
  )
  return {
    clock,
    network,
    random,
    nodes,
    async advance(ms) {
      const untilMs = clock.monotonicMs() + ms
      clock.timer(ms, () => {})
      await turn()
      while (clock.monotonicMs() < untilMs && clock.runNext()) await turn()
    },
  }
}

/** Everything that can go on without time passing. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Surroundings {
  clock: SimClock
  network: SimNetwork
  random: Random
  onLife: WorldOptions['onLife']
}

function createWorldNode(name: string, around: Surroundings): WorldNode {
  const id = nodeNamed(name)
  const engine = createSimEngine({ clock: around.clock })
  let store: MemoryStore | undefined
  const node: WorldNode = {
    name,
    id,
    engine,
    life: undefined,
    start() {
      const clock = createNodeClock(around.clock)
      store = store ? store.onClock(clock) : createMemoryStore(clock, { writeMs: WRITE_MS })
      node.life = createLife(node, store, clock, around)
      around.onLife?.(node, node.life)
      const { life } = node
      // As the process would: it says why and ends.
      life.started.catch((error: unknown) => {
        if (isCode(error, 'DISK_FULL') && node.life === life) node.kill({ silent: false })
      })
    },
    kill({ silent }) {
      around.network.crash(id, { silent })
      node.life?.clock.kill()
      store?.crash()
      node.life = undefined
    },
    pause(ms) {
      around.network.pause(id, ms)
      node.life?.clock.pause(ms)
    },
    fillDisk(full) {
      if (store) store.full = full
    },
  }
  return node
}

function createLife(
  node: WorldNode,
  store: MemoryStore,
  clock: NodeClock,
  { network, random }: Surroundings,
): Life {
  const log: LogLine[] = []
  const logger = createMemoryLogger(log)
  const net = network.node(node.id)
  const deps = { ...toyDeps(node.name, FOUNDER, { net, store, clock, random }), logger }
  const state = createSharedState(deps, { deltaBytesMax: DELTA_BYTES_MAX })
  const cordons = cordonsOfState({ state, clock, logger })
  const membership = createMembership(
    { state, net, clock, random, logger, cordons },
    { profile: profileOf(node.name) },
  )
  // A network without a Primary: what is wanted is the shared state's.
  const desired = desiredOfState({ state, clock, logger })
  const view = createWorkView({ desired, state, membership, logger, isAdmin: () => false })
  const runner = node.engine.runner({ node: node.id })
  const reconciler = createReconciler({
    ...{ view, state, membership, net, clock, random, logger },
    primary: NO_PRIMARY,
    runners: { container: runner },
    probe: async () => true,
  })
  const start = async (): Promise<void> => {
    await state.start()
    await cordons.start()
    await membership.start()
    await desired.start()
    await runner.start()
    await reconciler.start()
  }
  return { clock, state, membership, reconciler, log, started: start() }
}

function profileOf(name: string) {
  return {
    name,
    role: 'rhizomorph' as const,
    version: '0.1.0',
    addresses: [],
    labels: {},
    kinds: ['container'],
    capacity: { cpuMillis: 8_000, memoryBytes: 2 ** 33, diskBytes: 2 ** 36 },
  }
}
