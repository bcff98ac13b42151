/** Evaluates a placement: what runs is counted first, then what was assigned, then all others are placed. */

import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { SlotState } from '../jobs/index.ts'
import {
  type DesiredWorkload,
  isCurrent,
  rankOf,
  type Slot,
  slotOf,
  type Workload,
} from '../spec/index.ts'
import { dataPlacesOf } from './data-places.ts'
import { compareRanked } from './displacing.ts'
import { fill, fillJob } from './filling.ts'
import { compare, holdersOf } from './holders.ts'
import type { Choice, CommittedAssignments, Placement, PlacementInput, Refusal } from './index.ts'
import { createLedger } from './ledger.ts'
import {
  appoint,
  countSpare,
  dismissComing,
  type Forbidden,
  markUnwanted,
  seat,
} from './seating.ts'
import { isUnready, type Ranked, type Seat, type Table } from './table.ts'
import { keepUntilAllServe } from './taking-over.ts'

const NOWHERE_ELSE: ReadonlySet<Slot> = new Set()
const NOTHING_COMMITTED: CommittedAssignments = { assignments: new Map(), bound: new Set() }

export function place(input: PlacementInput): Placement {
  const table = evaluate(input)
  const surplus = new Map([...table.surplus].sort(([a], [b]) => compare(a, b)))
  const { assignments, starts, awaits, prepares, stays, unplaced } = table
  return {
    ...{ assignments, starts, awaits, prepares, stays, unplaced },
    ...{ surplus: [...surplus.keys()], surplusReasons: surplus },
  }
}

/**
 * The placement with the ledger it led to, so that `explain` can ask it about every node. `choices`
 * takes what decided where slots go.
 */
export function evaluate(input: PlacementInput, choices?: Map<Slot, Choice>): Table {
  const nodes = input.nodes.toSorted((a, b) => compare(a.id, b.id))
  const table: Table = {
    nodes,
    committed: input.committed ?? NOTHING_COMMITTED,
    ledger: createLedger(nodes, {
      whereData: dataPlacesOf(input),
      ownerOf: ownersIn(input),
      failedThere: failuresIn(input),
    }),
    assignments: new Map(),
    starts: new Set(),
    awaits: new Set(),
    prepares: new Set(),
    coming: new Map(),
    unplaced: new Map(),
    stays: new Map(),
    displaces: new Map(),
    ...(choices && { choices }),
    surplus: new Map(),
    occupants: new Map(),
    spare: new Map(),
    inPlace: input.inPlace ?? NOWHERE_ELSE,
  }
  const nodeById = new Map(nodes.map((node) => [node.id, node]))
  const instancesOf = Map.groupBy(
    input.instances.toSorted((a, b) => compare(a.id, b.id)),
    (instance) => instance.workload,
  )
  const workloads = input.workloads.map((one) => rankedIn(input, one)).sort(compareRanked)

  // All that runs is counted before anything is placed: what runs stays.
  const seated = workloads.map((ranked) => {
    const { desired } = ranked
    const { workload } = desired
    const instances = instancesOf.get(workload.name) ?? []
    const forbidden = forbiddenBy(input, workload)
    const standIns = markUnwanted(table, ranked, instances, nodeById, forbidden)
    const states = input.jobs?.get(workload.name)
    const holders = holdersOf(desired, instances, nodeById, states)
    const seats = forbidden ? [] : seat(table, ranked, holders)
    keepUntilAllServe(table.surplus, desired, seats, nodes)
    countSpare(table, workload, seats, standIns)
    return { ranked, seats, forbidden, states }
  })
  // Then what was assigned and has yet to start.
  appointAll(table, seated, { unready: false })
  // What could not start so far takes nobody's room by having been assigned it.
  appointAll(table, seated, { unready: true })
  for (const { ranked, seats, forbidden, states } of seated) {
    if (forbidden) refuseAll(table, ranked.desired.workload, forbidden)
    else if (states) fillJob(table, ranked, { seats, states })
    else fill(table, ranked, seats)
  }
  dismissComing(table)
  return table
}

interface Seated {
  ranked: Ranked
  seats: readonly Seat[]
  states: readonly SlotState[] | undefined
}

function appointAll(table: Table, all: readonly Seated[], { unready }: { unready: boolean }): void {
  for (const { ranked, seats, states } of all) {
    for (const [index, seated] of seats.entries()) {
      if (states && states[index]?.kind !== 'due') continue
      const assigned = table.committed.assignments.get(seated.slot)
      if (isUnready(table, seated.slot, assigned) === unready) appoint(table, ranked, seated)
    }
  }
}

/** What of a slot as it is wanted now could not start on a node, by something of that node. */
function failuresIn({ workloads, instances }: PlacementInput) {
  const unfit = instances.filter((one) => one.unfit && one.status !== 'Running')
  const failed = unfit.filter((one) => {
    return workloads.some((of) => of.workload.name === one.workload && isCurrent(one, of))
  })
  const pairs = new Set(failed.map((one) => `${one.node} ${slotOf(one.workload, one.index)}`))
  return (node: NodeId, slot: Slot): boolean => pairs.size > 0 && pairs.has(`${node} ${slot}`)
}

function ownersIn({ workloads }: PlacementInput): (workload: string) => OwnerId | undefined {
  const owners = new Map(workloads.map(({ workload, owner }) => [workload.name, owner]))
  return (workload) => owners.get(workload)
}

export function rankedIn({ admins }: PlacementInput, desired: DesiredWorkload): Ranked {
  return { desired, rank: rankOf(desired, (owner) => admins?.has(owner) ?? false) }
}

/** A quorum is on one side at most, and a committee need not be where most of the network is. */
function forbiddenBy(
  { majority, quorum }: PlacementInput,
  { onPartition }: Workload,
): Forbidden | undefined {
  if (onPartition !== 'stop' || (quorum ?? majority)) return undefined
  return quorum === undefined ? 'NO_MAJORITY' : 'NO_QUORUM'
}

function refuseAll(table: Table, workload: Workload, code: Forbidden): void {
  const present = table.nodes.filter(({ gone }) => !gone)
  const refused = present.map(({ id }): Refusal => ({ code, node: id }))
  for (let index = 0; index < workload.replicas; index++) {
    table.unplaced.set(slotOf(workload.name, index), refused)
  }
}
