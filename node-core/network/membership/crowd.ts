/**
 * Whether many are coming at once: a network that is switched on together. What can wait then does, so
 * that everybody finds the others first. Pure; one node that comes or comes back is no crowd.
 */
import type { Random } from '../../base/random/index.ts'
import { CROWD_MEMBERS_MIN, CROWD_MS_MAX, CROWD_SETTLE_MS } from './limits.ts'

export interface Crowd {
  /** Somebody was seen alive who was not before. */
  came(nowMs: number): void
  isComing(nowMs: number): boolean
}

export function createCrowd(random: Random): Crowd {
  // Not the same on every node: those that have waited for one another would go on together.
  const settleMs = CROWD_SETTLE_MS * (1 + random.float())
  let beganMs = 0
  let lastMs = Number.NEGATIVE_INFINITY
  let count = 0

  return {
    came(nowMs) {
      if (nowMs - lastMs > settleMs) {
        beganMs = nowMs
        count = 0
      }
      lastMs = nowMs
      count++
    },
    isComing(nowMs) {
      const isFresh = nowMs - lastMs <= settleMs && nowMs - beganMs <= CROWD_MS_MAX
      return isFresh && count >= CROWD_MEMBERS_MIN
    },
  }
}
