/** Changes of members that wait for a block: at most one of each member, for the present epoch. */
import type { NodeId } from '../../../base/net/index.ts'
import type { ProposalId } from '../index.ts'
import type { Change } from './block.ts'
import { CHANGE_TRIES_MAX, PENDING_TICKS_MAX } from './limits.ts'

export interface PendingChange {
  readonly change: Change
  readonly bornTick: number
  readonly proposal: ProposalId | undefined
}

/** Blocks with changes of one member that this node proposed, whatever their nonces. */
interface Tries {
  readonly sinceTick: number
  count: number
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
  const tried = new Map<NodeId, Tries>()

  const find = (mayChange: (change: Change) => boolean): [NodeId, PendingChange] | undefined => {
    return [...byMember].find(
      // One that a quorum does not notarise would cost every view of this leader.
      ([member, { change }]) =>
        (tried.get(member)?.count ?? 0) < CHANGE_TRIES_MAX && mayChange(change),
    )
  }

  return {
    get size() {
      return byMember.size
    },
    add(change, from, tick, proposal) {
      if (byMember.get(from)?.change.nonce === change.nonce) return
      byMember.set(from, { change, bornTick: tick, proposal })
    },
    own: (self) => byMember.get(self),
    next(mayChange) {
      const found = find(mayChange)
      if (!found) return undefined
      const [member, { change, bornTick }] = found
      const tries = tried.get(member) ?? { sinceTick: bornTick, count: 0 }
      tries.count++
      tried.set(member, tries)
      return change
    },
    hasNext: (mayChange) => find(mayChange) !== undefined,
    takeAll() {
      const all = [...byMember.values()]
      byMember.clear()
      tried.clear()
      return all
    },
    expire(tick) {
      const late = [...byMember].filter(([, { bornTick }]) => tick - bornTick >= PENDING_TICKS_MAX)
      for (const [member] of late) byMember.delete(member)
      // The others may come to agree, so that nobody's are left for good.
      for (const [member, { sinceTick }] of tried) {
        if (tick - sinceTick >= PENDING_TICKS_MAX) tried.delete(member)
      }
      return late.map(([, pending]) => pending)
    },
  }
}
