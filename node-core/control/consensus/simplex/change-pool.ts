/** Changes of members that wait for a block: at most one of each member, for the present epoch. */
import type { NodeId } from '../../../base/net/index.ts'
import type { ProposalId } from '../index.ts'
import type { Change } from './block.ts'
import { CHANGE_TRIES_MAX, PENDING_TICKS_MAX } from './limits.ts'

export interface PendingChange {
  readonly change: Change
  readonly bornTick: number
  readonly proposal: ProposalId | undefined
  /** Blocks with it that this node proposed. */
  tries: number
}

export interface ChangePool {
  readonly size: number
  add(change: Change, from: NodeId, tick: number, proposal?: ProposalId): void
  own(self: NodeId): PendingChange | undefined
  /** The first that may be tried, and counts the try. */
  next(mayChange: (change: Change) => boolean): Change | undefined
  hasNext(mayChange: (change: Change) => boolean): boolean
  /** The epoch has ended: none of them can take force any more. */
  takeAll(): PendingChange[]
  expire(tick: number): PendingChange[]
}

export function createChangePool(): ChangePool {
  const byMember = new Map<NodeId, PendingChange>()

  const find = (mayChange: (change: Change) => boolean): PendingChange | undefined => {
    return [...byMember.values()].find(
      // One that a quorum does not notarise would cost every view of this leader.
      (pending) => pending.tries < CHANGE_TRIES_MAX && mayChange(pending.change),
    )
  }

  return {
    get size() {
      return byMember.size
    },
    add(change, from, tick, proposal) {
      if (byMember.get(from)?.change.nonce === change.nonce) return
      byMember.set(from, { change, bornTick: tick, proposal, tries: 0 })
    },
    own: (self) => byMember.get(self),
    next(mayChange) {
      const pending = find(mayChange)
      if (pending) pending.tries++
      return pending?.change
    },
    hasNext: (mayChange) => find(mayChange) !== undefined,
    takeAll() {
      const all = [...byMember.values()]
      byMember.clear()
      return all
    },
    expire(tick) {
      const late = [...byMember].filter(([, { bornTick }]) => tick - bornTick >= PENDING_TICKS_MAX)
      for (const [member] of late) byMember.delete(member)
      return late.map(([, pending]) => pending)
    },
  }
}
