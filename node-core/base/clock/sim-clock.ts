import { assert } from '../errors/index.ts'
import type { Clock } from './index.ts'

/**
 * A clock that moves only when told, so that a run of hours takes milliseconds and repeats exactly.
 */
export interface SimClock extends Clock {
  /** Moves on by `ms`, running every timer that falls due, in the order of (due time, creation). */
  advance(ms: number): void
  /** Runs the next timer, if any, moving time to it. Returns false when none is armed. */
  runNext(): boolean
  /** Makes the wall clock jump by `ms`; the monotonic clock does not move. */
  jumpWall(ms: number): void
}

interface Timer {
  dueMs: number
  order: number
  fn: () => void
}

export function createSimClock(options: { wallStartMs?: number } = {}): SimClock {
  let nowMs = 0
  let wallOffsetMs = options.wallStartMs ?? 1_700_000_000_000
  let created = 0
  const timers = new Set<Timer>()

  const next = (): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) {
      if (!first || timer.dueMs < first.dueMs) first = timer
      else if (timer.dueMs === first.dueMs && timer.order < first.order) first = timer
    }
    return first
  }
  const run = (timer: Timer): void => {
    timers.delete(timer)
    nowMs = Math.max(nowMs, timer.dueMs)
    timer.fn()
  }

  return {
    wallMs: () => wallOffsetMs + nowMs,
    monotonicMs: () => nowMs,
    uptimeMs: () => nowMs,
    timer(delayMs, fn) {
      assert(Number.isFinite(delayMs), 'A timer needs a finite delay.')
      const timer = { dueMs: nowMs + Math.max(0, delayMs), order: created++, fn }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (let timer = next(); timer && timer.dueMs <= untilMs; timer = next()) run(timer)
      nowMs = untilMs
    },
    runNext() {
      const timer = next()
      if (timer) run(timer)
      return timer !== undefined
    },
    jumpWall(ms) {
      wallOffsetMs += ms
    },
  }
}
