/** Many nodes in one process on one clock: real reconcilers, simulated engines and neighbours. */
import { createSimClock, type SimClock } from '../../../base/clock/index.ts'
import { createSimDisk } from '../../../base/disk/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createMemoryLogger, type LogLine } from '../../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import type { ConsensusEngine } from '../../../identity/index.ts'
import type { Member } from '../../../network/membership/index.ts'
import { type Assigner, createAssigner } from '../../assigning/index.ts'
import { createDesired, type Desired, type DesiredDeps } from '../../desired/index.ts'
import { createTestCommittee, type TestCommittee } from '../../desired/testing/committee.ts'
import { NO_PRIMARY } from '../../desired/testing/no-primary.ts'
import { createLoads } from '../../load/index.ts'
import {
  createSimEngine,
  type InstanceAccesses,
  type Lack,
  type Runner,
  type SimEngine,
} from '../../runners/index.ts'
import { parseWorkload } from '../../spec/index.ts'
import {
  createReadiness,
  createReconciler,
  createWorkView,
  type Reconciler,
  type ReconcilerOptions,
  type WorkView,
} from '../index.ts'
import { createSharedMap, type Memory, type SharedMap } from './shared-map.ts'
import { createWatch } from './watch.ts'

const STEP_MS = 5

export interface House {
  readonly clock: SimClock
  readonly nodes: readonly HouseNode[]
  /** Lets time pass, and every promise with it after each step. */
  pass(ms: number, stepMs?: number): Promise<void>
  /** Lets time pass until `condition` holds; throws after `withinMs`. Returns how long it took. */
  until(what: string, condition: () => boolean, withinMs: number): Promise<number>
  /** Nothing passes between the two groups until `mend`. */
  split(groupA: readonly HouseNode[]): void
  mend(): void
  deploy(by: HouseNode, body: Record<string, unknown>): Promise<void>
  end(by: HouseNode, workload: string): Promise<void>
  /** Undefined in a house without a Primary. */
  readonly committee: TestCommittee | undefined
  /** Programs running now for each slot of a workload, over all engines, whatever records say. */
  running(workload: string): { slot: number; node: HouseNode; id: string; generation: number }[]
  /** Each slot runs exactly once, and is healthy in everybody's eyes. */
  serves(workload: string, replicas: number): boolean
  /** On how many nodes it runs. */
  nodesOf(workload: string): number
  /** How often an engine has started anything. */
  startCount(): number
  stopAll(): Promise<void>
}

export interface HouseNode {
  readonly id: NodeId
  readonly engine: SimEngine
  readonly map: SharedMap
  readonly desired: Desired
  readonly view: WorkView
  readonly reconciler: Reconciler
  readonly assigner: Assigner
  readonly log: LogLine[]
  /** Ids of everything that its engine has started, in order. */
  readonly started: readonly string[]
  /** Doors of this node's instances: those of a killed process are shut with it. */
  readonly doors: DoorBook
  /** What the health check answers for an instance here. */
  healthy: (hostPort: number) => boolean
  /** What its runner cannot keep work to. */
  lacks: readonly Lack[]
  up: boolean
  facts: Pick<Member, 'cordoned' | 'draining' | 'asleep'> & { left: boolean; kinds: string[] }
  start(): Promise<void>
  /** As kill -9: nothing is said and nothing is written; the engine goes on. */
  kill(): void
  stop(): Promise<void>
  /** Its home is lost. */
  forget(): void
}

export interface HouseOptions {
  nodes: number
  seed?: number
  reconciler?: ReconcilerOptions
  /** How many vote in the committee; none: the house has no Primary. Default 0. */
  voters?: number
  /** Default: raft. */
  consensus?: ConsensusEngine
}

