/** How long a doubt lasts before it becomes a verdict, and whose doubt is worth a probe. */
import { createHash } from 'node:crypto'
import type { NodeId } from '../../base/net/index.ts'
import { CONFIRMATIONS_WANTED, SUSPICION_FACTOR_MAX, SUSPICION_MS_MIN, WATCHERS } from './limits.ts'

/**
 * Lifeguard §III-B: starts long and shrinks with the logarithm of independent confirmations, so that
 * one observer with a bad link waits and many observers of a dead node do not. Milliseconds.
 */
export function suspicionMs(members: number, confirmations: number): number {
  const minMs = SUSPICION_MS_MIN * Math.max(1, Math.log10(Math.max(1, members)))
  // Itself and the suspect confirm nothing.
  const wanted = Math.min(CONFIRMATIONS_WANTED, members - 2)
  if (wanted < 1) return minMs
  const maxMs = SUSPICION_FACTOR_MAX * minMs
  const share = Math.log(Math.min(confirmations, wanted) + 1) / Math.log(wanted + 1)
  return maxMs - (maxMs - minMs) * share
}

/** Whether `self` is among the members closest to `target` by hash: all compute the same ones. */
export function isWatcher(self: NodeId, target: NodeId, members: readonly NodeId[]): boolean {
  const others = members.filter((id) => id !== target)
  if (others.length <= WATCHERS) return true
  const own = closeness(self, target)
  return others.filter((id) => closeness(id, target) < own).length < WATCHERS
}

function closeness(id: NodeId, target: NodeId): string {
  return createHash('sha256').update(id).update(target).digest('hex')
}
