/** A bucket of permissions that fills with time: so many a second, and so many at once after quiet. */
export interface Allowance {
  /** False when there is none left. */
  take(nowMs: number): boolean
}

export function createAllowance(perSecond: number, burst: number, nowMs: number): Allowance {
  let left = burst
  let sinceMs = nowMs
  return {
    take(now) {
      left = Math.min(burst, left + (Math.max(0, now - sinceMs) * perSecond) / 1_000)
      sinceMs = Math.max(sinceMs, now)
      if (left < 1) return false
      left--
      return true
    },
  }
}
