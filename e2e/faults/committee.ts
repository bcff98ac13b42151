/** Nodes in processes of their own, every one of them a voter, each of an owner who is an admin. */
import { AS_ADMINS, allReady, nodeIdOf } from '../harness/cluster.ts'
import { createTestNode, type TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'

export interface StatusDocument {
  discoveryTier: string
  degraded: { code: string }[]
  primary?: {
    role: string
    inForce: boolean
    voters: string[]
    leader?: string
    term?: number
    height?: number
  }
}

export interface CommitteeOptions {
  names: readonly string[]
  /** By node; default: the loopback of this machine. */
  places?: readonly Place[]
}

export interface Place {
  namespace: string
  listen: string
  /** Of its engine, for DOCKER_HOST; default: it has none. */
  engine?: string
}

const WAIT_MS = 120_000
const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

export interface Committee {
  nodes: readonly TestNode[]
  /** With what it was started with first. */
  start(node: TestNode): Promise<void>
  remove(): Promise<void>
}

export async function formCommittee({ names, places }: CommitteeOptions): Promise<Committee> {
  const nodes = names.map((name, at) => {
    const place = places?.[at]
    return createTestNode(name, { DOCKER_HOST: place?.engine ?? 'unix:///nowhere.sock' }, place)
  })
  const flagsOf = (node: TestNode): string[] => {
    const { listen = LOOPBACK, engine } = places?.[nodes.indexOf(node)] ?? {}
    return ['--listen', listen, ...(engine ? ['--strangers', 'container'] : [])]
  }
  const committee: Committee = {
    nodes,
    start: (node) => node.up(...flagsOf(node)),
    async remove() {
      await Promise.all(nodes.map((node) => node.remove()))
    },
  }
  try {
    await form(committee)
    return committee
  } catch (error) {
    for (const node of nodes) console.log(`# ${node.name}\n${node.log().slice(-4_000)}`)
    await committee.remove()
    throw error
  }
}

async function form({ nodes, start }: Committee): Promise<void> {
  const [founder, ...others] = nodes
  if (!founder) throw new Error('A committee of nobody.')
  await founder.json('init', '--network-name', 'Garden', '--name', founder.name)
  await start(founder)
  const { invite } = await founder.json<{ invite: string }>(
    ...['invite', '--uses', String(others.length), ...AS_ADMINS],
  )
  await Promise.all(
    others.map(async (node) => {
      await node.json('join', invite, '--name', node.name)
      await start(node)
    }),
  )
  await allReady(nodes)
  for (const node of others) {
    const { status, body } = await founder.call(
      ...(['POST', `/api/nodes/${await nodeIdOf(node)}/promote`] as const),
    )
    if (status !== 200 && status !== 204) throw new Error(`promote: ${JSON.stringify(body)}`)
  }
  for (const node of nodes) await votes(node, nodes.length)
  // The registry knows an author once its owner has come to it by the shared state.
  for (const node of nodes) await until(`${node.name} to write`, WAIT_MS, () => writes(node))
}

export const statusOf = (node: TestNode): Promise<StatusDocument> => node.get('/api/status')

/** Once it is one of so many that vote, and a quorum of them is in reach. */
export async function votes(node: TestNode, voters: number): Promise<void> {
  await until(`${node.name} to vote`, WAIT_MS, async () => {
    const { primary } = await statusOf(node)
    const isVoter = primary?.role === 'voter' || primary?.role === 'leader'
    return isVoter && primary.inForce && primary.voters.length === voters
  })
}

/** Of those who hold themselves to lead, the one of the latest term. */
export async function leaderOf(nodes: readonly TestNode[]): Promise<TestNode> {
  return until('a leader', WAIT_MS, async () => {
    const seen = await Promise.all(nodes.map(async (node) => ({ ...(await statusOf(node)), node })))
    const leaders = seen.filter(({ primary }) => primary?.role === 'leader')
    leaders.sort((a, b) => (b.primary?.term ?? 0) - (a.primary?.term ?? 0))
    return leaders[0]?.node
  })
}

async function writes(node: TestNode): Promise<boolean> {
  const { status } = await node.call('PUT', `/api/kv/ready/${node.name}`, { value: '' })
  return status === 200
}
