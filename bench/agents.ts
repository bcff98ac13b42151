/** A group of processes that know each other, as the mesh benchmark sees ours and serf's alike. */
import { type BenchNetwork, type NodesDocument, prepareNetwork } from './network.ts'

export interface Agents {
  readonly count: number
  /** When the last of them said that it was ready. */
  readonly readyAtMs: number
  /** When the last of them knew all; 0 until then. */
  knewAllAtMs(): number
  /** Tells something through one of them; gives the moment from which to count. */
  tell(by: number, text: string): Promise<number>
  /** Who has heard it, and when. */
  heard(text: string): ReadonlyMap<number, number>
  kill(index: number): void
  /** Who holds it dead, and since when. */
  missed(index: number): ReadonlyMap<number, number>
  remove(): Promise<void>
}

/** Starts every home at once and follows each node's event stream. */
export async function startNodes(count: number): Promise<Agents> {
  const network = await prepareNetwork(count)
  try {
    return await follow(network)
  } catch (error) {
    await network.remove()
    throw error
  }
}

async function follow(network: BenchNetwork): Promise<Agents> {
  const count = network.homes.length
  const knows = network.homes.map(() => new Set<string>())
  const heard = new Map<string, Map<number, number>>()
  const note = (what: string, by: number, atMs: number): void => {
    const times = heard.get(what) ?? new Map<number, number>()
    if (!times.has(by)) heard.set(what, times.set(by, atMs))
  }
  let knewAllAtMs = 0
  const learn = (by: number, id: string, liveness: unknown, atMs: number): void => {
    // Doubt is not a death: serf too counts a suspect as a member.
    if (liveness === 'alive') knows[by]?.add(id)
    else if (liveness !== 'suspect') knows[by]?.delete(id)
    if (knows.every((set) => set.size === count)) knewAllAtMs ||= atMs
  }
  const nodes = await Promise.all(
    network.homes.map(async (home, by) => {
      const node = await home.up()
      await node.watch('node', ({ type, data: { id, name, liveness } }, atMs) => {
        if (liveness === undefined) return
        learn(by, String(id), liveness, atMs)
        if (type === 'node.dead') note(`death ${id}`, by, atMs)
        if (type === 'node.changed') note(`event ${name}`, by, atMs)
      })
      // What it knew before the stream began.
      const { nodes: listed } = await node.call<NodesDocument>('GET', '/api/cluster/nodes')
      for (const { id, liveness } of listed) learn(by, id, liveness, performance.now())
      return node
    }),
  )
  return {
    count,
    readyAtMs: Math.max(...nodes.map(({ readyAtMs }) => readyAtMs)),
    knewAllAtMs: () => knewAllAtMs,
    async tell(by, text) {
      const startedMs = performance.now()
      await nodes[by]?.call('PATCH', '/api/node', { name: text })
      return startedMs
    },
    heard: (text) => heard.get(`event ${text}`) ?? new Map(),
    kill(index) {
      nodes[index]?.child.kill('SIGKILL')
    },
    missed: (index) => heard.get(`death ${nodes[index]?.id}`) ?? new Map(),
    remove: () => network.remove(),
  }
}
