/**
 * A copy that stands in gives its place to the one that it stands in for, where no computer takes that
 * otherwise: what holds a host port, or the last room, would stand in for ever, and no change would come.
 */
import { comesAlone, type Slot } from '../spec/index.ts'
import { crowdingOf } from './choosing.ts'
import {
  type Cleared,
  clearFor,
  compareOffers,
  hasSpareFor,
  type Offer,
  placesFor,
} from './displacing.ts'
import type { PlacementNode } from './index.ts'
import { isStandIn, type Occupant, type Ranked, release, reserve, type Table } from './table.ts'

export function giveWay(table: Table, ranked: Ranked, slot: Slot): Cleared | undefined {
  const { workload } = ranked.desired
  const { nodes, given } = placesFor(table, ranked, slot)
  const crowding = crowdingOf(table, workload)
  const offers = nodes.flatMap((node): Offer[] => {
    const standIn = standInFor(table, node, ranked, slot)
    if (!standIn) return []
    const isElsewhere = node.id === given ? 0 : 1
    return [
      { node, victims: [standIn], highest: ranked.rank, isElsewhere, crowding: crowding(node) },
    ]
  })
  const [offer] = offers.sort((a, b) => compareOffers(a, b, slot))
  if (!offer) return undefined
  if (comesAlone(workload)) return clearFor(table, ranked, slot, offer)
  // Beside it, as the successor of a slot: it serves until that does.
  for (const one of offer.victims) release(table, offer.node.id, one)
  return { node: offer.node.id, waits: false, prepares: false }
}

function standInFor(
  table: Table,
  node: PlacementNode,
  { desired: { workload } }: Ranked,
  slot: Slot,
): Occupant | undefined {
  const alone = comesAlone(workload)
  return table.occupants.get(node.id)?.find((one) => {
    if (one.desired.workload.name !== workload.name || !isStandIn(table, one)) return false
    if (one.awaitedBy?.has(workload.name) || (alone && !hasSpareFor(table, one))) return false
    release(table, node.id, one)
    const refusal = table.ledger.refusal(node, slot, workload)
    reserve(table, node.id, one)
    return refusal === undefined
  })
}
