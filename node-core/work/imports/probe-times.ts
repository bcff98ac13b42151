/** Times of probes within what the model takes; what had to be moved is said. */

import { PROBE_BOUNDS } from '../spec/index.ts'
import type { ProbeTimes } from './draft.ts'
import { STARTS_WITHIN_MS } from './limits.ts'
import type { ManifestProbe } from './manifest.ts'
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

/**
 * A start may take as long as its text lets it: the same question, whose failures are counted for so long.
 * Nothing is served before it has passed, so that it is asked often. Undefined where that is no longer
 * than every start may take.
 */
export function startupOf(
  live: ManifestProbe,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): ManifestProbe | undefined {
  if (withinMs <= STARTS_WITHIN_MS) return undefined
  const [, failuresMax] = PROBE_BOUNDS.failures
  const periodMs = Math.max(everyMs, Math.ceil(withinMs / (failuresMax - 1)))
  return { ...live, periodMs, failures: 1 + Math.ceil(withinMs / periodMs) }
}

function between(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value))
}
