/**
 * What is to be done here, from what is wanted, where it was placed, and what there is. Pure.
 *
 * Nothing is ended because information is missing: an end needs a committed end (or, without a
 * Primary, a tombstone), a lower replica count, a newer one that serves, or a duplicate that is seen
 * to run. Until this node knows what its peers run, it starts nothing that a peer may run and ends
 * nothing that it may be the last to run.
 */
import { assert } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { DesiredRecord } from '../desired/index.ts'
import { isOf, type SlotState } from '../jobs/index.ts'
import type { Placement } from '../placement/index.ts'
import {
  comesAlone,
  type DesiredWorkload,
  type Instance,
  isCurrent,
  mayRestart,
  parseSlot,
  type Slot,
  slotOf,
  type Turn,
  turnOf,
} from '../spec/index.ts'
import { MINORITY_HOLD_MS, ORPHAN_HOLD_MS, SURPLUS_HOLD_MS } from './limits.ts'
import type { LocalInstance, Reason } from './local-instance.ts'

export interface PlanInput {
  self: NodeId
  nowMs: number
  placement: Placement
  /** By name. */
  wanted: ReadonlyMap<string, DesiredWorkload>
  /** Of jobs, by name: what each of their slots is at. */
  jobs: ReadonlyMap<string, readonly SlotState[]>
  /** Workloads about which a quorum can be asked. */
  bound: ReadonlySet<string>
  /** What a workload was before, the latest first, as far as that is kept. */
  pastOf: (workload: string) => readonly DesiredWorkload[]
  /** What is held for a name that is not wanted. */
  recordOf: (workload: string) => DesiredRecord
  local: readonly LocalInstance[]
  /** Instances of other nodes that have not said goodbye. */
  others: readonly Instance[]
  /** What peers run is known as far as it can be. */
  ready: boolean
  /** A whole round with a peer has ended, or there are no peers. */
  synced: boolean
  /** Nobody's liveness has changed just now. */
  settled: boolean
  /** This node has said goodbye. */
  left: boolean
  /** Since when each id has been up for its end, from the plan before. */
  doomedSinceMs: ReadonlyMap<string, number>
}

export type EndReason =
  | 'LEFT'
  | 'DELETED'
  | 'ORPHAN'
  | 'SCALED_DOWN'
  | 'REPLACED'
  | 'DUPLICATE'
  | 'NO_MAJORITY'
  | 'NO_QUORUM'
  | 'DISPLACED'
  | 'STRANDED'

export interface Plan {
  /** Slots to be taken by a new instance. */
  claims: Claim[]
  /** Attempts at jobs that wait here for the registry's word that they begin. */
  begins: string[]
  /** Attempts whose end the registry has yet to hold. */
  reports: { id: string; exitCode: number | undefined }[]
  /** Instances whose images and secrets are to be had at hand before what counts less gives them its room. */
  prepares: { id: string; desired: DesiredWorkload }[]
  /** Waiting instances that may be started now, each from its version. */
  runs: { id: string; desired: DesiredWorkload }[]
  /** Ended instances that stay so. */
  rests: string[]
  ends: { id: string; reason: EndReason }[]
  /** To be handed to the next plan. */
  doomedSinceMs: Map<string, number>
  /** When to plan again if nothing happens. */
  againAtMs: number | undefined
}

export interface Claim {
  desired: DesiredWorkload
  index: number
  /** Its room has something that serves, which goes on until the rest is there. */
  awaitsRoom?: boolean
  /** Of a job. */
  attempt?: { turn: Turn; failures: number }
}

export function plan(input: PlanInput): Plan {
  const out: Plan = {
    claims: [],
    begins: [],
    reports: [],
    prepares: [],
    runs: [],
    rests: [],
    ends: [],
    doomedSinceMs: new Map(),
    againAtMs: undefined,
  }
  const doomed = new Set<string>()
  for (const local of input.local) {
    if (local.phase.kind === 'ending') continue
    const reason = endReason(input, local)
    if (report(input, local, out) || reason === undefined) continue
    doomed.add(local.id)
    const sinceMs = input.doomedSinceMs.get(local.id) ?? input.nowMs
    out.doomedSinceMs.set(local.id, sinceMs)
    const dueMs = sinceMs + holdMs(input, reason, local)
    if (dueMs <= input.nowMs) out.ends.push({ id: local.id, reason })
    else lookAgain(out, dueMs)
  }
  claim(input, out)
  for (const local of input.local) if (!doomed.has(local.id)) mayRun(input, local, out)
  return out
}

