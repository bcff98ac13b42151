/** Where a slot goes that nobody holds, among the nodes that have room. */
import type { NodeId } from '../../base/net/index.ts'
import type { Slot, Workload } from '../spec/index.ts'
import type { PlacementNode } from './index.ts'
import { rendezvousScore } from './rendezvous.ts'
import { assignedNode, type Table } from './table.ts'

/**
 * The assigned node, else distinct domains and hosts first, then rendezvous hash; bound slots wait
 * instead.
 */
export function choose(table: Table, workload: Workload, slot: Slot): NodeId | undefined {
  const { ledger } = table
  const assigned = assignedNode(table, slot)
  if (assigned && !ledger.refusal(assigned, slot, workload)) return assigned.id
  if (table.committed.bound.has(workload.name)) return undefined
  const crowding = crowdingOf(table, workload)
  let candidates: NodeId[] = []
  let least: Crowding | undefined
  for (const node of table.nodes) {
    const here = crowding(node)
    const order = least ? compareCrowding(here, least) : -1
    if (order > 0 || ledger.refusal(node, slot, workload)) continue
    if (order < 0) candidates = []
    least = here
    candidates.push(node.id)
  }
  let winner: { node: NodeId; score: string } | undefined
  for (const node of candidates) {
    const score = rendezvousScore(node, slot)
    if (!winner || score > winner.score) winner = { node, score }
  }
  return winner?.node
}

/** What speaks for another node, the first one first: slots in its domain, no neighbour, slots on it. */
export type Crowding = readonly [inDomain: number, lonely: number, onNode: number]

export function crowdingOf(
  { nodes, ledger }: Table,
  { name, placement: { spread, near } }: Workload,
): (node: PlacementNode) => Crowding {
  const domainOf = (node: PlacementNode): string => (spread === 'node' ? node.id : node[spread])
  const slots = new Map<string, number>()
  for (const node of nodes) {
    const domain = domainOf(node)
    slots.set(domain, (slots.get(domain) ?? 0) + ledger.count(node.id, name))
  }
  return (node) => {
    const lonely = near.length > 0 && !ledger.holdsAny(node.id, near)
    return [slots.get(domainOf(node)) ?? 0, lonely ? 1 : 0, ledger.count(node.id, name)]
  }
}

export function compareCrowding(a: Crowding, b: Crowding): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
