/** A network founded with Simplex whose every node is to vote. */
import { foundTogether } from './cluster.ts'
import type { TestNode } from './node-process.ts'
import { until } from './waiting.ts'

export interface StatusDocument {
  discoveryTier: string
  degraded: { code: string }[]
  primary?: {
    role: string
    inForce: boolean
    voters: string[]
    height?: number
    era?: number
    guarantee?: string
    mayLie?: number
  }
}

export const statusOf = (node: TestNode) => node.get<StatusDocument>('/api/status')

/** The first founds; whoever else there is joins by its invite, which may have flags. */
export async function foundSimplex(
  nodes: readonly TestNode[],
  invite: readonly string[] = [],
): Promise<void> {
  await foundTogether(nodes, { init: ['--consensus', 'simplex'], invite })
}

/** Until each of them votes, and knows all of them to. */
export async function fillSimplex(nodes: readonly TestNode[]): Promise<void> {
  const [first, ...others] = nodes as [TestNode, ...TestNode[]]
  for (const { name } of others) await first.json('promote', name)
  for (const node of nodes) {
    await until(`${node.name} to vote`, 20_000, async () => {
      const { primary } = await statusOf(node)
      const votes = primary?.role === 'voter' || primary?.role === 'leader'
      return votes && primary.inForce && primary.voters.length === nodes.length
    })
  }
}
