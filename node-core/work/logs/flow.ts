/**
 * What of an instance's lines is kept while it writes more than its bounds: as long as there is room
 * all of it, and from then on the newest, held until it goes quiet or for as long as a window lasts.
 * So what is left out is one gap with a place, and never the last words.
 */
import type { LineOver, LogLineOut } from '../runners/index.ts'
import { createAllowance } from './allowance.ts'
import { LOG_HELD_BACK_BYTES_MAX, LOG_HELD_BACK_MAX, LOG_NOTE_MS, LOG_QUIET_MS } from './limits.ts'

export interface Flow {
  /** Whether there is room for a line; after the first without, for none until the next release. */
  takes(bytes: number, nowMs: number): boolean
  /** Lines without room, in the order in which they were written. */
  hold(over: readonly LineOver[], nowMs: number): void
  /** When they have to be released; undefined while none is held. */
  dueMs(): number | undefined
  /** The newest of them, and how many before those were left out. */
  release(): { left: number; lines: LogLineOut[] }
}

export function createFlow(nowMs: number): Flow {
  const allowance = createAllowance(nowMs)
  let isOver = false
  let held: LineOver[] = []
  let heldBytes = 0
  let left = 0
  let [firstMs, lastMs] = [nowMs, nowMs]

  /** The newest one stays, however long it is. */
  function shorten(): void {
    let [goes, bytes] = [0, heldBytes]
    while (
      goes < held.length - 1 &&
      (held.length - goes > LOG_HELD_BACK_MAX || bytes > LOG_HELD_BACK_BYTES_MAX)
    ) {
      bytes -= held[goes++]?.bytes ?? 0
    }
    if (goes === 0) return
    held = held.slice(goes)
    heldBytes = bytes
    left += goes
  }

  return {
    takes(bytes, now) {
      isOver ||= !allowance.takes(bytes, now)
      return !isOver
    },
    hold(over, now) {
      if (over.length === 0) return
      if (held.length === 0) firstMs = now
      lastMs = now
      for (const one of over) {
        held.push(one)
        heldBytes += one.bytes
      }
      shorten()
    },
    dueMs: () =>
      held.length > 0 ? Math.min(firstMs + LOG_NOTE_MS, lastMs + LOG_QUIET_MS) : undefined,
    release() {
      const released = { left, lines: held.map((one) => one.read()) }
      // They are kept whatever there was room for; what comes later has so much less.
      allowance.owes(held.length, heldBytes)
      held = []
      heldBytes = 0
      left = 0
      isOver = false
      return released
    },
  }
}
