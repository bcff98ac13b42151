/**
 * What waits for a place in a block: this node's own proposals, and what members forwarded,
 * so that whoever leads next can take it. Each member has a share of its own, which a flood of
 * another does not touch.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { ProposalId } from '../index.ts'
import { type Item, itemKey } from './block.ts'
import {
  PENDING_TICKS_MAX,
  POOL_BYTES_PER_PEER_MAX,
  POOL_ITEMS_PER_PEER_MAX,
  REMEMBERED_ITEMS_MAX,
} from './limits.ts'

export interface PoolEntry {
  readonly item: Item
  /** See `itemKey`. */
  readonly key: string
  readonly from: NodeId
  readonly bornTick: number
  /** Set for what this node proposed itself. */
  readonly proposal: ProposalId | undefined
  /** Which others this node has told, or need not. */
  told: NodeId | 'nobody' | 'everyone'
}

export interface Pool {
  readonly size: number
  /** False when the member's share is used up. */
  add(item: Item, from: NodeId, tick: number, proposal?: ProposalId): boolean
  entries(): Iterable<PoolEntry>
  /** The item is in a final block: gives its entry back, if it was here, and remembers it. */
  settle(item: Item): PoolEntry | undefined
  /** Takes out what has waited for too long. */
  expire(tick: number): PoolEntry[]
  /** Takes out what this node itself waits for. */
  takeOwn(): PoolEntry[]
}

export function createPool(self: NodeId): Pool {
  const waiting = new Map<string, PoolEntry>()
  const shares = new Map<NodeId, { items: number; bytes: number }>()
  /** Keys of final items, the oldest first. */
  const remembered = new Set<string>()

  const sizeOf = (item: Item): number => item.payload.byteLength

  function remove(entry: PoolEntry): PoolEntry {
    waiting.delete(entry.key)
    const share = shares.get(entry.from)
    if (share) {
      share.items--
      share.bytes -= sizeOf(entry.item)
      if (share.items === 0) shares.delete(entry.from)
    }
    return entry
  }

  return {
    get size() {
      return waiting.size
    },
    add(item, from, tick, proposal) {
      const key = itemKey(item)
      if (waiting.has(key) || remembered.has(key)) return true
      const share = shares.get(from) ?? { items: 0, bytes: 0 }
      const bytes = share.bytes + sizeOf(item)
      if (share.items >= POOL_ITEMS_PER_PEER_MAX || bytes > POOL_BYTES_PER_PEER_MAX) return false
      shares.set(from, { items: share.items + 1, bytes })
      waiting.set(key, {
        item,
        key,
        from,
        bornTick: tick,
        proposal,
        told: from === self ? 'nobody' : 'everyone',
      })
      return true
    },
    entries: () => waiting.values(),
    settle(item) {
      const key = itemKey(item)
      remembered.add(key)
      if (remembered.size > REMEMBERED_ITEMS_MAX) {
        for (const oldest of remembered) {
          remembered.delete(oldest)
          break
        }
      }
      const entry = waiting.get(key)
      return entry && remove(entry)
    },
    expire(tick) {
      const late: PoolEntry[] = []
      // In the order of their birth, so the first young one ends the search.
      for (const entry of waiting.values()) {
        if (tick - entry.bornTick < PENDING_TICKS_MAX) break
        late.push(entry)
      }
      return late.map(remove)
    },
    takeOwn: () => [...waiting.values()].filter((entry) => entry.from === self).map(remove),
  }
}
