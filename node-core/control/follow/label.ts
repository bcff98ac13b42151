/**
 * Where a node stands in the tree: how far it has come in the log, and how many steps it is from the
 * committee. It decides who may follow whom.
 *
 * **No node ever follows itself.** A node that serves others remembers the best label that it has told
 * any of them since it last served nobody, its *claim*. It takes a parent only if that one's label is
 * better than its own claim (`children.ts` keeps the claim, `climber.ts` the rule, at every answer).
 * What it tells from then on is its own height, which is at most its parent's, and one step more: worse
 * than what the parent told. So along every edge that a parent serves, claim(child) < label told by the
 * parent ≤ claim(parent). Around a circle, in which everybody serves somebody, that would make a claim
 * smaller than itself. It holds at every moment, not only once everybody has heard of a change, since
 * no step compares anything but what was told with what is claimed: late news only understates. (The
 * same argument makes Babel free of loops, RFC 8966 §3.5.1, with heights in place of its sequence
 * numbers.) A node that has stopped serving its last child has no circle to close, and may begin anew.
 */
import type { LogIndex } from '../consensus/index.ts'

export interface Label {
  height: LogIndex
  depth: number
}

export function isBetter(one: Label, other: Label): boolean {
  return one.height > other.height || (one.height === other.height && one.depth < other.depth)
}
