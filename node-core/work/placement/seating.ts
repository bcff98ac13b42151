/** Who stays in each slot of what runs; the rest is surplus where that is safe. */
import { assert } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  comesAlone,
  type DesiredWorkload,
  type Instance,
  isCurrent,
  isWarm,
  type Slot,
  slotOf,
  spareOf,
  type Workload,
} from '../spec/index.ts'
import { best, type Holders, isEnding, isSound } from './holders.ts'
import type { PlacementNode } from './index.ts'
import { seatStandIn, standInsOf } from './standing-in.ts'
import { assignedNode, type Ranked, readyNode, reserve, type Seat, type Table } from './table.ts'

/** Why a workload that is to stop in a part that was cut off must not run here. */
export type Forbidden = 'NO_MAJORITY' | 'NO_QUORUM'

/** Scaled down; or on the side of a partition where the workload must stop. Gives who stands in. */
export function markUnwanted(
  table: Table,
  ranked: Ranked,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
  forbidden: Forbidden | undefined,
): readonly Instance[] {
  const { desired } = ranked
  const standIns = forbidden
    ? []
    : standInsOf(desired, instances, nodes, table.committed.assignments)
  for (const one of standIns) seatStandIn(table, ranked, one)
  for (const instance of instances) {
    const isLive = nodes.get(instance.node)?.live === true
    if (isLive && instance.status === 'Stopping') {
      table.ledger.ends(instance.node, slotOf(instance.workload, instance.index), desired.workload)
    }
    const here = isLive && !isEnding(instance)
    if (here && instance.index >= desired.workload.replicas) {
      if (!standIns.includes(instance)) table.surplus.set(instance.id, 'SCALED_DOWN')
    } else if (here && forbidden) {
      table.surplus.set(instance.id, forbidden)
    }
  }
  return standIns
}

/** Decides who stays in each slot and reserves for it. */
export function seat(table: Table, ranked: Ranked, slots: readonly Holders[]): Seat[] {
  const { ledger } = table
  const stay = (holders: Holders): Seat => {
    const assigned = table.committed.assignments.get(holders.slot)
    const keeper = best(holders.slot, holders.settled, ledger, { assigned })
    const leaving = holders.leaving.length > 0 ? holders.leaving : holders.stranded
    // Beside a version on trial the one stays that served before it.
    const earliest = ranked.desired.workload.rollout.kind !== 'rolling'
    const incumbent = keeper
      ? undefined
      : best(holders.slot, leaving, ledger, { assigned, earliest })
    const stays = keeper ?? incumbent
    const seated = { ...holders, keeper, incumbent, appointed: undefined, displaced: false }
    const { slot } = holders
    if (stays && !stays.ended) reserve(table, stays.node, { slot, ...ranked, seat: seated })
    markSurplus(table, seated, ranked.desired)
    if (holders.coming.length > 0) table.coming.set(slot, holders.coming)
    return seated
  }
  // Slots that nobody contests come first, so that a contest is decided by how they are spread.
  const contested = (holders: Holders): boolean => holders.settled.length > 1
  const seats = new Map<Slot, Seat>()
  for (const holders of slots) if (!contested(holders)) seats.set(holders.slot, stay(holders))
  for (const holders of slots) if (contested(holders)) seats.set(holders.slot, stay(holders))
  return slots.map(({ slot }) => {
    const seated = seats.get(slot)
    assert(seated, 'Every slot has a seat.')
    return seated
  })
}

function markSurplus(
  { surplus }: Table,
  { keeper, incumbent, ...holders }: Seat,
  desired: DesiredWorkload,
): void {
  for (const instance of holders.void) surplus.set(instance.id, 'REPLACED')
  for (const instance of holders.settled) {
    // The keeper ranks no lower: a loser that runs is ended only while its keeper is seen to run.
    if (instance !== keeper) surplus.set(instance.id, 'DUPLICATE')
  }
  for (const instance of holders.leaving) {
    // Only a change waits until its copies are warm: what leaves its computer has none to wait for.
    const mayTakeOver =
      keeper && isSound(keeper) && (isWarm(keeper) || isCurrent(instance, desired))
    if (mayTakeOver) surplus.set(instance.id, 'REPLACED')
    else if (incumbent && instance !== incumbent) surplus.set(instance.id, 'DUPLICATE')
  }
  for (const instance of holders.stranded) {
    // That it could not start there is remembered until it serves elsewhere.
    const isRemembered = instance.unfit && !(keeper && isSound(keeper))
    if (instance !== incumbent && !isRemembered) surplus.set(instance.id, 'REPLACED')
  }
}

/**
 * What waits for room where its slot no longer goes is let go; that something of its computer keeps it
 * from having what it needs is remembered.
 */
export function dismissComing({ coming, ...table }: Table): void {
  for (const [slot, instances] of coming) {
    const isOpen = [table.starts, table.awaits, table.prepares].some((slots) => slots.has(slot))
    const node = isOpen ? table.assignments.get(slot) : undefined
    const stays = instances.find((one) => one.node === node)
    for (const one of instances) {
      const isRemembered = one.unfit && isOpen
      if (one !== stays && !isRemembered && !table.surplus.has(one.id)) {
        table.surplus.set(one.id, 'REPLACED')
      }
    }
  }
}

/** What of it serves now, by whatever version, decides what may be taken away. */
export function countSpare(
  table: Table,
  workload: Workload,
  seats: readonly Seat[],
  standIns: readonly Instance[],
): void {
  if (!workload.disruption) return
  const alone = comesAlone(workload)
  const available = seats.filter(({ keeper, settled, leaving }) => {
    // It goes as soon as its successor has what it needs.
    const isGoing = alone && keeper !== undefined && !isSound(keeper) && leaving.length > 0
    return !isGoing && [...settled, ...leaving].some(isSound)
  }).length
  const standing = standIns.filter(isSound).length
  table.spare.set(workload.name, spareOf(workload, available + standing))
}

/**
 * Reserves for a slot that was assigned, or waits for its room alone, and that nobody holds, before
 * anybody else takes that: what was ended for it would have been for nothing.
 */
export function appoint(table: Table, ranked: Ranked, seated: Seat): void {
  const { slot, keeper, incumbent } = seated
  if (keeper || incumbent) return
  const node = assignedNode(table, slot) ?? readyNode(table, ranked.desired, slot)
  if (!node || table.ledger.refusal(node, slot, ranked.desired.workload)) return
  reserve(table, node.id, { slot, ...ranked, seat: seated })
  seated.appointed = node.id
}
