/** One computer: a disk and a container engine that outlive its processes, and a whole node on them. */
import type { SimClock } from '../../node-core/base/clock/index.ts'
import { createSimDisk } from '../../node-core/base/disk/index.ts'
import { createMemoryLogger, type LogLine } from '../../node-core/base/log/index.ts'
import type { NodeId, SimNetwork } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import { createPrimary, foundPrimary, type Primary } from '../../node-core/control/primary/index.ts'
import {
  createMemoryStore,
  createSharedState,
  type MemoryStore,
} from '../../node-core/control/state/index.ts'
import {
  type FoundedNetwork,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  ownerIdOf,
  type Permission,
  type Verify,
} from '../../node-core/identity/index.ts'
import { type Cordons, createCordons } from '../../node-core/network/cordons/index.ts'
import { createMembership, type Membership } from '../../node-core/network/membership/index.ts'
import type { createAssigner } from '../../node-core/work/assigning/index.ts'
import type { createDesired, Desired } from '../../node-core/work/desired/index.ts'
import { createLoads } from '../../node-core/work/load/index.ts'
import type {
  createReadiness,
  createReconciler,
  createWorkView,
} from '../../node-core/work/reconcile/index.ts'
import {
  createSimEngine,
  type Runner,
  type SimEngine,
  type StartRequest,
} from '../../node-core/work/runners/index.ts'
import { createNodeClock, type NodeClock } from '../node-clock.ts'
import { createLifeDisk } from '../primary/life-disk.ts'
import type { Held } from './copies.ts'
import { credentialOf, toySigner, verifierFor, verifyToy } from './credentials.ts'

/** Of these a planted fault runs copies. */
export interface WorkParts {
  createAssigner: typeof createAssigner
  createDesired: typeof createDesired
  createReadiness: typeof createReadiness
  createReconciler: typeof createReconciler
  createWorkView: typeof createWorkView
}

export interface Computer {
  readonly name: string
  readonly id: NodeId
  readonly owner: ReturnType<typeof ownerIdOf>
  readonly engine: SimEngine
  /** Undefined while it is down. */
  life: Life | undefined
  /** How long the disk takes to sync, at most. Milliseconds. */
  syncMsMax: number
  onStart(computer: Computer, request: StartRequest): void
  onEnd(computer: Computer, held: Held): void
  /** It votes from the genesis on. */
  found(): Promise<void>
  start(): void
  /** `kill -9`, after which what it ran runs on; or loss of power, after which nothing does. */
  die(how: 'kill' | 'powerLoss'): void
  pause(ms: number): void
}

export interface Life {
  readonly clock: NodeClock
  readonly primary: Primary
  readonly membership: Membership
  readonly cordons: Cordons
  readonly desired: Desired
  readonly log: LogLine[]
}

export interface ComputerDeps extends Pick<Computer, 'onStart' | 'onEnd'> {
  network: FoundedNetwork
  owner: KeyPair
  key: KeyPair
  clock: SimClock
  links: SimNetwork
  random: Random
  consensus: 'raft' | 'simplex'
  ids: readonly NodeId[]
  parts: WorkParts
  verify: Verify
  /** By how fast its clock runs. */
  rate: number
  onLife(computer: Computer, life: Life): void
}

const EVERYTHING: ReadonlySet<Permission> = new Set(['admin', 'invite', 'deploy', 'use'])
/** How long a write of the shared state takes to be on disk. Milliseconds. */
const WRITE_MS = 2

