import { latencyOf, less, NOTHING, type Totals } from '../load/index.ts'
import { type DesiredWorkload, stepOf, templateOf } from '../spec/index.ts'
import {
  ERRORS_MIN,
  ERRORS_MORE,
  ERRORS_TIMES,
  LATENCY_ANSWERS_MIN,
  LATENCY_MORE_MS,
  LATENCY_TIMES,
  NEWS_MS,
  RESTARTS_BROKEN,
} from './limits.ts'

export interface CanaryInput {
  nowMs: number
  desired: DesiredWorkload
  /** How many copies its share needs, and those of the new version as they are. */
  wanted: number
  copies: readonly { healthy: boolean; restarts: number }[]
  /** Of all edges, since whenever this began to be added up. */
  fresh: Totals
  old: Totals
  /** Upper bounds of the classes of latency. */
  boundsMs: readonly number[]
}

/** Of one step; who has none begins it anew. */
export interface CanaryMemory {
  step: number
  template: string
  /** Since when as many copies as are needed have been healthy. */
  healthyMs: number | undefined
  /** What had been counted before the step. */
  fresh: Totals
  old: Totals
}

export type CanaryStepping =
  | { kind: 'step'; step: number }
  /** Errors of a thousand answers, or milliseconds: of the new version, and of the old. */
  | { kind: 'revert'; why: CanaryFailure; measured?: number; before?: number }

export type CanaryFailure = 'ERRORS' | 'LATENCY' | 'UNHEALTHY'

export function judge(
  memory: CanaryMemory | undefined,
  input: CanaryInput,
): { memory: CanaryMemory; stepping?: CanaryStepping } {
  const { desired, nowMs, copies, wanted } = input
  const { steps = [], paused } = desired.workload.rollout
  const step = stepOf(desired)
  const template = templateOf(desired.workload)
  const isSame = memory?.step === step && memory.template === template
  const begun = isSame
    ? memory
    : { step, template, healthyMs: undefined, fresh: input.fresh, old: input.old }
  const isWhole = copies.filter(({ healthy }) => healthy).length >= wanted
  const healthyMs = isWhole ? (begun.healthyMs ?? nowMs) : undefined
  const next = { ...begun, healthyMs }
  // Nobody but a person decides about what is paused, and all of the requests is no trial.
  if (paused || step >= steps.length) return { memory: next }
  const failure = failureOf(next, input)
  if (failure) return { memory: next, stepping: { kind: 'revert', ...failure } }
  const forMs = steps[step]?.forMs
  const doneMs = forMs === undefined ? Number.POSITIVE_INFINITY : forMs + NEWS_MS
  const isOver = healthyMs !== undefined && nowMs - healthyMs >= doneMs
  return isOver ? { memory: next, stepping: { kind: 'step', step: step + 1 } } : { memory: next }
}

function failureOf(
  memory: CanaryMemory,
  { copies, boundsMs, ...input }: CanaryInput,
): { why: CanaryFailure; measured?: number; before?: number } | undefined {
  const isBroken = copies.some(({ healthy, restarts }) => !healthy && restarts >= RESTARTS_BROKEN)
  if (isBroken) return { why: 'UNHEALTHY' }
  const fresh = less(input.fresh, memory.fresh)
  const old = less(input.old, memory.old)
  const [errors, errorsBefore] = [errorsOf(fresh), errorsOf(old)]
  const isWorse = errors > errorsBefore * ERRORS_TIMES && errors > errorsBefore + ERRORS_MORE
  if (fresh.errors >= ERRORS_MIN && isWorse) {
    return { why: 'ERRORS', measured: errors, before: errorsBefore }
  }
  const [ms, beforeMs] = [fresh, old].map(({ buckets }) =>
    latencyOf(buckets, boundsMs, { share: 0.99, least: LATENCY_ANSWERS_MIN }),
  )
  if (ms === undefined || beforeMs === undefined) return undefined
  const isSlower = ms > beforeMs * LATENCY_TIMES && ms > beforeMs + LATENCY_MORE_MS
  return isSlower ? { why: 'LATENCY', measured: ms, before: beforeMs } : undefined
}

/** Of a thousand answers. */
function errorsOf({ answers, errors }: Totals = NOTHING): number {
  return answers === 0 ? 0 : Math.round((errors * 1_000) / answers)
}
