import { beyond, latencyOf, less, type Totals } from '../load/index.ts'
import { type DesiredWorkload, stepOf, templateOf } from '../spec/index.ts'
import {
  BAD_MIN,
  BAD_MORE,
  BAD_TIMES,
  LATENCY_ANSWERS_MIN,
  LATENCY_MORE_MS,
  LATENCY_TIMES,
  NEWS_MS,
  RESTARTS_BROKEN,
} from './limits.ts'
import { unreadyMsMax } from './unready.ts'
import { type StartFailure, type Unstarted, unstartedMsMax } from './unstarted.ts'

export interface CanaryInput {
  nowMs: number
  desired: DesiredWorkload
  /** How many copies its share needs, and those of the new version that are in sight, as they are. */
  wanted: number
  copies: readonly CanaryCopy[]
  /** Of all edges, since whenever this began to be added up. */
  fresh: Totals
  old: Totals
}

export interface CanaryCopy {
  id: string
  /** Its slot, which may have two for a moment. */
  index: number
  healthy: boolean
  /** Healthy, and not yet for as long as is wanted before it counts. */
  warming?: boolean
  restarts: number
  /** It runs, and its probes fail. */
  unready?: boolean
  /** It could not be started, and nothing of it runs. */
  unstarted?: Unstarted | undefined
}

/** Of one step; who has none begins it anew. */
export interface CanaryMemory {
  step: number
  template: string
  /** Since when as many copies as are needed have been healthy. */
  healthyMs: number | undefined
  /** Since when each of those that run and are not healthy has been so, by its id. */
  unreadyMs: ReadonlyMap<string, number>
  /** Since when each of those that could not be started has been so. */
  unstartedMs: ReadonlyMap<string, number>
  /** What had been counted before the step, or before it began anew. */
  fresh: Totals
  old: Totals
  /** It was slower once, and began anew. */
  doubted: boolean
}

export type CanaryStepping =
  | { kind: 'step'; step: number }
  /**
   * Errors of a thousand answers, or milliseconds: of the new version, and of the old. Of what could
   * not be started, or was not healthy: seconds.
   */
  | { kind: 'revert'; why: CanaryFailure; measured?: number; before?: number }

export type CanaryFailure = 'ERRORS' | 'LATENCY' | 'UNHEALTHY' | StartFailure

export function judge(
  memory: CanaryMemory | undefined,
  input: CanaryInput,
): { memory: CanaryMemory; stepping?: CanaryStepping } {
  const { desired, nowMs, copies, wanted } = input
  const { steps = [], paused } = desired.workload.rollout
  const step = stepOf(desired)
  const template = templateOf(desired.workload)
  const isSame = memory?.step === step && memory.template === template
  const base = { fresh: input.fresh, old: input.old }
  const anew = { healthyMs: undefined, unreadyMs: NOBODY, unstartedMs: NOBODY }
  const begun = isSame ? memory : { step, template, ...anew, ...base, doubted: false }
  const serving = new Set(
    copies.filter((one) => one.healthy && !one.warming).map(({ index }) => index),
  )
  const isWhole = serving.size >= wanted
  const healthyMs = isWhole ? (begun.healthyMs ?? nowMs) : undefined
  const unready = copies.filter((one) => one.unready)
  const unstarted = copies.filter((one) => one.unstarted)
  const next = {
    ...{ ...begun, healthyMs },
    unreadyMs: sinceEach(unready, begun.unreadyMs, nowMs),
    unstartedMs: sinceEach(unstarted, begun.unstartedMs, nowMs),
  }
  // Nobody but a person decides about what is paused, and all of the requests is no trial.
  if (paused || step >= steps.length) return { memory: next }
  const failure = failureOf(next, input)
  if (failure?.why === 'LATENCY' && !begun.doubted) {
    // A copy that has just come is slow until it is warm, and any computer stalls for a moment.
    const anewMs = isWhole ? nowMs : undefined
    return { memory: { ...next, ...base, doubted: true, healthyMs: anewMs } }
  }
  if (failure) return { memory: next, stepping: { kind: 'revert', ...failure } }
  const forMs = steps[step]?.forMs
  const doneMs = forMs === undefined ? Number.POSITIVE_INFINITY : forMs + NEWS_MS
  const isOver = healthyMs !== undefined && nowMs - healthyMs >= doneMs
  return isOver ? { memory: next, stepping: { kind: 'step', step: step + 1 } } : { memory: next }
}

