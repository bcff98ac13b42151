/**
 * The window's one door to time. Stores take it as an argument, so that their tests decide what
 * time it is.
 */
export interface Time {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `action` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, action: () => void): () => void
}

export { createBrowserTime } from './browser-time.ts'
export { createManualTime, type ManualTime } from './manual-time.ts'
