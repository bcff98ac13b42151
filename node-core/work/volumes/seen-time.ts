/**
 * How long this computer has been on and has looked: what a clock that leaps cannot make pass. One that
 * says 1970 until it is set, or is a month ahead for a minute, would else end what can be had back.
 */
import type { Clock } from '../../base/clock/index.ts'
import { LOOK_SELDOM_MS } from './limits.ts'

export interface SeenTime {
  /** Milliseconds since some were last given; none until there is a quarter of an hour of them. */
  take(): number
}

export function createSeenTime(clock: Pick<Clock, 'monotonicMs'>): SeenTime {
  let sinceMs = clock.monotonicMs()
  return {
    take() {
      const passedMs = clock.monotonicMs() - sinceMs
      if (passedMs < LOOK_SELDOM_MS) return 0
      sinceMs += passedMs
      return passedMs
    },
  }
}

/** This computer has been on for so much longer, for each that counts it. */
export function seenFor<One extends object>(
  all: ReadonlyMap<string, One>,
  passedMs: number,
): ReadonlyMap<string, One> {
  const later = (one: One): One =>
    'seenMs' in one && typeof one.seenMs === 'number'
      ? { ...one, seenMs: one.seenMs + passedMs }
      : one
  return new Map([...all].map(([id, one]) => [id, later(one)]))
}
