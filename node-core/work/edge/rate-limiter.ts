import { CLIENTS_KEPT_MAX } from './limits.ts'

/**
 * How often each client may come: the generic cell rate algorithm (ITU-T I.371), one number a client.
 * Pure; the time is handed in.
 */
export interface RateLimiter {
  /** 0 lets it pass and counts it; else how many milliseconds it has to wait. */
  take(client: string, rate: { perMinute: number; burst: number }, nowMs: number): number
}

export function createRateLimiter(): RateLimiter {
  /** When each client's bucket is empty again. Least recently counted first. */
  const emptyAtMs = new Map<string, number>()

  return {
    take(client, { perMinute, burst }, nowMs) {
      const stepMs = 60_000 / perMinute
      const beginsMs = Math.max(nowMs, emptyAtMs.get(client) ?? 0)
      const waitMs = beginsMs - nowMs - stepMs * (burst - 1)
      // Half a microsecond: what sums of thirds and sevenths are off by is nobody's fault.
      if (waitMs > 0.000_5) return waitMs
      emptyAtMs.delete(client)
      if (emptyAtMs.size >= CLIENTS_KEPT_MAX) dropOldest(emptyAtMs)
      emptyAtMs.set(client, beginsMs + stepMs)
      return 0
    },
  }
}

function dropOldest(map: Map<string, number>): void {
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
