import { RETRIES_PER_SECOND, RETRIES_SAVED_MAX, RETRY_SHARE, WORKLOADS_KEPT_MAX } from './limits.ts'

/**
 * How many more attempts a workload's requests may cost: a share of them and a few a second. So a
 * service that fails altogether is not asked several times over. Pure; the time is handed in.
 */
export interface RetryBudget {
  /** A request came. */
  earn(workload: string): void
  /** Whether one more attempt may be made; then it is spent. */
  spend(workload: string, nowMs: number): boolean
}

export function createRetryBudget(): RetryBudget {
  /** Least recently made first. */
  const savings = new Map<string, { saved: number; atMs: number }>()

  return {
    earn(workload) {
      const mine = savings.get(workload)
      // Who has never spent has all there can be.
      if (mine) mine.saved = Math.min(RETRIES_SAVED_MAX, mine.saved + RETRY_SHARE)
    },
    spend(workload, nowMs) {
      let mine = savings.get(workload)
      if (!mine) {
        mine = { saved: RETRIES_SAVED_MAX, atMs: nowMs }
        if (savings.size >= WORKLOADS_KEPT_MAX) {
          for (const oldest of savings.keys()) {
            savings.delete(oldest)
            break
          }
        }
        savings.set(workload, mine)
      }
      const earned = ((nowMs - mine.atMs) / 1_000) * RETRIES_PER_SECOND
      mine.saved = Math.min(RETRIES_SAVED_MAX, mine.saved + Math.max(0, earned))
      mine.atMs = nowMs
      if (mine.saved < 1) return false
      mine.saved--
      return true
    },
  }
}
