/** Who goes on serving beyond the number that is wanted, until what is wanted does. */
import type { NodeId } from '../../base/net/index.ts'
import type { DesiredWorkload, Instance, Slot } from '../spec/index.ts'
import { goesOn, isCurrent, REPLICAS_MAX, slotOf } from '../spec/index.ts'
import { compare, isEnding, isHealthy, isSound } from './holders.ts'
import type { PlacementNode } from './index.ts'
import { type Ranked, reserve, type Table } from './table.ts'

const NO_SLOTS: ReadonlySet<Slot> = new Set()

/**
 * Which slots remain is a matter of their numbers, and the low ones may be those that fail, or lie on a computer out of
 * sight. So of what is beyond the number as many stay as slots within it do not serve, the lowest first. Nothing
 * is left of what is to have no copy at all, and jobs do not serve.
 */
export function standInsOf(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
  committed: ReadonlyMap<Slot, NodeId>,
): Instance[] {
  const missing = missingOf(desired, instances, nodes)
  if (missing === 0) return []
  const { name, replicas } = desired.workload
  const order = (one: Instance): number =>
    (isHealthy(one) ? 0 : mayServe(one) ? 4 : 8) +
    // It could not leave there before the copy that is wanted is back.
    (nodes.get(one.node)?.draining ? 2 : 0) +
    (isCurrent(one, desired) ? 0 : 1)
  // Whoever was given its slot is before whoever only says that it runs there.
  const given = (one: Instance): number =>
    committed.get(slotOf(name, one.index)) === one.node ? 0 : 1
  const beyond = instances
    .filter((one) => one.index >= replicas && one.index < REPLICAS_MAX)
    .filter((one) => isHere(one, nodes) && mayStandIn(one, nodes))
    .sort(
      (a, b) =>
        order(a) - order(b) || given(a) - given(b) || a.index - b.index || compare(a.id, b.id),
    )
  const bySlot = new Map<number, Instance>()
  for (const one of beyond) if (!bySlot.has(one.index)) bySlot.set(one.index, one)
  return [...bySlot.values()].slice(0, missing)
}

/**
 * Slots beyond the number that may have a stand-in again in a moment: their computer is out of sight, or was started
 * again and has yet to look. That it may serve then, and be the only one, is no reason to take its slot from it now.
 */
export function mayStandInAgain(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
): ReadonlySet<Slot> {
  if (missingOf(desired, instances, nodes) === 0) return NO_SLOTS
  const { name, replicas } = desired.workload
  const hidden = instances.filter((one) => {
    const node = nodes.get(one.node)
    if (one.index < replicas || isEnding(one) || one.ended || !node || node.left) return false
    return !node.live || one.reason?.code === 'NOT_CONFIRMED'
  })
  return new Set(hidden.map(({ index }) => slotOf(name, index)))
}

/** How many of those that are wanted do not serve. Nothing stands in for a job, nor where none is wanted. */
function missingOf(
  { workload: { job, replicas } }: DesiredWorkload,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
): number {
  if (job || !instances.some(({ index }) => index >= replicas)) return 0
  const within = instances.filter((one) => {
    return one.index < replicas && isHere(one, nodes) && isSound(one)
  })
  return replicas - new Set(within.map(({ index }) => index)).size
}

function isHere(one: Instance, nodes: ReadonlyMap<NodeId, PlacementNode>): boolean {
  return nodes.get(one.node)?.live === true && !isEnding(one)
}

/**
 * One that is down, or answers not, is started again like any other copy: that it is so for a moment leaves nobody
 * to serve. A computer that is emptied waits for none that does not serve.
 */
function mayStandIn(one: Instance, nodes: ReadonlyMap<NodeId, PlacementNode>): boolean {
  return mayServe(one) || (goesOn(one) && nodes.get(one.node)?.draining !== true)
}

/** How it is nobody knows for a moment after its start. */
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
