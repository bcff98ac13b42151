/**
 * When a leader puts what was proposed into its log: a round of messages costs much more than what it
 * carries (as Nagle's algorithm, RFC 896, has it for bytes). While entries are on their way to a
 * quorum, what comes meanwhile waits for them and then goes together. Many bytes go at once, pipelined
 * as thesis §10.2.1 has it, and nothing waits longer than a tick for a round that may be lost.
 *
 * Whoever proposes again and again, as nodes do whose callers were just answered, is waited for once
 * the round is over, so that one round carries what all of them propose, and not one for each. How long
 * is the host's to say, who has a clock.
 */
import type { NodeId } from '../../../base/net/index.ts'
import { GATHER_BYTES } from './limits.ts'

export interface Held {
  /** Whose proposals wait. */
  from: readonly NodeId[]
  bytes: number
  /** Entries are on their way to a quorum. */
  isUnderway: boolean
  /** The last round ended so lately that others may be waited for. */
  mayWait: boolean
}

export class Gathering {
  #holds = false
  #isOver = false
  #waitsForOthers = false
  /** Who proposed in the last round, and in the one before it. */
  #last: ReadonlySet<NodeId> = new Set()
  #before: ReadonlySet<NodeId> = new Set()
  /** Of those in the last round, who had been in one of the two before it. */
  #awaited: readonly NodeId[] = []

  /** Whether what waits does so for proposals of others alone. */
  get waitsForOthers(): boolean {
    return this.#waitsForOthers
  }

  /** The wait that is under way ends here. */
  tick(): void {
    this.#isOver = this.#holds
  }

  /** Whether what waits stays behind for now. */
  holds({ from, bytes, isUnderway, mayWait }: Held): boolean {
    const isOpen = from.length > 0 && !this.#isOver && bytes < GATHER_BYTES
    const isAwaiting = mayWait && this.#awaited.some((node) => !from.includes(node))
    this.#holds = isOpen && (isUnderway || isAwaiting)
    this.#waitsForOthers = this.#holds && !isUnderway
    if (!this.#holds) this.#isOver = false
    return this.#holds
  }

  /**
   * A round begins with what these proposed. Somebody who comes back more rarely than that is not
   * waited for: one who proposes now and then would hold up those who do all the time.
   */
  begun(from: readonly NodeId[]): void {
    const now = new Set(from)
    this.#awaited = [...now].filter((node) => this.#last.has(node) || this.#before.has(node))
    this.#before = this.#last
    this.#last = now
  }
}
