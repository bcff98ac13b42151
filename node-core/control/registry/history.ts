/**
 * The latest changes of keys, for those who watch from a revision on. Bounded: what is older is
 * answered with the oldest revision from which nothing is missing. Not part of the replicated state,
 * since nothing that is decided looks at it; a replica that took a snapshot begins anew.
 */
import { HISTORY_BYTES_MAX, HISTORY_EVENTS_MAX } from './limits.ts'

export interface KeyEvent {
  readonly revision: number
  readonly key: string
  /** Undefined when the key went. */
  readonly item: KeyItem | undefined
}

export interface KeyItem {
  readonly value: Uint8Array
  readonly createRevision: number
  readonly modRevision: number
  /** Times it was put since it was made. */
  readonly version: number
  readonly lease: string | null
}

export type Watched =
  /** Everything from the asked revision up to before `next`, from where to ask on. */
  | { readonly events: readonly KeyEvent[]; readonly next: number }
  /** Too old: list the keys, and watch from after the revision of that list. */
  | { readonly code: 'COMPACTED'; readonly oldest: number }

export interface History {
  append(event: KeyEvent): void
  /** Whole revisions, so more than `limit` where one revision changed more. */
  since(prefix: string, from: number, options: { limit: number; revision: number }): Watched
}

export function createHistory(oldestRevision: number): History {
  let events: KeyEvent[] = []
  /** Events before this one were dropped and are cut off now and then. */
  let head = 0
  let oldest = oldestRevision
  let bytes = 0

  const bytesIn = ({ item }: KeyEvent): number => item?.value.byteLength ?? 0

  function dropOldestRevision(): void {
    const revision = events[head]?.revision ?? 0
    for (let event = events[head]; event?.revision === revision; event = events[head]) {
      bytes -= bytesIn(event)
      head++
    }
    oldest = revision + 1
    if (head * 2 > events.length) {
      events = events.slice(head)
      head = 0
    }
  }

  function firstFrom(revision: number): number {
    let low = head
    let high = events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((events[middle]?.revision ?? 0) < revision) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    append(event) {
      events.push(event)
      bytes += bytesIn(event)
      while (events.length - head > HISTORY_EVENTS_MAX || bytes > HISTORY_BYTES_MAX) {
        dropOldestRevision()
      }
    },
    since(prefix, from, { limit, revision }) {
      if (from < oldest) return { code: 'COMPACTED', oldest }
      const found: KeyEvent[] = []
      for (let at = firstFrom(from); at < events.length; at++) {
        const event = events[at]
        if (!event) break
        const last = found.at(-1)
        if (last && found.length >= limit && event.revision !== last.revision) {
          return { events: found, next: last.revision + 1 }
        }
        if (event.key.startsWith(prefix)) found.push(event)
      }
      return { events: found, next: Math.max(from, revision + 1) }
    },
  }
}