export function createHouse(options: HouseOptions = { nodes: 3 }): House {
  const clock = createSimClock({ wallStartMs: Date.parse('2026-11-25T12:00:00.000Z') })
  const nodes: HouseNode[] = []
  let island: ReadonlySet<NodeId> | undefined

  const reach = (from: NodeId): NodeId[] => {
    const self = nodes.find(({ id }) => id === from)
    if (!self?.up) return []
    return nodes
      .filter(
        ({ id, up }) =>
          up && id !== from && (island?.has(id) ?? true) === (island?.has(from) ?? true),
      )
      .map(({ id }) => id)
  }
  const committee = options.voters
    ? createTestCommittee({
        ...{ nodes: options.nodes, voters: options.voters, clock, reach },
        consensus: options.consensus,
        isUp: (id) => nodes.some((node) => node.id === id && node.up),
      })
    : undefined
  for (let number = 1; number <= options.nodes; number++) {
    const id = committee?.ids[number - 1] ?? parseNodeId(number.toString(16).padStart(64, '0'))
    if (!id) throw new Error('Not a node id.')
    nodes.push(createHouseNode(number, id, { ...options, committee, clock, nodes, reach }))
  }

  const house: House = {
    clock,
    nodes,
    committee,
    async pass(ms, stepMs = STEP_MS) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs)
        await new Promise(setImmediate)
      }
    },
    async until(what, condition, withinMs) {
      const startedMs = clock.monotonicMs()
      while (!condition()) {
        const passedMs = clock.monotonicMs() - startedMs
        if (passedMs > withinMs) throw new Error(`Not within ${withinMs} ms: ${what}`)
        await house.pass(STEP_MS)
      }
      return clock.monotonicMs() - startedMs
    },
    split(group) {
      island = new Set(group.map(({ id }) => id))
    },
    mend() {
      island = undefined
    },
    async deploy(by, body) {
      const workload = parseWorkload(body)
      const { desired } = by
      await during(house, desired.apply(workload, desired.get(workload.name)))
    },
    end: (by, workload) => during(house, by.desired.delete(workload)),
    running: (workload) =>
      nodes.flatMap((node) =>
        [...node.engine.held.values()]
          .filter(({ running }) => running.workload === workload && running.state === 'running')
          .map(({ running }) => ({
            slot: running.index,
            node,
            id: running.id,
            generation: running.generation,
          })),
      ),
    serves(workload, replicas) {
      const running = house.running(workload)
      const seenBy = (node: HouseNode): boolean => {
        const told = node.view.instances().filter((one) => one.workload === workload)
        const healthy = new Set(told.filter((one) => one.health === 'healthy').map(({ id }) => id))
        return running.every(({ id }) => healthy.has(id))
      }
      const slots = new Set(running.map(({ slot }) => slot))
      return (
        running.length === replicas &&
        slots.size === replicas &&
        nodes.filter(({ up }) => up).every(seenBy)
      )
    },
    nodesOf: (workload) => new Set(house.running(workload).map(({ node }) => node)).size,
    startCount: () => nodes.reduce((sum, { engine }) => sum + engine.startCount, 0),
    async stopAll() {
      for (const node of nodes) if (node.up) await during(house, node.stop())
    },
  }
  return house
}

/** A house whose nodes have started and know each other. */
export async function openHouse(
  nodes: number,
  voters = 0,
  consensus: ConsensusEngine = 'raft',
): Promise<House> {
  const house = createHouse({ nodes, voters, consensus })
  for (const node of house.nodes) await during(house, node.start())
  await house.pass(4_000)
  return house
}

/** Lets time pass until the promise has settled. */
export async function during<T>(house: Pick<House, 'pass'>, promise: Promise<T>): Promise<T> {
  let settled = false
  const watched = promise.finally(() => {
    settled = true
  })
  watched.catch(() => {})
  while (!settled) await house.pass(STEP_MS)
  return watched
}

interface Surroundings {
  committee: TestCommittee | undefined
  clock: SimClock
  nodes: readonly HouseNode[]
  reach(from: NodeId): NodeId[]
  seed?: number
  reconciler?: ReconcilerOptions
  consensus?: ConsensusEngine
}

