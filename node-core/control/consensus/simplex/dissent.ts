/**
 * Who was caught lying, and whether the promise still stands. Up to f of the weight may lie; with
 * more proven liars, or two certificates that contradict each other, nothing is promised any more.
 */
import type { NodeId } from '../../../base/net/index.ts'
import { type Evidence, encodeEvidence } from './evidence.ts'
import { type Committee, faultyWeightMax, toleratesLiars, weightOfAll } from './quorum.ts'

/**
 * byzantine: all honest voters agree while liars hold at most f of the weight. honest-only: they
 * agree as long as nobody lies (below four voters). void: more than f lied, so honest nodes may
 * have been shown different logs.
 */
export type Guarantee = 'byzantine' | 'honest-only' | 'void'

export interface Dissent {
  /** Kept once per liar, the latest epoch's: one proof is enough. */
  add(evidence: Evidence): void
  /** Two certificates that no quorum with honest voters gives both: this node stops voting. */
  addFork(): void
  isForked(): boolean
  /** Whether this peer is still to be shown the other side of the fork; true once. */
  takeTelling(peer: NodeId): boolean
  evidence(): Uint8Array[]
  guarantee(committee: Committee): Guarantee
}

export function createDissent(): Dissent {
  const byAuthor = new Map<NodeId, Evidence>()
  const told = new Set<NodeId>()
  let forked = false
  /** Stays: whoever was shown another log may still hold it when the liars are gone. */
  let broken = false
  return {
    add(evidence) {
      const { author, epoch } = evidence.first
      // Each epoch is judged by itself, so a later lie is news.
      const known = byAuthor.get(author)
      if (!known || known.first.epoch < epoch) byAuthor.set(author, evidence)
    },
    addFork() {
      forked = true
    },
    isForked: () => forked,
    takeTelling(peer) {
      if (!forked || told.has(peer)) return false
      told.add(peer)
      return true
    },
    evidence: () => [...byAuthor.values()].map(encodeEvidence),
    guarantee(committee) {
      broken ||= weightOfAll(committee, byAuthor.keys()) > faultyWeightMax(committee)
      if (forked || broken) return 'void'
      return toleratesLiars(committee) ? 'byzantine' : 'honest-only'
    },
  }
}
