/** Who held a slot before: what still serves there is asked until its successor does. */
import type { NodeId } from '../../base/net/index.ts'
import { parseSlot, type Slot } from '../spec/index.ts'
import { HOLDERS_KEPT_MAX } from './limits.ts'

export interface FormerHolders {
  /** The latest last. */
  of(slot: Slot): readonly NodeId[]
  moved(before: ReadonlyMap<Slot, NodeId>, now: ReadonlyMap<Slot, NodeId>): void
  /** A later workload of that name may be another owner's. */
  forgetUnless(isHeld: (workload: string) => boolean): void
}

const NOBODY: readonly NodeId[] = []

export function createFormerHolders(): FormerHolders {
  const holders = new Map<Slot, readonly NodeId[]>()
  return {
    of: (slot) => holders.get(slot) ?? NOBODY,
    moved(before, now) {
      for (const [slot, node] of before) {
        const present = now.get(slot)
        if (present === node) continue
        // The one that serves may be any of them: each of its successors may have failed before it did.
        const others = (holders.get(slot) ?? NOBODY).filter(
          (one) => one !== node && one !== present,
        )
        holders.set(slot, [...others, node].slice(-HOLDERS_KEPT_MAX))
      }
    },
    forgetUnless(isHeld) {
      for (const slot of holders.keys()) {
        const parsed = parseSlot(slot)
        if (!parsed || !isHeld(parsed.workload)) holders.delete(slot)
      }
    },
  }
}
