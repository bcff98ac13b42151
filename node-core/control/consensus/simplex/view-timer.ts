/**
 * When a view that gets nowhere is nullified, and when what was said in it is said again. It counts
 * only while there is something to wait for, so an idle committee stays in its view for ever.
 */
import {
  EMPTY_BLOCK_TICKS,
  RETRY_DOUBLINGS_MAX,
  RETRY_TICKS,
  VIEW_DOUBLINGS_MAX,
  VIEW_TICKS,
} from './limits.ts'

export interface ViewTimer {
  /** A view was entered, through a nullification or not. */
  enter(nullified: boolean): void
  /** The leader's block is here: its notarisation has the whole time again. */
  extend(): void
  tick(awake: boolean): void
  /** Time to nullify the view. */
  isOver(): boolean
  /** Time for a leader that waits for the block before it to be finalised to help with an empty one. */
  isLate(): boolean
  /** Time to say again what was said; true once per period. */
  takeRetry(): boolean
}

export function createViewTimer(): ViewTimer {
  let elapsed = 0
  let deadline = VIEW_TICKS
  let nullifiedInARow = 0
  let retries = 0
  let retryAt = RETRY_TICKS

  // Doubling outgrows any delay of the network, without which two honest leaders in a row could
  // both be nullified for ever; the cap keeps a healed network from waiting long.
  const patience = (): number => VIEW_TICKS << Math.min(nullifiedInARow, VIEW_DOUBLINGS_MAX)

  return {
    enter(nullified) {
      nullifiedInARow = nullified ? nullifiedInARow + 1 : 0
      elapsed = 0
      deadline = patience()
      retries = 0
      retryAt = RETRY_TICKS
    },
    extend() {
      deadline = elapsed + patience()
    },
    tick(awake) {
      if (awake) {
        elapsed++
      } else {
        elapsed = 0
        deadline = patience()
        retryAt = RETRY_TICKS
        retries = 0
      }
    },
    isOver: () => elapsed >= deadline,
    isLate: () => elapsed >= EMPTY_BLOCK_TICKS,
    takeRetry() {
      if (elapsed < retryAt) return false
      retries++
      retryAt = elapsed + (RETRY_TICKS << Math.min(retries, RETRY_DOUBLINGS_MAX))
      return true
    },
  }
}
