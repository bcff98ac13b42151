/**
 * When a leader proposes what it has. A round of messages costs much more than what it carries, so as
 * much as can be goes together.
 */
import type { Block } from './block.ts'
import { GATHERED_BYTES } from './limits.ts'
import type { Machine } from './machine.ts'
import type { PoolEntry } from './pool.ts'

/** Whose items are likely to come. */
export interface Crowd {
  /** Items that were waited for when the last block became final: those in it, and those outside. */
  items: number
  /** Whether the host lets the leader wait for others now; it has the clock. */
  mayWait: boolean
  /** Whether it does, and would propose otherwise. */
  isAwaited: boolean
}

export function createCrowd(): Crowd {
  return { items: 0, mayWait: false, isAwaited: false }
}

/**
 * While the block before is under way, what comes waits for it to be final, for enough of it, or for
 * a tick; with nothing to propose the block before it has longer, since an empty one would only
 * disturb. Once it is final, its authors are likely to come again at once, since those who called them
 * were answered: they are waited for, as long as the host allows. Without that, those in the one block
 * and those who wait for the next would be two halves that take turns.
 */
export function isGathering(
  { timer, crowd }: Machine,
  parent: Block | undefined,
  entries: readonly PoolEntry[],
): boolean {
  if (entries.length === 0) return !parent || !timer.isLate()
  const bytes = entries.reduce((sum, { item }) => sum + item.payload.byteLength, 0)
  if (bytes >= GATHERED_BYTES || timer.hasGathered()) return false
  if (parent) return true
  crowd.isAwaited = crowd.mayWait && entries.length < crowd.items
  return crowd.isAwaited
}
