/** A rate with a burst: `take` says whether one more is allowed now. Pure. */
export interface TokenBucket {
  take(nowMs: number): boolean
}

export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
  let tokens = burst
  let lastMs: number | undefined
  return {
    take(nowMs) {
      if (lastMs !== undefined) {
        tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1_000) * perSecond)
      }
      lastMs = nowMs
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}

/** One bucket per key, for at most `keysMax` keys; the key used longest ago is forgotten first. */
export interface KeyedRate {
  take(key: string, nowMs: number): boolean
}

export function createKeyedRate(perSecond: number, burst: number, keysMax: number): KeyedRate {
  const buckets = new Map<string, TokenBucket>()
  return {
    take(key, nowMs) {
      const bucket = buckets.get(key) ?? createTokenBucket(perSecond, burst)
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > keysMax) {
        const [oldest] = buckets.keys()
        if (oldest !== undefined) buckets.delete(oldest)
      }
      return bucket.take(nowMs)
    },
  }
}
