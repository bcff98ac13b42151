/** Nodes in one process that keep logs of instances which write what a test says. */
import { createSimClock, type SimClock } from '../../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../../base/disk/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { createSimNetwork, type NodeId, parseNodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import type { ViewChange } from '../../reconcile/index.ts'
import type { Runner } from '../../runners/index.ts'
import { createSimLog, type SimLog } from '../../runners/sim-log.ts'
import type { DesiredWorkload, Instance } from '../../spec/index.ts'
import { createLogs, type InstanceLogLine, type Logs } from '../index.ts'

export interface LogBench {
  readonly clock: SimClock
  readonly net: ReturnType<typeof createSimNetwork>
  readonly ids: readonly NodeId[]
  logs(at: number): Logs
  /** Nodes whose owners hold `use`. */
  readonly entitled: Set<NodeId>
  /** Nodes that were given nothing of what they say that they run. */
  readonly liars: Set<NodeId>
  /** What is wanted. */
  readonly wanted: Set<string>
  readonly viewListeners: ReadonlySet<unknown>
  /** An instance that runs on a node and writes these lines. */
  runs(at: number, id: string, lines?: readonly string[]): Promise<SimLog>
  /** Its program ends and is started again. */
  restarts(at: number, id: string): Promise<SimLog>
  /** It ends, and nobody tells of it any more. */
  ends(at: number, id: string): Promise<void>
  /** It ends while its node is away, which finds nothing of it. */
  vanishes(at: number, id: string): void
  /** It falls silent; what it wrote stays. */
  kill(at: number): Promise<void>
  /** It stops in an orderly way: its instances end first, and say so. */
  quit(at: number, lastWords?: string): Promise<void>
  start(at: number): Promise<void>
  /** So much of the bench's own time passes. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

interface BenchNode {
  id: NodeId
  disk: SimDisk
  logs: Logs | undefined
  outputs: Map<string, SimLog>
  up: boolean
}

/** Each a millisecond of the bench's own time, if not more. */
const TURNS_MAX = 40_000
/** Logs ask only whether a workload is wanted, and nothing about it. */
const WANTED = {} as DesiredWorkload

export async function createLogBench(count: number): Promise<LogBench> {
  const clock = createSimClock()
  const net = createSimNetwork({ clock, random: createSeededRandom(1) })
  const instances: Instance[] = []
  const viewListeners = new Set<(change: ViewChange) => void>()
  const nodeListeners = new Set<() => void>()
  const nodes = Array.from({ length: count }, (_, at): BenchNode => {
    const id = parseNodeId(String(at + 1).repeat(64))
    if (!id) throw new Error('Not a node id.')
    return { id, disk: createSimDisk(), logs: undefined, outputs: new Map(), up: false }
  })
  const entitled = new Set(nodes.map(({ id }) => id))
  const liars = new Set<NodeId>()
  const wanted = new Set<string>()
  const nodeAt = (at: number): BenchNode => {
    const node = nodes[at]
    if (!node) throw new Error('No such node.')
    return node
  }
  const logsAt = (at: number): Logs => {
    const { logs } = nodeAt(at)
    if (!logs) throw new Error('It is not up.')
    return logs
  }
  const tell = (node: NodeId, id: string): void => {
    for (const listener of viewListeners) listener({ of: 'instance', node, id })
  }
  const isGone = (node: BenchNode): void => {
    node.up = false
    node.logs = undefined
    for (const listener of nodeListeners) listener()
  }
  const kept = (id: string) => ({ id, workload: id.split('-')[0] ?? id, index: 0, generation: 1 })
  let running = true
  // Time goes on by itself, so that what waits for the network gets there.
  const passing = (async () => {
    while (running) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
  })()

  const bench: LogBench = {
    ...{ clock, net, entitled, liars, wanted, viewListeners },
    ids: nodes.map(({ id }) => id),
    logs: logsAt,
    async pass(ms) {
      const endMs = clock.monotonicMs() + ms
      await until(() => clock.monotonicMs() >= endMs)
    },
    async start(at) {
      const node = nodeAt(at)
      const others = () => nodes.filter(({ id, up }) => up && id !== node.id).map(({ id }) => id)
      node.up = true
      node.logs = createLogs({
        net: net.node(node.id),
        view: {
          instances: () => instances,
          desired: (name) => (wanted.has(name) ? WANTED : undefined),
          entrusted: () => (instance) => !liars.has(instance.node),
          subscribe(listener) {
            viewListeners.add(listener)
            return () => viewListeners.delete(listener)
          },
        },
        disk: node.disk,
        nodes: {
          live: others,
          serving: others,
          nameOf: (id) => `node ${id[0]}`,
          subscribe(listener) {
            nodeListeners.add(listener)
            return () => nodeListeners.delete(listener)
          },
        },
        mayUse: (peer) => entitled.has(peer),
        clock,
        logger: createMemoryLogger(),
      })
      await node.logs.start()
      node.logs.keeper.keepOnly([...node.outputs.keys()])
      // What that ends has ended before anybody else is told that this node is here.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      for (const [id, output] of node.outputs) node.logs.keeper.follow(kept(id), sourceOf(output))
      for (const listener of nodeListeners) listener()
    },
    async runs(at, id, lines = []) {
      const node = nodeAt(at)
      const output = createSimLog(clock)
      for (const line of lines) output.write(line)
      node.outputs.set(id, output)
      const { keeper } = logsAt(at)
      keeper.begins(kept(id))
      keeper.follow(kept(id), sourceOf(output))
      const state = { status: 'Running', health: 'healthy', ports: {}, restarts: 0 } as const
      if (!instances.some((one) => one.id === id)) {
        instances.push({ ...kept(id), node: node.id, ...state })
      }
      tell(node.id, id)
      return output
    },
    async restarts(at, id) {
      nodeAt(at).outputs.get(id)?.end()
      await logsAt(at).keeper.drained(id)
      return bench.runs(at, id)
    },
    async ends(at, id) {
      const node = nodeAt(at)
      node.outputs.get(id)?.end()
      await logsAt(at).keeper.drained(id)
      logsAt(at).keeper.ended(id)
      bench.vanishes(at, id)
      tell(node.id, id)
    },
    vanishes(at, id) {
      nodeAt(at).outputs.delete(id)
      instances.splice(
        instances.findIndex((one) => one.id === id),
        1,
      )
    },
    async kill(at) {
      const node = nodeAt(at)
      net.crash(node.id)
      // Nobody hears of it any more; of what it did, only what lies on its disk is left.
      await node.logs?.stop()
      isGone(node)
    },
    async quit(at, lastWords) {
      const node = nodeAt(at)
      for (const [id, output] of node.outputs) {
        if (lastWords !== undefined) output.write(lastWords)
        await bench.ends(at, id)
      }
      await node.logs?.stop()
      net.crash(node.id)
      isGone(node)
    },
    async close() {
      for (const { logs } of nodes) await logs?.stop()
      running = false
      await passing
    },
  }
  for (let at = 0; at < count; at++) await bench.start(at)
  return bench
}

const sourceOf = (log: SimLog): Pick<Runner, 'output'> => ({
  output: (_, options) => log.output(options),
})

export async function textsOf(lines: AsyncIterable<InstanceLogLine>): Promise<string[]> {
  const texts: string[] = []
  for await (const one of lines) texts.push(one.line)
  return texts
}

/** Until a condition holds, while the bench's own time passes. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    if (await condition()) return
    await new Promise(setImmediate)
  }
  throw new Error('The condition did not come true.')
}
