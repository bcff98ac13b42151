import { assert } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { SlotState } from '../jobs/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  keepsData,
  type Slot,
  slotOf,
  type Workload,
} from '../spec/index.ts'
import { dataPlacesOf } from './data-places.ts'
import { best, compare, type Holders, holdersOf, isEnding, isSound } from './holders.ts'
import type {
  CommittedAssignments,
  Placement,
  PlacementInput,
  PlacementNode,
  Refusal,
  SurplusReason,
} from './index.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { rendezvousScore } from './rendezvous.ts'
import { atOnceOf, keepUntilAllServe, renewableOf } from './taking-over.ts'

interface Table {
  nodes: PlacementNode[]
  committed: CommittedAssignments
  ledger: Ledger
  assignments: Map<Slot, NodeId>
  starts: Set<Slot>
  unplaced: Map<Slot, readonly Refusal[]>
  surplus: Map<string, SurplusReason>
}

/** One slot with its holders reduced to the one that stays in each role. */
interface Seat extends Holders {
  keeper: Instance | undefined
  incumbent: Instance | undefined
  /** Where nobody holds it: the assigned node, if that can run it. */
  appointed: NodeId | undefined
}

const NOTHING_COMMITTED: CommittedAssignments = { assignments: new Map(), bound: new Set() }

export function place(input: PlacementInput): Placement {
  const table = evaluate(input)
  const surplus = new Map([...table.surplus].sort(([a], [b]) => compare(a, b)))
  const { assignments, starts, unplaced } = table
  return { assignments, starts, unplaced, surplus: [...surplus.keys()], surplusReasons: surplus }
}

/** The placement with the ledger it led to, so that `explain` can ask it about every node. */
export function evaluate(input: PlacementInput): Table {
  const nodes = input.nodes.toSorted((a, b) => compare(a.id, b.id))
  const table: Table = {
    nodes,
    committed: input.committed ?? NOTHING_COMMITTED,
    ledger: createLedger(nodes, dataPlacesOf(input)),
    assignments: new Map(),
    starts: new Set(),
    unplaced: new Map(),
    surplus: new Map(),
  }
  const nodeById = new Map(nodes.map((node) => [node.id, node]))
  const instancesOf = Map.groupBy(
    input.instances.toSorted((a, b) => compare(a.id, b.id)),
    (instance) => instance.workload,
  )
  const workloads = input.workloads.toSorted((a, b) => compare(a.workload.name, b.workload.name))

  // All that runs is counted before anything is placed: what runs stays.
  const seated = workloads.map((desired) => {
    const instances = instancesOf.get(desired.workload.name) ?? []
    const forbidden = desired.workload.onPartition === 'stop' && !input.majority
    markUnwanted(table, desired, instances, nodeById, forbidden)
    const states = input.jobs?.get(desired.workload.name)
    const holders = holdersOf(desired, instances, nodeById, states)
    const seats = forbidden ? [] : seat(table, desired, holders)
    keepUntilAllServe(table.surplus, desired, seats, nodes)
    return { desired, seats, forbidden, states }
  })
  // Then what was assigned and has yet to start.
  for (const { desired, seats, states } of seated) {
    for (const [index, seated] of seats.entries()) {
      if (!states || states[index]?.kind === 'due') appoint(table, desired.workload, seated)
    }
  }
  for (const { desired, seats, forbidden, states } of seated) {
    if (forbidden) refuseAll(table, desired.workload)
    else if (states) fillJob(table, desired.workload, { seats, states })
    else fill(table, desired, seats)
  }
  return table
}

/** Scaled down; or on the side of a partition where the workload must stop. */
function markUnwanted(
  table: Table,
  desired: DesiredWorkload,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
  forbidden: boolean,
): void {
  for (const instance of instances) {
    const here = nodes.get(instance.node)?.live === true && !isEnding(instance)
    if (here && instance.index >= desired.workload.replicas) {
      table.surplus.set(instance.id, 'SCALED_DOWN')
    } else if (here && forbidden) {
      table.surplus.set(instance.id, 'NO_MAJORITY')
    }
  }
}