function endReason(input: PlanInput, local: LocalInstance): EndReason | undefined {
  if (input.left) return isDone(local, input.wanted.get(local.workload)) ? undefined : 'LEFT'
  if (!input.wanted.has(local.workload)) {
    const record = input.recordOf(local.workload)
    if (record === 'ended') return 'DELETED'
    // It is ours by its labels, and nobody in the network knows what it is for.
    return record === 'none' && input.ready && input.synced ? 'ORPHAN' : undefined
  }
  const reason = input.placement.surplusReasons.get(local.id)
  // Who has just fallen silent may be back in a moment, and need no room here.
  if (reason === 'DISPLACED' && !input.settled) return undefined
  // Without a quorum nothing else would come of it.
  if (reason === 'STRANDED' && !(input.settled && input.bound.has(local.workload))) return undefined
  // Whether another one serves in its place is known only from peers.
  return reason === 'SCALED_DOWN' || input.ready ? reason : undefined
}

/**
 * It has run, and is not started again. Its record stays when its node stops in order: without it others
 * would find the slot free, and run it anew. Of a job the registry says what is done (`isUntold`).
 */
export function isDone(local: LocalInstance, desired: DesiredWorkload | undefined): boolean {
  if (local.phase.kind !== 'over' || !local.exit || !desired) return false
  if (desired.workload.job || !isCurrent(local, desired)) return false
  return !mayRestart(desired.workload.restart, local)
}

/** Why an attempt is given up that has not come to its end, where the next is to be made elsewhere. */
export function cededFor(reason: EndReason, local: LocalInstance): Reason | undefined {
  if (reason === 'DISPLACED') {
    return { code: reason, message: 'Its room was needed by what counts more.' }
  }
  if (reason !== 'STRANDED') return undefined
  return local.reason ?? { code: reason, message: 'Its computer could not start it.' }
}

/** How long a reason must hold without a break. What does not run is let go at once. */
function holdMs(input: PlanInput, reason: EndReason, local: LocalInstance): number {
  if (reason === 'ORPHAN') return ORPHAN_HOLD_MS
  if (reason === 'NO_MAJORITY' || reason === 'NO_QUORUM') return MINORITY_HOLD_MS
  const disputed = ['DUPLICATE', 'REPLACED', 'DISPLACED'].includes(reason)
  if (!disputed || local.phase.kind !== 'running') return 0
  return SURPLUS_HOLD_MS * (reason === 'DUPLICATE' ? 1 + nodesBefore(input, local) : 1)
}

/**
 * Of two that are run twice each may hold the other for the one that stays, where one has yet to hear who was
 * given the slot since. So they do not end at once: the later sees that the earlier ends, and stays.
 */
function nodesBefore({ self, others }: PlanInput, { workload, index }: LocalInstance): number {
  const before = others.filter((one) => {
    const isTwin = one.workload === workload && one.index === index && one.status === 'Running'
    return isTwin && one.node < self
  })
  return new Set(before.map(({ node }) => node)).size
}

/** Slots that were placed here and have no instance of what is wanted now. */
function claim(input: PlanInput, out: Plan): void {
  if (!input.ready || input.left) return
  const held = [...input.others, ...input.local]
  const contested = new Set(held.map((one) => slotOf(one.workload, one.index)))
  const { starts, prepares } = input.placement
  for (const slot of [...starts, ...prepares]) {
    if (input.placement.assignments.get(slot) !== input.self) continue
    // Someone else had it: only when it is sure that they are gone. What is here of an earlier version
    // is in no hurry: others of it may be on the move whom nobody has heard of again yet.
    if (!input.settled && contested.has(slot)) continue
    const parsed = parseSlot(slot)
    const desired = parsed && input.wanted.get(parsed.workload)
    assert(parsed && desired, 'Only wanted slots are placed.')
    if (holdsNow(input, slot, desired)) continue
    const attempt = attemptAt(input, desired, parsed.index)
    if (desired.workload.job && !attempt) continue
    out.claims.push({
      ...{ desired, index: parsed.index },
      ...(prepares.has(slot) && { awaitsRoom: true }),
      ...(attempt && { attempt }),
    })
  }
}

/** What is to be begun there, or was by this node; nothing while nobody could be asked. */
function attemptAt(input: PlanInput, { workload: { name } }: DesiredWorkload, index: number) {
  const state = input.jobs.get(name)?.[index]
  if (state?.kind === 'begun' && state.node === input.self) return state
  return state?.kind === 'due' && input.bound.has(name) ? state : undefined
}

