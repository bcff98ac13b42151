import type { ClusterNode } from '../../../node-core/api/contract/index.ts'

export type NodeFilter = 'all' | 'trouble'

/** Ids of the nodes to show, or nothing when all of them are. */
export function matchNodes(
  nodes: readonly ClusterNode[],
  query: string,
  filter: NodeFilter,
): ReadonlySet<string> | undefined {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && filter === 'all') return undefined
  return new Set(
    nodes
      .filter((node) => filter === 'all' || isTrouble(node))
      .filter((node) => words.every((word) => describe(node).includes(word)))
      .map((node) => node.id),
  )
}

function isTrouble(node: ClusterNode): boolean {
  return node.liveness === 'dead' || node.liveness === 'suspect' || node.status !== 'Ready'
}

/** All that a person may search a node by. */
function describe(node: ClusterNode): string {
  const labels = Object.entries(node.labels).map(([key, value]) => `${key}=${value}`)
  const roles = [node.role, ...(node.backbone ? ['sclerotia', node.backbone] : [])]
  return [node.name, node.id, node.owner.name, ...roles, node.address, ...node.kinds, ...labels]
    .join(' ')
    .toLowerCase()
}
