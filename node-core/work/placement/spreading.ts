/**
 * Copies that stand together where they could stand apart: where one starts anew anyway, it starts where
 * fewer are; what runs is not moved for it (docs/adr/0029).
 */
import type { NodeId } from '../../base/net/index.ts'
import { comesAlone, type Slot, type Workload } from '../spec/index.ts'
import { compareCrowding, crowdingOf } from './choosing.ts'
import type { PlacementNode } from './index.ts'
import { rendezvousScore } from './rendezvous.ts'
import type { Table } from './table.ts'

/**
 * Where the successor of what runs on `from` starts, if it is to start elsewhere. Bound slots wait for
 * the committee's word, where somebody is there to whom it would give them.
 */
export function widerPlace(
  table: Table,
  workload: Workload,
  slot: Slot,
  from: NodeId,
): NodeId | 'NOT_ASSIGNED' | undefined {
  const wider = widerNodes(table, workload, slot, from)
  const { assignments, bound, isRegistered } = table.committed
  const assigned = assignments.get(slot)
  if (assigned !== undefined && wider.some(({ id }) => id === assigned)) return assigned
  if (!bound.has(workload.name)) return wider[0]?.id
  if (table.inPlace.has(slot)) return undefined
  return wider.some(({ id }) => isRegistered?.(id)) ? 'NOT_ASSIGNED' : undefined
}

/** Nodes that have fewer copies than `from` even without this one, the best first. */
export function widerNodes(
  table: Table,
  workload: Workload,
  slot: Slot,
  from: NodeId,
): PlacementNode[] {
  // What must end before its successor starts would be away for as long as that takes elsewhere.
  if (comesAlone(workload)) return []
  const { ledger, nodes } = table
  const own = nodes.find(({ id }) => id === from)
  if (!own || ledger.count(from, workload.name) === 0) return []
  ledger.lets(from, workload.name)
  const crowding = crowdingOf(table, workload)
  const [inDomain, , onNode] = crowding(own)
  const wider = nodes
    .map((node) => ({ node, here: crowding(node), score: rendezvousScore(node.id, slot) }))
    .filter(({ here }) => here[0] < inDomain || (here[0] === inDomain && here[2] < onNode))
    .filter(({ here }) => compareCrowding(here, crowding(own)) < 0)
    .filter(({ node }) => !ledger.refusal(node, slot, workload))
    .sort((a, b) => compareCrowding(a.here, b.here) || (a.score > b.score ? -1 : 1))
  ledger.keeps(from, workload.name)
  return wider.map(({ node }) => node)
}
