/** The latest entries, for those who are a little behind. Bounded: who is further behind starts anew. */
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import {
  ANSWER_ENTRIES_BYTES,
  ANSWER_ENTRIES_MAX,
  TRAIL_BYTES_MAX,
  TRAIL_ENTRIES_MAX,
} from './limits.ts'

export interface Trail {
  /** The last entry applied; 0 before the first. */
  readonly height: LogIndex
  add(entry: CommittedEntry): void
  /** A snapshot took the place of everything. */
  restart(height: LogIndex): void
  /** All that are remembered, in order. */
  all(): readonly CommittedEntry[]
  /** Some of what comes after an index, in order; undefined where that is forgotten. */
  after(index: LogIndex): readonly CommittedEntry[] | undefined
  /** All from after one up to another; undefined unless each is held. */
  between(after: LogIndex, to: LogIndex): readonly CommittedEntry[] | undefined
}

export function createTrail(): Trail {
  let entries: CommittedEntry[] = []
  /** Entries before this one were dropped and are cut off now and then. */
  let head = 0
  let bytes = 0
  let height = 0 as LogIndex

  function dropOldest(): void {
    bytes -= entries[head]?.payload.byteLength ?? 0
    head++
    if (head * 2 <= entries.length) return
    entries = entries.slice(head)
    head = 0
  }

  return {
    get height() {
      return height
    },
    add(entry) {
      entries.push(entry)
      bytes += entry.payload.byteLength
      height = entry.index
      while (entries.length - head > TRAIL_ENTRIES_MAX) dropOldest()
      while (bytes > TRAIL_BYTES_MAX && entries.length - head > 1) dropOldest()
    },
    restart(index) {
      entries = []
      head = 0
      bytes = 0
      height = index
    },
    all: () => entries.slice(head),
    between(after, to) {
      const from = entries.length - (height - after)
      if (from < head || to > height) return undefined
      return entries.slice(from, from + (to - after))
    },
    after(index) {
      const from = entries.length - (height - index)
      if (from < head) return undefined
      const some: CommittedEntry[] = []
      let someBytes = 0
      for (let at = from; at < entries.length && some.length < ANSWER_ENTRIES_MAX; at++) {
        const entry = entries[at]
        if (!entry) break
        someBytes += entry.payload.byteLength
        if (some.length > 0 && someBytes > ANSWER_ENTRIES_BYTES) break
        some.push(entry)
      }
      return some
    },
  }
}
