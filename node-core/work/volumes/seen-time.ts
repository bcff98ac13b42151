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
