/**
 * When a leader proposes what it has. A round of messages costs much more than what it carries, so as
 * much as can be goes together.
 *
 * While the block before is under way, what comes waits for it to be final, for enough of it, or for
 * a tick; with nothing to propose the block before it has longer, since an empty one would only
 * disturb. Once it is final, its authors are likely to propose again, their callers having been
 * answered: they are waited for, as long as the host allows, who has a clock. Without that, those in
 * one block and those who wait for the next would be two halves that take turns.
 */
import type { Block } from './block.ts'
import { GATHERED_BYTES } from './limits.ts'
import type { PoolEntry } from './pool.ts'
import type { ViewTimer } from './view-timer.ts'

/** Of how many items are likely to come. */
export interface Crowd {
  /** Whether the leader waits for others and for nothing else. */
  readonly isAwaited: boolean
  /** The host looks, and lets the leader wait for others, or not. */
  look(mayWait: boolean): void
  /** A block is final: so many items were in it or waited for the next. */
  answered(items: number): void
  /** Whether so many have to wait for more. */
  isMissed(items: number): boolean
}

export function createCrowd(): Crowd {
  let mayWait = false
  let isAwaited = false
  let items = 0
  /** Of the last block, and of the one before it. */
  let seen = [0, 0]

  return {
    get isAwaited() {
      return isAwaited
    },
    look(may) {
      mayWait = may
      isAwaited = false
    },
    answered(count) {
      // Whoever proposes now and then would hold up those who do all the time.
      items = Math.min(count, Math.max(...seen))
      seen = [count, seen[0] ?? 0]
    },
    isMissed(count) {
      isAwaited = mayWait && count < items
      return isAwaited
    },
  }
}

export function isGathering(
  { timer, crowd }: { timer: ViewTimer; crowd: Crowd },
  parent: Block | undefined,
  entries: readonly PoolEntry[],
): boolean {
  if (entries.length === 0) return !parent || !timer.isLate()
  const bytes = entries.reduce((sum, { item }) => sum + item.payload.byteLength, 0)
  if (bytes >= GATHERED_BYTES || timer.hasGathered()) return false
  return parent !== undefined || crowd.isMissed(entries.length)
}
