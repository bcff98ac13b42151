/** What a placement is worked out on: who sits where, and what has been decided so far. */
import type { NodeId } from '../../base/net/index.ts'
import type { DesiredWorkload, Instance, Rank, Slot } from '../spec/index.ts'
import type { Holders } from './holders.ts'
import type {
  Choice,
  CommittedAssignments,
  PlacementNode,
  Refusal,
  StayReason,
  SurplusReason,
} from './index.ts'
import type { Ledger } from './ledger.ts'

export interface Table {
  nodes: PlacementNode[]
  committed: CommittedAssignments
  ledger: Ledger
  assignments: Map<Slot, NodeId>
  starts: Set<Slot>
  awaits: Set<Slot>
  prepares: Set<Slot>
  /** Instances that wait for room, by slot. */
  coming: Map<Slot, readonly Instance[]>
  unplaced: Map<Slot, readonly Refusal[]>
  stays: Map<Slot, StayReason>
  /** Why slots go where they do, of those that nobody holds; only for who asks why. */
  choices?: Map<Slot, Choice>
  /** Slots whose room a slot is given. */
  displaces: Map<Slot, Slot[]>
  surplus: Map<string, SurplusReason>
  /** Who has room there, in the order in which it was given. */
  occupants: Map<NodeId, Occupant[]>
  /** Of workloads with a budget: how many slots that serve may yet be taken away. */
  spare: Map<string, number>
  /** Slots whose successors start in their place, wherever fewer copies are. */
  inPlace: ReadonlySet<Slot>
}

/** One slot with its holders reduced to the one that stays in each role. */
export interface Seat extends Holders {
  keeper: Instance | undefined
  incumbent: Instance | undefined
  /** Where nobody holds it: the assigned node, if that can run it. */
  appointed: NodeId | undefined
  /** What held it gives its room to something that counts more, and has yet to end. */
  displaced: boolean
}

/** A workload and what it counts. */
export interface Ranked {
  desired: DesiredWorkload
  rank: Rank
}

export interface Occupant extends Ranked {
  slot: Slot
  /** Absent for what has just been placed. */
  seat?: Seat
  /** Workloads of which a copy is to have its room, and does not come so far. */
  awaitedBy?: ReadonlySet<string>
}

export function reserve(table: Table, node: NodeId, occupant: Occupant): void {
  table.ledger.reserve(node, occupant.slot, occupant.desired.workload)
  const here = table.occupants.get(node)
  if (here) here.push(occupant)
  else table.occupants.set(node, [occupant])
}

/** It serves beyond the number that is wanted. */
export function isStandIn({ stays }: Table, { slot }: Occupant): boolean {
  return stays.get(slot) === 'STANDS_IN'
}

/** It starts there; or waits, where what has yet to end leaves no room, or no host port, beside it. */
export function begin(table: Table, { desired }: Ranked, slot: Slot, node: NodeId): void {
  table.assignments.set(slot, node)
  const isFree = table.ledger.fitsBesideEnding(node, slot, desired.workload)
  ;(isFree ? table.starts : table.awaits).add(slot)
}

/** Its node has yet to get what it needs besides the room. */
export function isUnready({ coming }: Table, slot: Slot, node: NodeId | undefined): boolean {
  const there = coming.get(slot)?.find((one) => one.node === node)
  return there?.awaitsRoom === 'unready'
}

/** Where it waits for room alone, unless the committee has it elsewhere, or nowhere. */
export function readyNode(
  { coming, committed, nodes }: Table,
  { workload }: DesiredWorkload,
  slot: Slot,
): PlacementNode | undefined {
  if (committed.assignments.has(slot) || committed.bound.has(workload.name)) return undefined
  const ready = coming.get(slot)?.find((one) => one.awaitsRoom === 'ready')
  return ready && nodes.find(({ id }) => id === ready.node)
}

/** Nobody else is given its room. */
export function promise(table: Table, node: NodeId, occupant: Occupant): void {
  const here = table.occupants.get(node) ?? []
  table.occupants.set(
    node,
    here.filter((one) => one !== occupant),
  )
}

export function release(table: Table, node: NodeId, occupant: Occupant): void {
  table.ledger.release(node, occupant.slot, occupant.desired.workload)
  promise(table, node, occupant)
}

export function assignedNode({ nodes, committed }: Table, slot: Slot): PlacementNode | undefined {
  const assigned = committed.assignments.get(slot)
  return assigned && nodes.find(({ id }) => id === assigned)
}
