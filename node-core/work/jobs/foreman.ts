/**
 * What is to be committed next about jobs: a run that is due, one that has come to its end, an attempt
 * whose node is gone. Alike on every voter that knows the same; it remembers nothing.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { RunRow } from '../../control/registry/index.ts'
import {
  type DesiredWorkload,
  type Job,
  laneOf,
  lanesOf,
  latestDue,
  nextDue,
} from '../spec/index.ts'
import type { JobRecord, SlotState } from './index.ts'
import { isOutgrown, slotStates } from './slot-states.ts'
import { countsOn, marksUpTo, readTerms, termsOf } from './terms.ts'

export interface JobInput {
  jobs: readonly { desired: DesiredWorkload; record: JobRecord }[]
  /** The log's. */
  timeMs: number
  /** For how long a node has been out of sight; infinite once it has left for good. */
  awayMs(node: NodeId): number
}

export type JobStep =
  | {
      kind: 'run.start'
      body: {
        workload: string
        generation: number
        run: number
        lane: number
        template: string
        dueMs?: number
        missed?: string
      }
    }
  | {
      kind: 'run.close'
      body: {
        workload: string
        run: number
        outcome: 'succeeded' | 'failed' | 'replaced'
        code?: string
      }
    }
  | {
      kind: 'attempt.lost'
      body: { workload: string; run: number; index: number; attempt: number }
    }

export interface JobSteps {
  /** At most one for each job: what comes after it follows from what is committed then. */
  steps: JobStep[]
  /** When the log's time alone brings the next one. */
  dueMs: number | undefined
  /** When a node has been away for long enough, from now. */
  lostInMs: number | undefined
}

export function jobSteps(input: JobInput): JobSteps {
  const steps: JobStep[] = []
  const due: number[] = []
  const lost: number[] = []
  for (const one of input.jobs) {
    const { job } = one.desired.workload
    if (!job) continue
    const step = endOf(one, job, input) ?? beginOf(one, job, input)
    if (step) steps.push(step)
    due.push(...timesAhead(one, job, input.timeMs))
    lost.push(...waits(one, job, input))
  }
  return { steps, dueMs: least(due), lostInMs: least(lost) }
}

/** A run, or the count of a schedule, that begins with the log's time, whatever that is. */
export function beginsNow(step: JobStep): boolean {
  return step.kind === 'run.start' && step.body.dueMs === undefined
}

/**
 * When a run is due that its owner begins: by the owner's clock, since the log's stands still while nobody
 * writes and a deadline would count from then; before what its schedule has due next, however wrong
 * that clock is. A paused one has nothing due, and nobody moves the log's time for it.
 */
export function dueByHand({ schedule }: Job, now: { logMs: number; wallMs: number }): number {
  const nextMs = schedule && !schedule.paused ? nextDue(schedule, now.logMs) : undefined
  return Math.max(now.logMs, Math.min(now.wallMs, (nextMs ?? Number.POSITIVE_INFINITY) - 1))
}

type One = JobInput['jobs'][number]
type Going = readonly [run: number, row: RunRow]

function goingOn({ runs }: JobRecord): Going[] {
  return runs.filter(([, row]) => !row.ended)
}

/** The end of a run, or of an attempt that nobody will tell the end of. */
function endOf(one: One, job: Job, { timeMs, awayMs }: JobInput): JobStep | undefined {
  const { workload } = one.desired
  const states = slotStates(workload, one.record)
  const close = (
    run: number,
    outcome: 'succeeded' | 'failed' | 'replaced',
    code?: string,
  ): JobStep => {
    const body = { workload: workload.name, run, outcome, ...(code !== undefined && { code }) }
    return { kind: 'run.close', body }
  }
  for (const [run, row] of goingOn(one.record)) {
    const own = states.filter((_, index) => laneOf(job, index) === row.lane)
    const isOfBefore = !job.schedule && readTerms(row).template !== termsOf(workload)
    const hasNoPlace = row.lane >= lanesOf(job) || isOutgrown(job, [run, row], one.record)
    if (isOfBefore || hasNoPlace) return close(run, 'replaced', 'CHANGED')
    if (own.some((state) => state.kind === 'done' && !state.succeeded)) return close(run, 'failed')
    if (own.every((state) => state.kind === 'done')) return close(run, 'succeeded')
    if (job.deadlineMs !== undefined && timeMs >= beganMs(row) + job.deadlineMs) {
      return close(run, 'failed', 'DEADLINE')
    }
  }
  for (const { state, index } of begun(states)) {
    if (isWaitedFor(one, job, awayMs(state.node))) continue
    const { run, attempt } = state.turn
    return { kind: 'attempt.lost', body: { workload: workload.name, run, index, attempt } }
  }
  return undefined
}

