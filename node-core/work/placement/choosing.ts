/** Where a slot goes that nobody holds, among the nodes that have room. */
import type { NodeId } from '../../base/net/index.ts'
import type { Slot, Workload } from '../spec/index.ts'
import type { Choice, PlacementNode } from './index.ts'
import { rendezvousScore } from './rendezvous.ts'
import { assignedNode, type Table } from './table.ts'

/**
 * The assigned node, else distinct domains and hosts first, then rendezvous hash; bound slots wait
 * instead.
 */
export function choose(table: Table, workload: Workload, slot: Slot): NodeId | undefined {
  const { ledger } = table
  const assigned = assignedNode(table, slot)
  if (assigned && !ledger.refusal(assigned, slot, workload)) {
    table.choices?.set(slot, 'ASSIGNED_THERE')
    return assigned.id
  }
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
  const chosen = winner?.node
  if (chosen) table.choices?.set(slot, decidedBy(table, { workload, slot, chosen, crowding }))
  return chosen
}

/** What spoke for it against the next best that can run it, as things stood then. */
function decidedBy(
  { nodes, ledger }: Table,
  {
    workload,
    slot,
    chosen,
    crowding,
  }: { workload: Workload; slot: Slot; chosen: NodeId; crowding(node: PlacementNode): Crowding },
): Choice {
  const able = nodes.filter((node) => node.id === chosen || !ledger.refusal(node, slot, workload))
  const own = able.filter(({ id }) => id === chosen).map(crowding)[0]
  const others = able.filter(({ id }) => id !== chosen).map(crowding)
  const [next] = others.sort(compareCrowding)
  if (!next) return 'ONLY_ONE'
  const at = next.findIndex((count, place) => count !== own?.[place])
  const { spread } = workload.placement
  if (at === 0 && spread !== 'node') return spread === 'site' ? 'FEWEST_AT_SITE' : 'FEWEST_OF_OWNER'
  if (at === 1) return 'NEIGHBOUR_THERE'
  return at < 0 ? 'DRAWN' : 'FEWEST_THERE'
}

/** What speaks for another node, the first one first: slots in its domain, no neighbour, slots on it. */
export type Crowding = readonly [inDomain: number, lonely: number, onNode: number]

export function crowdingOf(
  { nodes, ledger }: Table,
  workload: Workload,
): (node: PlacementNode) => Crowding {
  const { name, placement } = workload
  const { spread } = placement
  const domainOf = (node: PlacementNode): string => (spread === 'node' ? node.id : node[spread])
  const slots = new Map<string, number>()
  for (const node of nodes) {
    const domain = domainOf(node)
    slots.set(domain, (slots.get(domain) ?? 0) + ledger.count(node.id, name))
  }
  return (node) => {
    const lonely = placement.near.length > 0 && !ledger.isNear(node.id, workload)
    return [slots.get(domainOf(node)) ?? 0, lonely ? 1 : 0, ledger.count(node.id, name)]
  }
}

export function compareCrowding(a: Crowding, b: Crowding): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
