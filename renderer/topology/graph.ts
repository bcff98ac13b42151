import type { ClusterNode } from '../../node-core/api/contract/index.ts'
import type { Outputs } from '../transport/index.ts'

type Peer = Outputs['peers']['list']['peers'][number]
type Workload = Outputs['workloads']['list']['workloads'][number]

/** `held`: asked to take no new work. `doubt`: silent for a moment. `gone`: dead or left. */
export type Health = 'well' | 'held' | 'doubt' | 'gone'
export type LinkPath = Peer['path']

export interface GraphNode {
  id: string
  name: string
  role: ClusterNode['role']
  health: Health
  self: boolean
  /** One for each instance there: whether it serves. */
  fruits: boolean[]
}

export interface GraphLink {
  /** `a` and `b` in the order of their ids, so that a link has one name. */
  key: string
  a: string
  b: string
  latencyMs: number | undefined
  /** Known for links of this computer alone. */
  path: LinkPath | undefined
}

export interface Graph {
  nodes: GraphNode[]
  links: GraphLink[]
  byId: ReadonlyMap<string, GraphNode>
}

export function nodeHealth(node: Pick<ClusterNode, 'status' | 'liveness'>): Health {
  if (node.liveness === 'dead' || node.liveness === 'left') return 'gone'
  if (node.liveness === 'suspect' || node.status === 'NotReady') return 'doubt'
  return node.status === 'Ready' ? 'well' : 'held'
}

export function buildGraph(
  nodes: readonly ClusterNode[],
  peers: readonly Peer[],
  workloads: readonly Workload[],
): Graph {
  const fruits = gatherFruits(workloads)
  const graphNodes = nodes.map((node) => ({
    id: node.id,
    name: node.name,
    // A node that votes is of the backbone, whatever its owner gives it for.
    role: node.backbone ? ('sclerotia' as const) : node.role,
    health: nodeHealth(node),
    self: node.self,
    fruits: fruits.get(node.id) ?? [],
  }))
  const byId = new Map(graphNodes.map((node) => [node.id, node]))
  return { nodes: graphNodes, links: gatherLinks(nodes, peers, byId), byId }
}

/** Both ends tell of a link; it is drawn once, and not to a node that is gone. */
function gatherLinks(
  nodes: readonly ClusterNode[],
  peers: readonly Peer[],
  byId: ReadonlyMap<string, GraphNode>,
): GraphLink[] {
  const self = nodes.find((node) => node.self)?.id
  const paths = new Map(peers.map((peer) => [peer.id, peer.path]))
  const links = new Map<string, GraphLink>()
  for (const node of nodes) {
    for (const { to, latencyMs } of node.links) {
      if (!isPresent(byId.get(node.id)) || !isPresent(byId.get(to)) || to === node.id) continue
      const [a, b] = node.id < to ? [node.id, to] : [to, node.id]
      const key = `${a}:${b}`
      const other = a === self ? b : b === self ? a : undefined
      links.set(key, {
        key,
        a,
        b,
        latencyMs: latencyMs ?? links.get(key)?.latencyMs,
        path: other === undefined ? undefined : paths.get(other),
      })
    }
  }
  return [...links.values()]
}

function isPresent(node: GraphNode | undefined): boolean {
  return node !== undefined && node.health !== 'gone'
}

function gatherFruits(workloads: readonly Workload[]): Map<string, boolean[]> {
  const fruits = new Map<string, boolean[]>()
  for (const { instances } of workloads) {
    for (const { node, status, health, lost, unassigned } of instances) {
      if (status === 'Stopped' || lost || unassigned) continue
      const serves = status === 'Running' && health !== 'unhealthy'
      fruits.set(node, [...(fruits.get(node) ?? []), serves])
    }
  }
  return fruits
}

/** Links from `from` to `to` by the fewest hops, in order; nothing where no way is known. */
export function findWay(graph: Graph, from: string, to: string): GraphLink[] {
  const cameBy = new Map<string, GraphLink>()
  const seen = new Set([from])
  let edge = [from]
  while (edge.length > 0 && !seen.has(to)) {
    const next: string[] = []
    for (const at of edge) {
      for (const link of graph.links) {
        const other = link.a === at ? link.b : link.b === at ? link.a : undefined
        if (other === undefined || seen.has(other)) continue
        seen.add(other)
        cameBy.set(other, link)
        next.push(other)
      }
    }
    edge = next
  }
  const way: GraphLink[] = []
  for (let at = to; at !== from; ) {
    const link = cameBy.get(at)
    if (!link) return []
    way.unshift(link)
    at = link.a === at ? link.b : link.a
  }
  return way
}
