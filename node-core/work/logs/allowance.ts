/** How many lines and bytes of one instance may be kept now: two buckets that fill up with time. */
import {
  LOG_BYTES_BURST_MAX,
  LOG_BYTES_PER_SECOND_MAX,
  LOG_LINES_BURST_MAX,
  LOG_LINES_PER_SECOND_MAX,
} from './limits.ts'

export interface Allowance {
  /** Takes a line of so many bytes off it; false where there is no room for it. */
  takes(bytes: number, nowMs: number): boolean
  /** Takes what is kept in any case off it: later lines make up for it. */
  owes(lines: number, bytes: number): void
}

export function createAllowance(nowMs: number): Allowance {
  let lines = LOG_LINES_BURST_MAX
  let bytesLeft = LOG_BYTES_BURST_MAX
  let filledAtMs = nowMs

  function fill(now: number): void {
    const seconds = (now - filledAtMs) / 1_000
    // A fraction of a line at a time would be lost to rounding.
    if (seconds < 0.01) return
    filledAtMs = now
    lines = Math.min(LOG_LINES_BURST_MAX, lines + seconds * LOG_LINES_PER_SECOND_MAX)
    bytesLeft = Math.min(LOG_BYTES_BURST_MAX, bytesLeft + seconds * LOG_BYTES_PER_SECOND_MAX)
  }

  return {
    takes(bytes, now) {
      fill(now)
      if (lines < 1 || bytesLeft < bytes) return false
      lines--
      bytesLeft -= bytes
      return true
    },
    owes(count, bytes) {
      lines -= count
      bytesLeft -= bytes
    },
  }
}
