/** Three nodes of one network, each in a process of its own with an engine of its own. */
import { copyFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { createEngine, type Engine } from './engine.ts'
import { createTestNode, type TestNode } from './node-process.ts'
import { until } from './waiting.ts'

export interface Cluster {
  nodes: [TestNode, TestNode, TestNode]
  engines: Engine[]
  remove(): Promise<void>
}

export interface WorkloadDocument {
  name: string
  status: string
  replicas: number
  running_instances: number
  generation: number
  published: { port: number; address?: string; reason?: { code: string } }[]
  instances: {
    id: string
    index: number
    node: string
    status: string
    health: string
    restarts: number
    lost: boolean
    reason?: { code: string; message: string }
  }[]
}

interface NodesDocument {
  nodes: { id: string; name: string; status: string; liveness: string; self: boolean }[]
}

/** Each node is an owner's of its own, and they run each other's programs too. */
export const LISTEN = [
  ...['--listen', '/ip4/127.0.0.1/tcp/0'],
  ...['--strangers', 'container', '--strangers', 'process'],
]

/** The first founds, the second joins by invite, the third by the first one's seed file. */
export async function createCluster(options: { engines: boolean }): Promise<Cluster> {
  const names = ['ada', 'ben', 'cleo']
  const engines = options.engines ? await Promise.all(names.map((name) => createEngine(name))) : []
  const nodes = names.map((name, at) => {
    return createTestNode(name, { DOCKER_HOST: engines[at]?.host ?? 'unix:///nowhere.sock' })
  })
  const cluster: Cluster = {
    nodes: nodes as Cluster['nodes'],
    engines,
    async remove() {
      await Promise.all(nodes.map((node) => node.remove()))
      await Promise.all(engines.map((engine) => engine.remove()))
    },
  }
  try {
    await form(cluster)
  } catch (error) {
    for (const node of nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
    await cluster.remove()
    throw error
  }
  return cluster
}

async function form({ nodes: [ada, ben, cleo] }: Cluster): Promise<void> {
  await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
  await ada.up(...LISTEN)
  const { invite } = await ada.json<{ invite: string }>('invite')
  await ben.json('join', invite, '--name', 'ben')
  await ben.up(...LISTEN)

  const seed = path.join(ada.home, 'spore.json')
  await until('the seed file', 10_000, () => existsSync(seed))
  const copy = path.join(cleo.home, 'seed-of-ada.json')
  copyFileSync(seed, copy)
  await cleo.json('join', '--seed-spore', copy, '--name', 'cleo')
  const waiting = await until('cleo to ask', 10_000, async () => {
    const { members } = await ada.json<{ members: { owner: string; state: string }[] }>('members')
    return members.find((member) => member.state === 'waiting')
  })
  await ada.json('members', 'approve', waiting.owner)
  await cleo.up(...LISTEN)
  await allReady([ada, ben, cleo])
  // Cleo was let in after it was ready, so its ready line could not name its edge.
  cleo.edge = await until('the edge of cleo', 30_000, async () => {
    return (await cleo.get<{ edge?: string }>('/api/status')).edge
  })
}

/** What a node sees and what it logged last, for the report of a failure. */
export async function describeNode(node: TestNode): Promise<string> {
  const { stdout, stderr } = await node.cli('nodes')
  return `${stdout}${stderr}${node.log().slice(-4_000)}`
}

/** Of an invite, for nodes that all write the same keys. */
export const AS_ADMINS = ['admin', 'invite', 'deploy', 'use'].flatMap((permission) => [
  '--permission',
  permission,
])

export interface Founding {
  /** Flags of each command. */
  init?: readonly string[]
  up?: readonly string[]
  invite?: readonly string[]
}

/** The first founds, and all others join by one invite: a network whose nodes see each other. */
export async function foundTogether(
  nodes: readonly TestNode[],
  { init = [], up = LISTEN, invite: grants = [] }: Founding = {},
): Promise<void> {
  const [first, ...others] = nodes as [TestNode, ...TestNode[]]
  await first.json('init', '--network-name', 'Garden', '--name', first.name, ...init)
  await first.up(...up)
  const { invite } = await first.json<{ invite: string }>(
    ...['invite', '--uses', String(Math.max(1, others.length)), ...grants],
  )
  for (const node of others) {
    await node.json('join', invite, '--name', node.name)
    await node.up(...up)
  }
  await allReady(nodes)
}

export async function allReady(nodes: readonly TestNode[]): Promise<void> {
  for (const node of nodes) {
    await until(`${node.name} to see ${nodes.length} nodes ready`, 90_000, async () => {
      const { nodes: seen } = await node.get<NodesDocument>('/api/cluster/nodes')
      return seen.filter(({ status }) => status === 'Ready').length === nodes.length
    })
  }
}

export async function nodeIdOf(node: TestNode): Promise<string> {
  const { nodes } = await node.get<NodesDocument>('/api/cluster/nodes')
  const self = nodes.find((one) => one.self)
  if (!self) throw new Error(`${node.name} does not list itself`)
  return self.id
}

export async function nodesSeenBy(node: TestNode): Promise<NodesDocument['nodes']> {
  return (await node.get<NodesDocument>('/api/cluster/nodes')).nodes
}

export async function workloadSeenBy(node: TestNode, name: string): Promise<WorkloadDocument> {
  return node.get<WorkloadDocument>(`/api/workloads/${name}`)
}

/** Waits until `name` runs as many healthy, visible instances as wanted, and gives its document. */
export async function running(
  node: TestNode,
  name: string,
  options: { replicas: number; timeoutMs?: number; on?: number },
): Promise<WorkloadDocument> {
  return until(`${name} to run ${options.replicas}`, options.timeoutMs ?? 60_000, async () => {
    const workload = await workloadSeenBy(node, name)
    const healthy = workload.instances.filter(
      ({ status, health, lost }) => status === 'Running' && health === 'healthy' && !lost,
    )
    const hosts = new Set(healthy.map((instance) => instance.node)).size
    if (healthy.length === options.replicas && hosts >= (options.on ?? 1)) return workload
    throw new Error(JSON.stringify(workload))
  })
}
