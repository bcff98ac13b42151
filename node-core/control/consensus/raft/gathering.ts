/**
 * When a leader puts what was proposed into its log. While entries are on their way to a quorum, what
 * comes meanwhile waits for them and then goes together: a round of messages costs much more than what
 * it carries (as Nagle's algorithm, RFC 896, has it for bytes). Many bytes go at once, pipelined as
 * thesis §10.2.1 has it, and nothing waits longer than a tick for a round that may be lost.
 */
import { GATHER_BYTES } from './limits.ts'

export class Gathering {
  #holds = false
  #isOver = false

  /** The wait that is under way ends here. */
  tick(): void {
    this.#isOver = this.#holds
  }

  /** Whether what waits, so many bytes, stays behind for now. */
  holds(waitingBytes: number, isUnderway: boolean): boolean {
    this.#holds = isUnderway && !this.#isOver && waitingBytes < GATHER_BYTES
    if (!this.#holds) this.#isOver = false
    return this.#holds
  }
}
