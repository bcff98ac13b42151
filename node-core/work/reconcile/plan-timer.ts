import type { Clock } from '../../base/clock/index.ts'

/** One timer for many askers: whoever wants it soonest decides. */
export interface PlanTimer {
  start(): void
  stop(): void
  /** Runs within `delayMs`, or sooner if that was asked for already. */
  within(delayMs: number): void
}

export function createPlanTimer(clock: Clock, run: () => void): PlanTimer {
  let started = false
  let dueMs = Number.POSITIVE_INFINITY
  let cancel: () => void = () => {}

  return {
    start() {
      started = true
    },
    stop() {
      started = false
      cancel()
      dueMs = Number.POSITIVE_INFINITY
    },
    within(delayMs) {
      const atMs = clock.monotonicMs() + Math.max(0, delayMs)
      if (!started || atMs >= dueMs) return
      cancel()
      dueMs = atMs
      cancel = clock.timer(Math.max(0, delayMs), () => {
        dueMs = Number.POSITIVE_INFINITY
        run()
      })
    },
  }
}