export function createComputer(name: string, deps: ComputerDeps): Computer {
  const { network, key, links, random } = deps
  const id = nodeIdOf(key.publicKey)
  const owner = ownerIdOf(deps.owner.publicKey)
  const disk = createSimDisk({ random: createSeededRandom(random.int(2 ** 31)) })
  const bornMs = deps.clock.wallMs()
  let store: MemoryStore | undefined
  let power = 0
  /** What an engine had begun when the power went comes to no end. */
  const engineClock: SimClock = {
    ...deps.clock,
    timer(ms, fn) {
      const before = power
      return deps.clock.timer(ms, () => power === before && fn())
    },
  }

  function primaryOn(
    life: Pick<Life, 'clock' | 'log'>,
    state: Parameters<typeof createPrimary>[0]['state'],
  ): Primary {
    const { clock, log } = life
    const lifeDisk = createLifeDisk(disk, {
      clock,
      takesMs: () => random.int(computer.syncMsMax + 1),
      compacted: () => {},
    })
    return createPrimary(
      {
        ...{ network, state, clock, signer: key, disk: lifeDisk },
        ...{ net: links.node(id), logger: createMemoryLogger(log) },
        random: createSeededRandom(random.int(2 ** 31)),
        certificate: () =>
          issueNodeCertificate(deps.owner, network.id, { node: key.publicKey, nowMs: bornMs }),
        role: () => 'rhizomorph',
        permissionsOf: (node) => (deps.ids.includes(node) ? EVERYTHING : undefined),
        isHub: () => true,
        mandate: () => undefined,
        claim: async () => 'none',
        owners: () => [],
        // Who votes is chosen by hand (`forming.ts`).
        nodes: () => [],
      },
      { verify: deps.verify },
    )
  }

  function live(): { life: Life; runner: Runner; parts: { start(): Promise<void> }[] } {
    const { consensus, parts } = deps
    const clock = createNodeClock(deps.clock, deps.rate)
    const log: LogLine[] = []
    const logger = createMemoryLogger(log)
    const net = links.node(id)
    const common = { clock, logger, random: createSeededRandom(random.int(2 ** 31)) }
    store = store ? store.onClock(clock) : createMemoryStore(clock, { writeMs: WRITE_MS })
    const state = createSharedState({
      ...{ ...common, net, store, network: network.id, founders: new Set([owner]) },
      ...{ signer: toySigner(id), credential: credentialOf(id) },
      ...{ verify: verifyToy, verifyCredential: verifierFor(deps.owner.publicKey) },
    })
    const primary: Primary = primaryOn({ clock, log }, state)
    const permissions = (): ReadonlySet<Permission> => EVERYTHING
    const cordons = createCordons({
      ...{ state, primary: () => primary, owner, permissions, clock, logger },
    })
    const membership = createMembership(
      { ...common, state, net, cordons },
      { profile: profileOf(name) },
    )
    const desired = parts.createDesired({
      ...{ primary, state, membership, clock, logger, owner, permissions },
      disk: createLifeDisk(disk, { clock, takesMs: () => 0, compacted: () => {} }),
    })
    const view = parts.createWorkView({ desired, state, membership, logger, isAdmin: () => true })
    const alive = (): boolean => computer.life === life
    const runner = computer.engine.runner({ node: id })
    const reconciler = parts.createReconciler({
      ...{ ...common, view, state, membership, net, primary },
      runners: { container: mortal(watched(runner), alive) },
      probe: async () => true,
    })
    const assigner = parts.createAssigner({
      ...{ self: id, consensus, view, primary, past: desired.past, clock, logger },
      loads: createLoads({
        state,
        counts: (node) => ['alive', 'suspect'].includes(membership.get(node)?.liveness ?? ''),
      }),
      readiness: parts.createReadiness({ state, membership, net, clock }),
    })
    const life: Life = { clock, primary, membership, cordons, desired, log }
    const order = [state, cordons, membership, primary, desired, runner, reconciler, assigner]
    return { life, runner, parts: order }
  }

  function watched(runner: Runner): Runner {
    return {
      ...runner,
      async end(instance, options) {
        const held = computer.engine.held.get(instance)
        if (held?.running.state === 'running') deps.onEnd(computer, held)
        await runner.end(instance, options)
      },
    }
  }

  let runnerNow: Runner | undefined
  const computer: Computer = {
    ...{ name, id, owner, life: undefined, syncMsMax: 3 },
    ...{ onStart: deps.onStart, onEnd: deps.onEnd },
    engine: createSimEngine({
      clock: engineClock,
      program(request) {
        deps.onStart(computer, request)
        return {}
      },
    }),
    found: () => foundPrimary(disk),
    start() {
      if (computer.life) return
      const { life, runner, parts } = live()
      computer.life = life
      runnerNow = runner
      deps.onLife(computer, life)
      void startAll(parts)
    },
    die(how) {
      const { life } = computer
      if (!life) return
      links.crash(id, { silent: how === 'powerLoss' })
      life.clock.kill()
      store?.crash()
      computer.life = undefined
      // The engine tells it of nothing any more.
      void runnerNow?.stop()
      if (how !== 'powerLoss') return
      power++
      disk.crash()
      for (const one of [...computer.engine.held.keys()]) computer.engine.exit(one, EXIT_KILLED)
    },
    pause(ms) {
      links.pause(id, ms)
      computer.life?.clock.pause(ms)
    },
  }
  return computer
}

const EXIT_KILLED = 137

async function startAll(parts: readonly { start(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.start()
}

/** What a killed process had begun never comes to its end. */
function mortal(runner: Runner, alive: () => boolean): Runner {
  return new Proxy(runner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (!alive()) return new Promise(() => {})
        const result: unknown = Reflect.apply(value, target, args)
        if (!(result instanceof Promise)) return result
        return result.then(
          (answer) => (alive() ? answer : new Promise(() => {})),
          (error) => (alive() ? Promise.reject(error) : new Promise(() => {})),
        )
      }
    },
  })
}

function profileOf(name: string) {
  return {
    ...{ name, role: 'rhizomorph' as const, version: '0.1.0', addresses: [], labels: {} },
    kinds: ['container'],
    capacity: { cpuMillis: 8_000, memoryBytes: 2 ** 33, diskBytes: 2 ** 36 },
  }
}