function createHouseNode(number: number, id: NodeId, around: Surroundings): HouseNode {
  const { clock, reach } = around
  const memory: Memory = { records: new Map(), incarnation: 0 }
  const random = createSeededRandom((around.seed ?? 1) * 1_000 + number)
  const disk = createSimDisk()
  const started: string[] = []
  let life = 0

  const node: HouseNode = {
    id,
    started,
    engine: createSimEngine({
      clock,
      program: (request) => {
        started.push(request.id)
        return {}
      },
    }),
    log: [],
    doors: { open: new Set(), said: [] },
    healthy: () => true,
    lacks: [],
    up: false,
    facts: { cordoned: false, draining: false, left: false, kinds: [] },
    ...unborn(),
    async start() {
      node.up = true
      const current = ++life
      const lives = (): boolean => node.up && life === current
      const map = createSharedMap(id, memory, {
        clock: { ...clock, timer: (ms, fn) => clock.timer(ms, () => lives() && fn()) },
        reach,
        mapOf: (other) => around.nodes.find((one) => one.id === other && one.up)?.map,
      })
      const membership = createWatch(node, around, lives)
      const logger = createMemoryLogger(node.log)
      const mortalClock: SimClock = {
        ...clock,
        // A killed process runs no timer of its own any more.
        timer: (ms, fn) => clock.timer(ms, () => lives() && fn()),
      }
      const primary = mortal(around.committee?.primaryOf(id, lives) ?? NO_PRIMARY, lives)
      const desired = createDesired({
        ...{ primary, state: mortal(map, lives), membership, clock: mortalClock, logger },
        owner: around.committee?.owner ?? ('f'.repeat(64) as DesiredDeps['owner']),
        permissions: () => new Set(['admin']),
        disk,
      })
      const view = createWorkView({ desired, state: map, membership, logger, isAdmin: () => false })
      const net = { peers: () => reach(id) }
      const assigner = createAssigner({
        ...{
          self: id,
          consensus: around.consensus ?? 'raft',
          view,
          primary,
          clock: mortalClock,
          logger,
        },
        loads: createLoads({
          state: map,
          counts: (other) => membership.get(other)?.liveness !== 'dead',
        }),
        past: desired.past,
        readiness: createReadiness({ state: map, membership, net, clock }),
      })
      const runner = lacking(node.engine.runner({ node: id }), () => node.lacks)
      const reconciler = createReconciler(
        {
          view,
          state: mortal(map, lives),
          membership,
          net,
          primary,
          runners: { container: mortal(runner, lives) },
          access: mortal(accessesIn(node.doors), lives),
          clock: mortalClock,
          random,
          logger,
          probe: async (_, { port }) => node.healthy(port),
        },
        around.reconciler,
      )
      Object.assign(node, { map, desired, view, reconciler, assigner })
      await map.start()
      await desired.start()
      await runner.start()
      await reconciler.start()
      await assigner.start()
    },
    kill() {
      node.up = false
      node.doors.open.clear()
    },
    async stop() {
      await node.assigner.stop()
      await node.reconciler.stop()
      await node.desired.stop()
      node.up = false
    },
    forget: () => memory.records.clear(),
  }
  return node
}

function lacking(runner: Runner, lacks: () => readonly Lack[]): Runner {
  return {
    ...runner,
    async available() {
      const found = await runner.available()
      return found.ok ? { ...found, lacks: lacks() } : found
    },
  }
}

export interface DoorBook {
  readonly open: Set<string>
  /** What was asked for, in order. */
  readonly said: string[]
  /** While it is set, a secret is missing for whatever is to start. */
  secretMissing?: boolean
}

function accessesIn(book: DoorBook): InstanceAccesses {
  const { open, said } = book
  return {
    async open({ id, workload, index }) {
      said.push(`open ${workload}/${index}`)
      if (book.secretMissing) throw new MyceliumError('SECRET_MISSING', 'A secret is missing.')
      open.add(id)
      return { folder: `/doors/${id}`, token: `token of ${id}`, secrets: {} }
    },
    async close(id) {
      said.push('close')
      open.delete(id)
    },
    async keepOnly(ids) {
      said.push(`keep ${ids.length}`)
    },
  }
}

/** What a killed process had begun never comes to its end. */
function mortal<T extends object>(part: T, lives: () => boolean): T {
  return new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (!lives()) return new Promise(() => {})
        const result: unknown = Reflect.apply(value, target, args)
        if (!(result instanceof Promise)) return result
        return result.then(
          (answer) => (lives() ? answer : new Promise(() => {})),
          (error) => (lives() ? Promise.reject(error) : new Promise(() => {})),
        )
      }
    },
  })
}

/** Before its first start a node has none of these. */
function unborn(): Pick<HouseNode, 'map' | 'desired' | 'view' | 'reconciler' | 'assigner'> {
  return {} as Pick<HouseNode, 'map' | 'desired' | 'view' | 'reconciler' | 'assigner'>
}
