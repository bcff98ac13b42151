/** Gives every slot of one workload its node, or says why it has none. */
import type { NodeId } from '../../base/net/index.ts'
import type { SlotState } from '../jobs/index.ts'
import {
  comesAlone,
  type DesiredWorkload,
  type Instance,
  isCurrent,
  isWarm,
  keepsData,
  type Slot,
  type Workload,
} from '../spec/index.ts'
import { choose } from './choosing.ts'
import { displace, isOutranked } from './displacing.ts'
import { giveWay } from './giving-way.ts'
import { hasNeverStarted, isSound } from './holders.ts'
import type { PlacementNode, PlacementRefusal, Refusal, StayReason } from './index.ts'
import { widerPlace } from './spreading.ts'
import { assignedNode, begin, type Ranked, reserve, type Seat, type Table } from './table.ts'
import { atOnceOf, renewableOf } from './taking-over.ts'

/** Those that are held go to their holders. */
export function fill(table: Table, ranked: Ranked, seats: readonly Seat[]): void {
  const { workload } = ranked.desired
  const { assignments, unplaced } = table
  const pace = paceOf(ranked.desired, seats)
  let refused: readonly Refusal[] | undefined

  for (const seated of seats) {
    const { slot, keeper, incumbent, appointed } = seated
    if (keeper) {
      assignments.set(slot, keeper.node)
      if (!isSound(keeper) || !isWarm(keeper)) pace.unsound++
      continue
    }
    if (incumbent) {
      assignments.set(slot, incumbent.node)
      const stays = move(table, ranked, { slot, incumbent }, pace)
      if (stays) table.stays.set(slot, stays)
      else {
        pace.renewable--
        if (incumbent.status === 'Running' || !isCurrent(incumbent, ranked.desired)) pace.moving++
      }
      continue
    }
    if (appointed) {
      take(table, ranked, slot, appointed)
      continue
    }
    const away = workload.onPartition === 'keep' ? awayNode(table, seated) : undefined
    if (away) {
      table.choices?.set(slot, 'WAITS_THERE')
      assignments.set(slot, away)
      continue
    }
    // What refused one slot of a workload refuses the next: reservations only grow.
    // Save where each slot has data of its own somewhere.
    if (keepsData(workload)) refused = undefined
    if (refused || !settle(table, ranked, seated)) {
      refused ??= refusals(table, ranked, slot)
      unplaced.set(slot, refused)
    }
  }
}

/** Slots of a job are given out when they are due; what was begun stays whose it is. */
export function fillJob(
  table: Table,
  ranked: Ranked,
  { seats, states }: { seats: readonly Seat[]; states: readonly SlotState[] },
): void {
  let refused: readonly Refusal[] | undefined
  for (const [index, seated] of seats.entries()) {
    const { slot, keeper, appointed, failed } = seated
    // Where it could not start is no word about the others.
    const before = failed.length === 0 ? refused : undefined
    const state = states[index]
    if (keeper) {
      table.assignments.set(slot, keeper.node)
      if (isStranded(table, ranked, { slot, keeper, state })) {
        table.surplus.set(keeper.id, 'STRANDED')
      }
    } else if (state?.kind === 'begun') {
      // It has yet to start what it began, is out of sight with it, or has no room for it any more.
      const node = table.nodes.find(({ id, live }) => id === state.node && live)
      const starts = node && !seated.displaced && !isOutranked(table, node, ranked)
      if (starts) start(table, ranked, slot, node.id)
      else table.assignments.set(slot, state.node)
    } else if (state?.kind === 'due' && appointed) {
      take(table, ranked, slot, appointed)
    } else if (state?.kind === 'due' && (before || !settle(table, ranked, seated))) {
      const said = before ?? refusals(table, ranked, slot)
      if (failed.length === 0) refused = said
      table.unplaced.set(slot, said)
      // No other is left: it may be made where it could not start.
      const isLast = !said.some(({ code }) => code === 'NOT_ASSIGNED')
      if (isLast) for (const { id } of failed) table.surplus.set(id, 'REPLACED')
    }
  }
}

/**
 * Begun on a computer that keeps it from starting, or is to be emptied, while another can start it. It counts as an attempt, as one does
 * that was lost with its computer: so the last one is tried on where it is.
 */
function isStranded(
  { nodes, ledger }: Table,
  { desired: { workload } }: Ranked,
  { slot, keeper, state }: { slot: Slot; keeper: Instance; state: SlotState | undefined },
): boolean {
  if (state?.kind !== 'begun' || state.turn.attempt > (workload.job?.retries ?? 0)) return false
  if (!hasNeverStarted(keeper)) return false
  const node = nodes.find(({ id }) => id === keeper.node)
  if (!node?.live) return false
  if (!keeper.unfit && !node.draining && node.kinds.includes(workload.kind)) return false
  return nodes.some((other) => other !== node && !ledger.refusal(other, slot, workload))
}

/** Few slots of a workload are on the move at a time, so that the others go on serving. */
interface Pace {
  atOnce: number
  moving: number
  /** Slots before that are not healthy, or not for long enough yet. */
  unsound: number
  /** How many more a canary needs. */
  renewable: number
}

function paceOf(desired: DesiredWorkload, seats: readonly Seat[]): Pace {
  const isMoving = ({ keeper, leaving }: Seat): boolean =>
    keeper !== undefined && (!isSound(keeper) || !isWarm(keeper)) && leaving.length > 0
  const renewable = renewableOf(desired) - seats.filter(({ keeper }) => keeper).length
  const atOnce = atOnceOf(desired.workload)
  return { atOnce, moving: seats.filter(isMoving).length, unsound: 0, renewable }
}

