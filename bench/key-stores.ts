/** Three members that keep keys together, as the registry benchmark sees ours and etcd's alike. */
import type { Dispatcher } from 'undici'
import { allSeeAll, type BenchHome, type BenchNode, prepareNetwork } from './network.ts'
import { end, pause, waitFor } from './processes.ts'

/** What a client sends; the same client sends it, whoever answers. */
export type Asked = Dispatcher.RequestOptions

/** One member's way in. */
export interface Door {
  readonly origin: string
  /** Puts a value under the `n`th key. */
  put(n: number): Asked
  /** Reads it, linearizably. */
  get(n: number): Asked
}

export interface KeyStores {
  /** One for each member; another one after it was revived. */
  readonly doors: readonly Door[]
  /** Which one leads. */
  leader(): Promise<number>
  /** `kill -9` */
  kill(index: number): Promise<void>
  /** Starts it again on what it had on disk, and waits until it follows. */
  revive(index: number): Promise<void>
  /** Of the processes that run now. */
  pids(): number[]
  remove(): Promise<void>
}

export const MEMBERS = 3
/** What is put: 100 bytes. */
export const VALUE = Buffer.alloc(100, 'v')
const WAIT_MS = 30_000

export interface NodesOptions {
  /** Runs the program. Default: as people do. */
  command?: readonly string[]
  /** All of them voters. Default: 3. */
  members?: number
  /** Default: raft. */
  consensus?: 'raft' | 'simplex'
}

export async function startNodes(options: NodesOptions = {}): Promise<KeyStores> {
  const { command, members = MEMBERS, consensus = 'raft' } = options
  const network = await prepareNetwork(members, { consensus })
  try {
    const nodes: BenchNode[] = []
    for (const home of network.homes) nodes.push(await home.up(command))
    await allSeeAll(nodes)
    for (const { id } of nodes.slice(1)) {
      await nodes[0]?.call('POST', `/api/nodes/${id}/promote`)
    }
    for (const node of nodes)
      await waitFor(`vote of ${node.name}`, WAIT_MS, () => votes(node, members))
    return storesOf(nodes, network.homes, () => network.remove(), command)
  } catch (error) {
    await network.remove()
    throw error
  }
}

function storesOf(
  nodes: BenchNode[],
  homes: readonly BenchHome[],
  remove: () => Promise<void>,
  command: readonly string[] | undefined,
): KeyStores {
  const doors = nodes.map(doorOf)
  return {
    doors,
    async leader() {
      let index = -1
      await waitFor('leader', WAIT_MS, async () => {
        for (const [at, node] of nodes.entries()) {
          if ((await primaryOf(node))?.role === 'leader') index = at
        }
        return index >= 0
      })
      return index
    },
    async kill(index) {
      const node = nodes[index]
      if (node) await end(node.child)
    },
    async revive(index) {
      const node = await homes[index]?.up(command)
      if (!node) return
      nodes[index] = node
      doors[index] = doorOf(node)
      await waitFor(`vote of ${node.name}`, WAIT_MS, () => votes(node, nodes.length))
    },
    pids: () => nodes.flatMap(({ child }) => child.pid ?? []),
    remove,
  }
}

interface PrimaryDocument {
  role: string
  inForce: boolean
  voters: string[]
}

async function primaryOf(node: BenchNode): Promise<PrimaryDocument | undefined> {
  const status = await node.call<{ primary?: PrimaryDocument }>('GET', '/api/status')
  return status.primary
}

async function votes(node: BenchNode, members: number): Promise<boolean> {
  await pause(50)
  const primary = await primaryOf(node)
  const isVoter = primary?.role === 'voter' || primary?.role === 'leader'
  return isVoter && primary.inForce && primary.voters.length === members
}

/** Each node writes under its own name: the first part of a key belongs to whoever first wrote it. */
function doorOf({ api, name, headers }: BenchNode): Door {
  const path = (n: number): string => `/api/kv/${name}/${n}`
  const putHeaders = { ...headers, 'content-type': 'application/octet-stream' }
  return {
    origin: api,
    put: (n) => ({ path: path(n), method: 'PUT', headers: putHeaders, body: VALUE }),
    get: (n) => ({ path: path(n), method: 'GET', headers }),
  }
}