/** One that its owner began says when that was: the log's time may have rested, and stand far behind. */
function beganMs({ startedMs, dueMs }: RunRow): number {
  return Math.max(startedMs, dueMs)
}

/** `keep` waits for as long as the node may come back; one that has left does not. */
function isWaitedFor({ desired }: One, job: Job, awayMs: number): boolean {
  if (awayMs === Number.POSITIVE_INFINITY) return false
  return desired.workload.onPartition === 'keep' || awayMs < job.lostAfterMs || awayMs === 0
}

function begun(states: readonly SlotState[]) {
  return states.flatMap((state, index) => (state.kind === 'begun' ? [{ state, index }] : []))
}

function beginOf(one: One, job: Job, { timeMs }: JobInput): JobStep | undefined {
  const { desired, record } = one
  const { workload, generation } = desired
  const last = record.runs.at(-1)
  const run = (last?.[0] ?? 0) + 1
  const start = (rest: { lane: number; dueMs?: number; missed?: string }): JobStep => {
    const marks = marksUpTo(record, run) + Number(rest.missed === 'DEPLOYED')
    const template = termsOf(workload, marks)
    return {
      kind: 'run.start',
      body: { workload: workload.name, generation, run, template, ...rest },
    }
  }
  const { schedule } = job
  if (!schedule) {
    const isOfThis = last && readTerms(last[1]).template === termsOf(workload)
    return isOfThis ? undefined : start({ lane: 0 })
  }
  // Times before it was deployed were none of its own; nor are those before it was changed to them.
  if (!last || !countsOn(desired, record)) return start({ lane: 0, missed: 'DEPLOYED' })
  if (schedule.paused) return undefined
  const dueMs = latestDue(schedule, { sinceMs: last[1].dueMs, untilMs: timeMs })
  if (dueMs === undefined) return undefined
  const miss = (missed: string): JobStep => start({ lane: 0, dueMs, missed })
  if (timeMs - dueMs > schedule.startWithinMs) return miss('TOO_LATE')
  const busy = new Set(goingOn(record).map(([, row]) => row.lane))
  const lane = Array.from({ length: lanesOf(job) }, (_, at) => at).find((at) => !busy.has(at))
  if (lane !== undefined) return start({ lane, dueMs })
  const [before] = goingOn(record)
  if (schedule.overlap !== 'replace' || !before) return miss('OVERLAP')
  const body = {
    workload: workload.name,
    run: before[0],
    outcome: 'replaced',
    code: 'OVERLAP',
  } as const
  return { kind: 'run.close', body }
}

function timesAhead({ record }: One, job: Job, timeMs: number): number[] {
  const { schedule, deadlineMs } = job
  const next = schedule && !schedule.paused ? nextDue(schedule, timeMs) : undefined
  const ends = goingOn(record).map(([, row]) => beganMs(row) + (deadlineMs ?? Number.NaN))
  return [...(next === undefined ? [] : [next]), ...ends.filter((atMs) => atMs > timeMs)]
}

function waits(one: One, job: Job, { awayMs }: JobInput): number[] {
  return begun(slotStates(one.desired.workload, one.record)).flatMap(({ state }) => {
    const away = awayMs(state.node)
    if (away === 0 || !isWaitedFor(one, job, away)) return []
    return one.desired.workload.onPartition === 'keep' ? [] : [job.lostAfterMs - away]
  })
}

function least(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times)
}
