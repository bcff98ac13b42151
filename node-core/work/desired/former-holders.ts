/** Who held a slot before: what still serves there is asked until its successor does. */
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { parseSlot, type Slot } from '../spec/index.ts'
import { HOLDERS_KEPT_MAX } from './limits.ts'

/** Of one slot, the latest last; and whose workload it was then. */
export interface Former {
  owner: OwnerId
  nodes: readonly NodeId[]
}

type Assigned = ReadonlyMap<Slot, NodeId>

export interface FormerHolders {
  /** The latest last. */
  of(slot: Slot): readonly NodeId[]
  moved(before: Assigned, now: Assigned, ownerOf: (workload: string) => OwnerId | undefined): void
  /** A later workload of that name may be another owner's. */
  forgetUnless(isHeld: (workload: string, owner: OwnerId) => boolean): void
  /** Another value with each change. */
  all(): ReadonlyMap<Slot, Former>
  /** As they were in an earlier life. */
  restore(holders: ReadonlyMap<Slot, Former>): void
}

const NOBODY: readonly NodeId[] = []

export function createFormerHolders(): FormerHolders {
  let holders: ReadonlyMap<Slot, Former> = new Map()
  return {
    of: (slot) => holders.get(slot)?.nodes ?? NOBODY,
    moved(before, now, ownerOf) {
      const next = new Map(holders)
      for (const [slot, node] of before) {
        const present = now.get(slot)
        if (present === node) continue
        const owner = ownerOf(parseSlot(slot)?.workload ?? '')
        if (!owner) continue
        // The one that serves may be any of them: each of its successors may have failed before it did.
        const others = (holders.get(slot)?.nodes ?? NOBODY).filter(
          (one) => one !== node && one !== present,
        )
        next.set(slot, { owner, nodes: [...others, node].slice(-HOLDERS_KEPT_MAX) })
        holders = next
      }
    },
    forgetUnless(isHeld) {
      const kept = [...holders].filter(([slot, { owner }]) => {
        const parsed = parseSlot(slot)
        return parsed && isHeld(parsed.workload, owner)
      })
      if (kept.length < holders.size) holders = new Map(kept)
    },
    all: () => holders,
    restore(known) {
      holders = known
    },
  }
}
