/** What does not go on: requests that do not come whole, or are not sent for want of a connection, and answers that nobody reads. */
import type { Clock } from '../../base/clock/index.ts'
import { STALL_CHECK_MS } from './limits.ts'

export interface Stalled {
  stalled(): void
}

/** One timer for all of them: a download waits for its reader again and again. */
export interface Stalls {
  /** It does not go on from now; told once that has lasted `boundMs`, or up to STALL_CHECK_MS later. */
  begin(one: Stalled, boundMs: number): void
  /** It goes on, or is over. */
  end(one: Stalled): void
  stop(): void
}

export function createStalls(clock: Pick<Clock, 'monotonicMs' | 'timer'>): Stalls {
  const dueMs = new Map<Stalled, number>()
  let cancel: (() => void) | undefined

  function look(): void {
    cancel = undefined
    const nowMs = clock.monotonicMs()
    for (const [one, due] of [...dueMs]) {
      if (due > nowMs) continue
      dueMs.delete(one)
      one.stalled()
    }
    arm()
  }

  function arm(): void {
    if (dueMs.size > 0) cancel ??= clock.timer(STALL_CHECK_MS, look)
  }

  return {
    begin(one, boundMs) {
      dueMs.set(one, clock.monotonicMs() + boundMs)
      arm()
    },
    end: (one) => void dueMs.delete(one),
    stop() {
      dueMs.clear()
      cancel?.()
      cancel = undefined
    },
  }
}
