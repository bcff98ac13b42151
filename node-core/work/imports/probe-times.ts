/** Times of probes within what the model takes; what had to be moved is said. */

import { PROBE_BOUNDS } from '../spec/index.ts'
import type { ProbeTimes } from './draft.ts'
import type { Place, Scope } from './report.ts'

export function clampTimes(times: ProbeTimes, at: Place, scope: Scope): ProbeTimes {
  const clamped = {
    periodMs: between(times.periodMs, PROBE_BOUNDS.periodMs),
    timeoutMs: between(times.timeoutMs, PROBE_BOUNDS.timeoutMs),
    failures: between(times.failures, PROBE_BOUNDS.failures),
  }
  const { periodMs, timeoutMs, failures } = clamped
  const same =
    periodMs === times.periodMs && timeoutMs === times.timeoutMs && failures === times.failures
  if (!same) {
    const text = `asked every ${periodMs} ms, for ${timeoutMs} ms, ${failures} failures count`
    scope.say(at, 'probe-times', `Moved into what a probe may be told: ${text}.`)
  }
  return clamped
}

function between(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value))
}