/**
 * Starts the successor of an incumbent: in its place after a change of the workload, elsewhere when
 * its node drains or does not take it. A rollout waits while slots before it are not healthy, while it is
 * paused, and while a canary has as many as it needs. Says why where it does not.
 */
function move(
  table: Table,
  ranked: Ranked,
  { slot, incumbent }: { slot: Slot; incumbent: Instance },
  pace: Pace,
): StayReason | undefined {
  const { workload } = ranked.desired
  if (incumbent.status === 'Running' && pace.moving >= pace.atOnce) return 'IN_TURN'
  const node = table.nodes.find(({ id }) => id === incumbent.node)
  if (node && isHeldBack(ranked, { node, incumbent }, pace)) return 'IN_TURN'
  if (node && !table.ledger.refusalInPlace(node, slot, workload)) {
    // Its successor can only start once it has ended.
    if (comesAlone(workload) && isSound(incumbent) && !spend(table, workload)) {
      return 'DISRUPTION_BUDGET'
    }
    return renew(table, ranked, slot, incumbent)
  }
  if (goElsewhere(table, ranked, slot)) return undefined
  const others = table.nodes.filter(({ id }) => id !== incumbent.node)
  const said = new Set(others.map((other) => refusalOf(table, other, ranked, slot)))
  if (said.has('DATA_ELSEWHERE')) return 'DATA_HERE'
  // One that has nothing against it would have been chosen, were the slot not bound.
  return said.has(undefined) ? 'NOT_ASSIGNED' : 'NO_OTHER_NODE'
}

/**
 * What the next version would be refused by there, a cordon included, ends nothing that serves: wherever its successor
 * would start, it is one of the next version. Only what has to leave its computer anyhow waits for no turn.
 */
function isHeldBack(
  { desired }: Ranked,
  { node, incumbent }: { node: PlacementNode; incumbent: Instance },
  pace: Pace,
): boolean {
  const { kind, rollout } = desired.workload
  const goesOn = incumbent.status === 'Running' || node.kinds.includes(kind)
  if (isCurrent(incumbent, desired) || node.draining || !goesOn) return false
  // What is down for a moment counts like what runs, or all that is down together went together.
  const isInTurn = Math.max(pace.unsound, pace.moving) < pace.atOnce
  return rollout.paused || !isInTurn || pace.renewable <= 0
}

/** In its place, or where fewer copies are: something starts either way. */
function renew(
  table: Table,
  ranked: Ranked,
  slot: Slot,
  { node }: Instance,
): StayReason | undefined {
  const wider = widerPlace(table, ranked.desired.workload, slot, node)
  if (wider === 'NOT_ASSIGNED') return 'NOT_ASSIGNED'
  if (wider === undefined) table.starts.add(slot)
  else {
    table.ledger.lets(node, ranked.desired.workload.name)
    start(table, ranked, slot, wider)
  }
  return undefined
}

function spend({ spare }: Table, { name }: Workload): boolean {
  const left = spare.get(name)
  if (left === undefined) return true
  if (left === 0) return false
  spare.set(name, left - 1)
  return true
}

/** What was displaced and has yet to end waits for that, wherever it goes next. */
function settle(table: Table, ranked: Ranked, { slot, displaced }: Seat): boolean {
  if (!goElsewhere(table, ranked, slot)) return false
  if (displaced && table.starts.delete(slot)) table.awaits.add(slot)
  return true
}

/** Where there is room, or else where enough counts less, or one stands in for it. */
function goElsewhere(table: Table, ranked: Ranked, slot: Slot): boolean {
  const node = choose(table, ranked.desired.workload, slot)
  if (node) {
    start(table, ranked, slot, node)
    return true
  }
  const cleared = displace(table, ranked, slot) ?? giveWay(table, ranked, slot)
  if (!cleared) return false
  if (cleared.prepares) {
    table.assignments.set(slot, cleared.node)
    table.prepares.add(slot)
    return true
  }
  start(table, ranked, slot, cleared.node)
  if (cleared.waits && table.starts.delete(slot)) table.awaits.add(slot)
  return true
}

/** What was assigned before. */
function take(table: Table, ranked: Ranked, slot: Slot, appointed: NodeId): void {
  table.choices?.set(slot, 'ASSIGNED_THERE')
  begin(table, ranked, slot, appointed)
}

function start(table: Table, ranked: Ranked, slot: Slot, node: NodeId): void {
  reserve(table, node, { slot, ...ranked })
  begin(table, ranked, slot, node)
}

/** Where it may still run: told of by its records, or assigned there. */
function awayNode(table: Table, { slot, lost }: Seat): NodeId | undefined {
  const assigned = assignedNode(table, slot)
  const isAway = assigned !== undefined && !assigned.live && !assigned.left
  return isAway ? assigned.id : lost[0]?.node
}

function refusals(table: Table, ranked: Ranked, slot: Slot): Refusal[] {
  // A node that has nothing against it would have been chosen, were the slot not bound.
  return table.nodes.flatMap((node) => {
    if (node.gone) return []
    return [{ code: refusalOf(table, node, ranked, slot) ?? 'NOT_ASSIGNED', node: node.id }]
  })
}

export function refusalOf(
  table: Table,
  node: PlacementNode,
  ranked: Ranked,
  slot: Slot,
): PlacementRefusal | undefined {
  const code = table.ledger.refusal(node, slot, ranked.desired.workload)
  const isFull = code === 'CPU_FULL' || code === 'MEMORY_FULL'
  return isFull && isOutranked(table, node, ranked) ? 'OUTRANKED' : code
}
