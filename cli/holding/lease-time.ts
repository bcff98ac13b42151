/**
 * How long a holder may go on, by its own clock alone (docs/adr/0010): a lease is good for its time from
 * when the last renewal that succeeded was *sent*. Work is told to end while there is time left to.
 */
export interface LeaseTime {
  /** A grant or a renewal that was sent then has been answered. */
  kept(sentMs: number): void
  /** The registry says that it has ended. */
  lost(): void
  /** `ending`: it could not be renewed in time, so what it guards has to end before it is `over`. */
  phase(nowMs: number): 'held' | 'ending' | 'over'
}

export function createLeaseTime(ttlMs: number, marginMs: number): LeaseTime {
  let keptMs = Number.NEGATIVE_INFINITY
  let isLost = false
  return {
    kept(sentMs) {
      keptMs = Math.max(keptMs, sentMs)
    },
    lost() {
      isLost = true
    },
    phase(nowMs) {
      const leftMs = isLost ? 0 : keptMs + ttlMs - nowMs
      if (leftMs <= 0) return 'over'
      return leftMs <= marginMs ? 'ending' : 'held'
    },
  }
}