const NOBODY: ReadonlyMap<string, number> = new Map()

/** Of each by itself: many that come one after the other, each a while, are none that lasts. */
function sinceEach(
  copies: readonly CanaryCopy[],
  before: ReadonlyMap<string, number>,
  nowMs: number,
): ReadonlyMap<string, number> {
  return new Map(copies.map(({ id }) => [id, before.get(id) ?? nowMs]))
}

interface Failure {
  why: CanaryFailure
  measured?: number
  before?: number
}

function failureOf(memory: CanaryMemory, { copies, ...input }: CanaryInput): Failure | undefined {
  const isBroken = copies.some(({ healthy, restarts }) => !healthy && restarts >= RESTARTS_BROKEN)
  if (isBroken) return { why: 'UNHEALTHY' }
  const forMs = input.nowMs - Math.min(input.nowMs, ...memory.unreadyMs.values())
  if (forMs >= unreadyMsMax(input.desired)) {
    return { why: 'UNHEALTHY', measured: Math.round(forMs / 1_000) }
  }
  const unstarted = unstartedFor(memory, { ...input, copies })
  if (unstarted) return unstarted
  const fresh = less(input.fresh, memory.fresh)
  const old = less(input.old, memory.old)
  const errors = { bad: fresh.errors, of: fresh.answers }
  const errorsBefore = { bad: old.errors, of: old.answers }
  if (isWorse(errors, errorsBefore)) {
    return { why: 'ERRORS', measured: shareOf(errors), before: shareOf(errorsBefore) }
  }
  return slowness(fresh, old)
}

/** Nobody has its image, for one. What is being tried once more is waited for. */
function unstartedFor(
  { unstartedMs }: CanaryMemory,
  { nowMs, desired, copies }: Pick<CanaryInput, 'nowMs' | 'desired' | 'copies'>,
): Failure | undefined {
  const [oldest] = copies
    .flatMap(({ id, unstarted }) => {
      const forMs = nowMs - (unstartedMs.get(id) ?? nowMs)
      return unstarted && !unstarted.isTrying ? [{ why: unstarted.why, forMs }] : []
    })
    .sort((a, b) => b.forMs - a.forMs)
  if (!oldest || oldest.forMs < unstartedMsMax(desired)) return undefined
  return { why: oldest.why, measured: Math.round(oldest.forMs / 1_000) }
}

/** One slow answer is the 99th percentile of fifty, so those that are too slow are counted too. */
function slowness(fresh: Totals, old: Totals): Failure | undefined {
  const [measured, before] = [fresh, old].map(({ latencies }) =>
    latencyOf(latencies, { share: 0.99, least: LATENCY_ANSWERS_MIN }),
  )
  if (measured === undefined || before === undefined) return undefined
  const limitMs = Math.max(before * LATENCY_TIMES, before + LATENCY_MORE_MS)
  const [slow, slowBefore] = [fresh, old].map(({ latencies }) => beyond(latencies, limitMs))
  if (!slow || !slowBefore || !isWorse(slow, slowBefore)) return undefined
  return { why: 'LATENCY', measured, before }
}

/** Answers of a version, and how many of them were not as they should be. */
interface Counted {
  bad: number
  of: number
}

function isWorse(now: Counted, before: Counted): boolean {
  const [share, shareBefore] = [shareOf(now), shareOf(before)]
  return now.bad >= BAD_MIN && share > shareBefore * BAD_TIMES && share > shareBefore + BAD_MORE
}

/** Of a thousand. */
function shareOf({ bad, of }: Counted): number {
  return of === 0 ? 0 : Math.round((bad * 1_000) / of)
}