/** Decides who stays in each slot and reserves for it; the rest is surplus where that is safe. */
function seat(table: Table, desired: DesiredWorkload, slots: readonly Holders[]): Seat[] {
  const { ledger } = table
  const stay = (holders: Holders): Seat => {
    const assigned = table.committed.assignments.get(holders.slot)
    const keeper = best(holders.slot, holders.settled, ledger, assigned)
    const leaving = holders.leaving.length > 0 ? holders.leaving : holders.stranded
    const incumbent = keeper ? undefined : best(holders.slot, leaving, ledger, assigned)
    const stays = keeper ?? incumbent
    if (stays && !stays.ended) ledger.reserve(stays.node, holders.slot, desired.workload)
    const seated = { ...holders, keeper, incumbent, appointed: undefined }
    markSurplus(table, seated)
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

function markSurplus({ surplus }: Table, { keeper, incumbent, ...holders }: Seat): void {
  for (const instance of holders.void) surplus.set(instance.id, 'REPLACED')
  for (const instance of holders.settled) {
    // The keeper ranks no lower: a loser that runs is ended only while its keeper is seen to run.
    if (instance !== keeper) surplus.set(instance.id, 'DUPLICATE')
  }
  for (const instance of holders.leaving) {
    if (keeper && isSound(keeper)) surplus.set(instance.id, 'REPLACED')
    else if (incumbent && instance !== incumbent) surplus.set(instance.id, 'DUPLICATE')
  }
  for (const instance of holders.stranded) {
    if (instance !== incumbent) surplus.set(instance.id, 'REPLACED')
  }
}

/** Reserves for a slot that was assigned and that nobody holds, before anybody else takes the room. */
function appoint(table: Table, workload: Workload, seated: Seat): void {
  const { slot, keeper, incumbent } = seated
  const node = keeper || incumbent ? undefined : assignedNode(table, slot)
  if (!node || table.ledger.refusal(node, slot, workload)) return
  table.ledger.reserve(node.id, slot, workload)
  seated.appointed = node.id
}

function assignedNode({ nodes, committed }: Table, slot: Slot): PlacementNode | undefined {
  const assigned = committed.assignments.get(slot)
  return assigned && nodes.find(({ id }) => id === assigned)
}

/** Where it may still run: told of by its records, or assigned there. */
function awayNode(table: Table, { slot, lost }: Seat): NodeId | undefined {
  const assigned = assignedNode(table, slot)
  const isAway = assigned !== undefined && !assigned.live && !assigned.left
  return isAway ? assigned.id : lost[0]?.node
}

/** Assigns every slot of one workload, those that are held first to their holders. */
function fill(table: Table, desired: DesiredWorkload, seats: readonly Seat[]): void {
  const { assignments, unplaced } = table
  const { workload } = desired
  // Few slots of a workload are on the move at a time, so that the others go on serving.
  const atOnce = atOnceOf(workload)
  let moving = seats.filter(
    ({ keeper, leaving }) => keeper && !isSound(keeper) && leaving.length > 0,
  ).length
  let renewable = renewableOf(desired) - seats.filter(({ keeper }) => keeper).length
  let unsound = 0
  let refused: readonly Refusal[] | undefined

  for (const seated of seats) {
    const { slot, keeper, incumbent, appointed } = seated
    if (keeper) {
      assignments.set(slot, keeper.node)
      if (!isSound(keeper)) unsound++
      continue
    }
    if (incumbent) {
      assignments.set(slot, incumbent.node)
      const serves = incumbent.status === 'Running'
      const mayMove = !serves || moving < atOnce
      const mayRenew = unsound < atOnce && !workload.rollout.paused && renewable > 0
      const moved = mayMove && move(table, workload, slot, incumbent, mayRenew)
      if (moved && serves) moving++
      if (moved) renewable--
      continue
    }
    if (appointed) {
      assignments.set(slot, appointed)
      table.starts.add(slot)
      continue
    }
    const away = workload.onPartition === 'keep' ? awayNode(table, seated) : undefined
    if (away) {
      assignments.set(slot, away)
      continue
    }
    // What refused one slot of a workload refuses the next: reservations only grow.
    // Save where each slot has data of its own somewhere.
    if (keepsData(workload)) refused = undefined
    const node = refused ? undefined : choose(table, workload, slot)
    if (node) {
      start(table, workload, slot, node)
    } else {
      refused ??= refusals(table, workload, slot)
      unplaced.set(slot, refused)
    }
  }
}

/** Slots of a job are given out when they are due; what was begun stays whose it is. */
function fillJob(
  table: Table,
  workload: Workload,
  { seats, states }: { seats: readonly Seat[]; states: readonly SlotState[] },
): void {
  let refused: readonly Refusal[] | undefined
  for (const [index, { slot, keeper, appointed }] of seats.entries()) {
    const state = states[index]
    if (keeper) {
      table.assignments.set(slot, keeper.node)
    } else if (state?.kind === 'begun') {
      // It has yet to start what it began, or is out of sight with it.
      if (table.nodes.some(({ id, live }) => id === state.node && live)) {
        start(table, workload, slot, state.node)
      } else table.assignments.set(slot, state.node)
    } else if (state?.kind === 'due' && appointed) {
      table.assignments.set(slot, appointed)
      table.starts.add(slot)
    } else if (state?.kind === 'due') {
      const node = refused ? undefined : choose(table, workload, slot)
      if (node) start(table, workload, slot, node)
      else {
        refused ??= refusals(table, workload, slot)
        table.unplaced.set(slot, refused)
      }
    }
  }
}

/**
 * Starts the successor of an incumbent: in its place after a change of the workload, elsewhere when
 * its node drains or cannot run it. A rollout waits while slots before it are not healthy, while it is
 * paused, and while as many as a canary needs are renewed.
 */
function move(
  table: Table,
  workload: Workload,
  slot: Slot,
  incumbent: Instance,
  mayRenew: boolean,
): boolean {
  const node = table.nodes.find(({ id }) => id === incumbent.node)
  if (node && !table.ledger.refusalInPlace(node, slot, workload)) {
    if (!mayRenew) return false
    table.starts.add(slot)
    return true
  }
  const other = choose(table, workload, slot)
  if (other) start(table, workload, slot, other)
  return other !== undefined
}

function start(table: Table, workload: Workload, slot: Slot, node: NodeId): void {
  table.ledger.reserve(node, slot, workload)
  table.assignments.set(slot, node)
  table.starts.add(slot)
}

/**
 * The assigned node, else distinct domains and hosts first, then rendezvous hash; bound slots wait
 * instead.
 */
function choose(table: Table, workload: Workload, slot: Slot): NodeId | undefined {
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
type Crowding = readonly [inDomain: number, lonely: number, onNode: number]

function crowdingOf(
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

function compareCrowding(a: Crowding, b: Crowding): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function refusals(table: Table, workload: Workload, slot: Slot): Refusal[] {
  // A node that has nothing against it would have been chosen, were the slot not bound.
  return table.nodes.map((node) => {
    return { code: table.ledger.refusal(node, slot, workload) ?? 'NOT_ASSIGNED', node: node.id }
  })
}

function refuseAll(table: Table, workload: Workload): void {
  const refused = table.nodes.map(({ id }): Refusal => ({ code: 'NO_MAJORITY', node: id }))
  for (let index = 0; index < workload.replicas; index++) {
    table.unplaced.set(slotOf(workload.name, index), refused)
  }
}
