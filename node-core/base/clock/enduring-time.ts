import type { Clock } from './index.ts'
import { CLOCKS_APART_MS } from './limits.ts'

/**
 * Milliseconds since an arbitrary start that nothing stops: neither a process that stands still nor a
 * computer that sleeps. It never goes back, may run ahead of true time, and falls behind it by no more
 * than `CLOCKS_APART_MS` in all. For what must not be believed any longer than it holds.
 *
 * It follows the monotonic clock, and adds whatever another clock passes it by: that of the system's
 * uptime, and the wall clock, whose jumps forward cost no more than that something is asked again.
 * A virtual machine whose host has stopped it, all its clocks with it, knows nothing of that.
 */
export function enduringTime(clock: Clock): () => number {
  const others = [clock.uptimeMs, clock.wallMs].map((read) => ({
    read,
    leastAheadMs: Number.POSITIVE_INFINITY,
  }))
  let missedMs = 0

  return () => {
    const nowMs = clock.monotonicMs()
    for (const other of others) {
      const aheadMs = other.read() - nowMs
      if (aheadMs > other.leastAheadMs + CLOCKS_APART_MS) {
        missedMs += aheadMs - other.leastAheadMs
        other.leastAheadMs = aheadMs
      }
      other.leastAheadMs = Math.min(other.leastAheadMs, aheadMs)
    }
    return nowMs + missedMs
  }
}
