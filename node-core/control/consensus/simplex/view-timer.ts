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
  /** A view was entered. */
  enter(): void
  /** This node has nullified a view that took too long: the next ones get more time. */
  gaveUp(): void
  /** A block has become final: less will do. */
  finalised(): void
  /** The leader's block is here, or made: its notarisation has the whole time again. */
  extend(): void
  tick(awake: boolean): void
  /** Time to nullify the view. */
  isOver(): boolean
  /** Time for a leader to propose what it has, though the block before is not final yet. */
  hasGathered(): boolean
  /** Time for a leader that waits for the block before it to be finalised to help with an empty one. */
  isLate(): boolean
  /** Time to say again what was said; true once per period. */
  takeRetry(): boolean
}

export function createViewTimer(): ViewTimer {
  let elapsed = 0
  let deadline = VIEW_TICKS
  let doublings = 0
  let retries = 0
  let retryAt = RETRY_TICKS

  // Why views come to their end in a network whose delay nobody knows (partial synchrony, Simplex
  // §2): a view with an honest leader that ends without a final block was nullified by an honest
  // voter, which is more patient from then on; and only a final block makes anybody less so, by one
  // step. A notarisation must not: a leader that has nullified its own view before the votes were
  // back sees it notarised all the same, and nothing of it becomes final. The cap keeps a healed
  // network from waiting long.
  const patience = (): number => VIEW_TICKS << doublings

  return {
    gaveUp() {
      doublings = Math.min(doublings + 1, VIEW_DOUBLINGS_MAX)
    },
    finalised() {
      doublings = Math.max(doublings - 1, 0)
    },
    enter() {
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
    hasGathered: () => elapsed > 0,
    isLate: () => elapsed >= EMPTY_BLOCK_TICKS,
    takeRetry() {
      if (elapsed < retryAt) return false
      retries++
      retryAt = elapsed + (RETRY_TICKS << Math.min(retries, RETRY_DOUBLINGS_MAX))
      return true
    },
  }
}
