/**
 * Whether many are coming at once: a network that is switched on together. What can wait then does, so
 * that everybody finds the others first. Pure; one node that comes or comes back is no crowd.
 */
import type { Random } from '../../base/random/index.ts'
import { CROWD_MEMBERS_MIN, CROWD_MS_MAX, CROWD_SETTLE_MS, CROWD_SPREAD_MS } from './limits.ts'

export interface Crowd {
  /** Somebody was seen alive who was not before. */
  came(nowMs: number): void
  isComing(nowMs: number): boolean
}

export function createCrowd(random: Random): Crowd {
  const share = random.float()
  let beganMs = 0
  let lastMs = Number.NEGATIVE_INFINITY
  let count = 0

  /** Not the same on every node: those that have waited for one another would all go on together. */
  const settleMs = (): number => CROWD_SETTLE_MS + share * count * CROWD_SPREAD_MS

  return {
    came(nowMs) {
      if (nowMs - lastMs > CROWD_SETTLE_MS) {
        beganMs = nowMs
        count = 0
      }
      lastMs = nowMs
      count++
    },
    isComing(nowMs) {
      const isFresh = nowMs - lastMs <= settleMs() && nowMs - beganMs <= CROWD_MS_MAX
      return isFresh && count >= CROWD_MEMBERS_MIN
    },
  }
}
