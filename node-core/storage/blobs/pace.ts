/**
 * Whether a transfer comes too slowly to be waited for where others are left to be asked: a liar that
 * sends a piece a minute of a long list would otherwise hold it up for days. No fault is seen in it:
 * who was put aside so is asked for half as much the next time, and a slow line has its turn.
 */
import { PACE_BYTES_PER_S, PACE_HALVINGS_MAX, PACE_MS, PACE_WHOLE_MS } from './limits.ts'

export interface Pace {
  came(bytes: number): void
  /** Asked now and then: whether too little came in the span that has just ended, if one has. */
  tooSlow(nowMs: number): boolean
}

/** @param lagged How often it was too slow before. */
export function createPace(sizeBytes: number, lagged: number, startMs: number): Pace {
  const wholeInTime = (sizeBytes * 1_000) / PACE_WHOLE_MS
  const bytesPerS =
    Math.max(PACE_BYTES_PER_S, wholeInTime) / 2 ** Math.min(lagged, PACE_HALVINGS_MAX)
  let sinceMs = startMs
  let cameBytes = 0
  return {
    came(bytes) {
      cameBytes += bytes
    },
    tooSlow(nowMs) {
      const spanMs = nowMs - sinceMs
      if (spanMs < PACE_MS) return false
      const slow = cameBytes < (bytesPerS * spanMs) / 1_000
      sinceMs = nowMs
      cameBytes = 0
      return slow
    },
  }
}
