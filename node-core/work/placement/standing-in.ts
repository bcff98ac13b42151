/** Who goes on serving beyond the number that is wanted, until what is wanted does. */
import type { NodeId } from '../../base/net/index.ts'
import type { DesiredWorkload, Instance } from '../spec/index.ts'
import { isCurrent, slotOf } from '../spec/index.ts'
import { compare, isEnding, isHealthy, isSound } from './holders.ts'
import type { PlacementNode } from './index.ts'
import { type Ranked, reserve, type Table } from './table.ts'

/**
 * Which slots remain is a matter of their numbers, and the low ones may be those that fail, or lie on a computer out of
 * sight. So of what is beyond the number as many stay as slots within it do not serve, the lowest first. Nothing
 * is left of what is to have no copy at all, and jobs do not serve.
 */
export function standInsOf(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
): Instance[] {
  const { job, replicas } = desired.workload
  if (job || !instances.some(({ index }) => index >= replicas)) return []
  const here = instances.filter((one) => nodes.get(one.node)?.live === true && !isEnding(one))
  const within = here.filter((one) => one.index < replicas && isSound(one))
  const missing = replicas - new Set(within.map(({ index }) => index)).size
  const order = (one: Instance): number =>
    (isHealthy(one) ? 0 : 2) + (isCurrent(one, desired) ? 0 : 1)
  const beyond = here
    .filter((one) => one.index >= replicas && mayServe(one))
    .sort((a, b) => order(a) - order(b) || a.index - b.index || compare(a.id, b.id))
  const bySlot = new Map<number, Instance>()
  for (const one of beyond) if (!bySlot.has(one.index)) bySlot.set(one.index, one)
  return [...bySlot.values()].slice(0, missing)
}

/** After a start of its node nobody knows for a moment how it is. */
function mayServe({ status, health }: Instance): boolean {
  return status === 'Running' && health !== 'unhealthy'
}

/** It has its room like any other, and gives it to what counts more. */
export function seatStandIn(table: Table, ranked: Ranked, keeper: Instance): void {
  const slot = slotOf(keeper.workload, keeper.index)
  const seat = {
    ...{ slot, settled: [keeper], leaving: [], stranded: [], void: [], lost: [], failed: [] },
    ...{ keeper, coming: [], incumbent: undefined, appointed: undefined, displaced: false },
  }
  reserve(table, keeper.node, { slot, ...ranked, seat })
  table.stays.set(slot, 'STANDS_IN')
}
