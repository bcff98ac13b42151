/**
 * Where a slot may run because its data lies there. Whoever says that it has some was believed by
 * nobody for that alone: the node that the slot was assigned to comes before all others.
 */
import { keepsData, waitsForData } from '../spec/index.ts'
import type { PlacementInput } from './index.ts'
import type { DataPlaces } from './ledger.ts'

export function dataPlacesOf({ nodes, dataOf, committed }: PlacementInput): DataPlaces {
  const live = new Set(nodes.filter((one) => one.live && !one.left).map(({ id }) => id))
  return (slot, workload) => {
    if (!dataOf || !keepsData(workload)) return []
    const holders = dataOf.get(slot) ?? []
    // Nothing that would have to be waited for: who is there and has it, or else anybody.
    const counted = waitsForData(workload) ? holders : holders.filter((id) => live.has(id))
    const assigned = committed?.assignments.get(slot)
    return assigned !== undefined && counted.includes(assigned) ? [assigned] : counted
  }
}