/** Where the end of an attempt is still to be told it is kept until that is done. */
function report(input: PlanInput, local: LocalInstance, out: Plan): boolean {
  const state = input.jobs.get(local.workload)?.[local.index]
  if (!isUntold(input.self, local, state)) return false
  const { id, exit } = local
  if (input.bound.has(local.workload)) out.reports.push({ id, exitCode: exit?.code })
  return true
}

/** An attempt of this node has ended, and the registry does not hold how. */
export function isUntold(
  self: NodeId,
  { id, exit, phase }: LocalInstance,
  state: SlotState | undefined,
): boolean {
  if (!exit || !state || phase.kind === 'ending') return false
  const open = state.kind === 'begun' && state.node === self && isOf(state, id)
  return (open && phase.kind === 'over') || (exit.code === 0 && isGivenUp(self, state, id))
}

/** It was held lost, and no other has ended well by now. */
function isGivenUp(self: NodeId, state: SlotState, id: string): boolean {
  const turn = turnOf(id)
  if (!turn || (state.kind !== 'due' && state.kind !== 'begun')) return false
  const { generation, run } = state.turn
  if (turn.generation !== generation || turn.run !== run) return false
  return state.lost.some(([attempt, node]) => attempt === turn.attempt && node === self)
}

function isWantedNow(input: PlanInput, local: LocalInstance, desired: DesiredWorkload): boolean {
  if (!desired.workload.job) return isCurrent(local, desired)
  return isOf(input.jobs.get(local.workload)?.[local.index], local.id)
}

function holdsNow(input: PlanInput, slot: Slot, desired: DesiredWorkload): boolean {
  return input.local.some(
    (local) =>
      slotOf(local.workload, local.index) === slot &&
      local.phase.kind !== 'ending' &&
      isWantedNow(input, local, desired),
  )
}

function mayRun(input: PlanInput, local: LocalInstance, out: Plan): void {
  const { phase } = local
  if (phase.kind !== 'waiting' && phase.kind !== 'over') return
  const desired = input.wanted.get(local.workload)
  if (!desired) return
  if (!isWantedNow(input, local, desired)) {
    mayRunAgain(input, local, desired, out)
    return
  }
  if (local.inherited && !input.ready) return
  const slot = slotOf(local.workload, local.index)
  const { assignments, starts, stays, prepares } = input.placement
  // Others of its slot than the one that stands in are to end, and do not come here.
  if (assignments.get(slot) !== input.self && stays.get(slot) !== 'STANDS_IN') return
  const isToPrepare = prepares.has(slot) && local.awaitsRoom === 'unready'
  const hasRoom = !local.awaitsRoom || starts.has(slot) || hasBegun(input, local)
  if (!hasRoom && !isToPrepare) return
  // That it could not get what it needs was no run of it.
  if (!local.awaitsRoom && !mayRestart(desired.workload.restart, local)) {
    if (phase.kind === 'waiting') out.rests.push(local.id)
  } else if (phase.kind === 'waiting' && phase.untilMs > input.nowMs) {
    lookAgain(out, phase.untilMs)
  } else if (isToPrepare) out.prepares.push({ id: local.id, desired })
  else if (desired.workload.job && !hasBegun(input, local)) out.begins.push(local.id)
  else out.runs.push({ id: local.id, desired })
}

/**
 * What has run of an earlier version and is not surplus serves until its successor does (`goesOn`), and so
 * is started again from its own version. Where nobody knows that any more, it has come to its end.
 */
function mayRunAgain(
  input: PlanInput,
  local: LocalInstance,
  desired: DesiredWorkload,
  out: Plan,
): void {
  const { id, workload: name, phase } = local
  if (phase.kind !== 'waiting' || desired.workload.job) return
  if (local.startedAtMs === undefined || turnOf(id)) return
  if (!input.ready || input.placement.surplusReasons.has(id)) return
  const version = input.pastOf(name).find((one) => isCurrent(local, one))
  if (!version || !mayRestart(version.workload.restart, local)) {
    out.rests.push(id)
    return
  }
  const slot = slotOf(name, local.index)
  // Of two of which each must be alone the later one comes, and ends this one.
  const isAlone = comesAlone(desired.workload) || comesAlone(version.workload)
  if (isAlone && (input.placement.starts.has(slot) || holdsNow(input, slot, desired))) return
  if (phase.untilMs > input.nowMs) lookAgain(out, phase.untilMs)
  else out.runs.push({ id, desired: version })
}

function hasBegun({ self, jobs }: PlanInput, { workload, index }: LocalInstance): boolean {
  const state = jobs.get(workload)?.[index]
  return state?.kind === 'begun' && state.node === self
}

function lookAgain(out: Plan, atMs: number): void {
  out.againAtMs = Math.min(out.againAtMs ?? atMs, atMs)
}
