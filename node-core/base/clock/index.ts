/**
 * Time as an argument. Cores never see it; shells take a `Clock`.
 *
 * `monotonicMs` never goes back and is the only time that timeouts use. `wallMs` is what people
 * call the time; it may jump and is for display, certificates and log lines only.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch by this machine's clock, which may be wrong. */
  wallMs(): number
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number
  /**
   * Milliseconds since another arbitrary start, by the system's count of how long it is up. It goes on
   * while the computer sleeps, where `monotonicMs` may stand still, and is coarser. See `enduringTime`.
   */
  uptimeMs(): number
  /** Runs `fn` once after `delayMs`, 0 being the next turn; returns a function that cancels it. */
  timer(delayMs: number, fn: () => void): () => void
}

export { enduringTime } from './enduring-time.ts'
export { createTurn, inTurns, type Turn } from './in-turns.ts'
export { type Looking, looking } from './looking.ts'
export { createSimClock, type SimClock } from './sim-clock.ts'
export { createSystemClock } from './system-clock.ts'
export { parseTimestamp, toTimestamp } from './timestamps.ts'
export { every, sleep } from './waiting.ts'
