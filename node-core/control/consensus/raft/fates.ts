/**
 * What becomes of proposals. One that this node put into its log waits until something is committed
 * that decides about it; that happens however often the lead changes meanwhile.
 */
import type { Fate, LogIndex, ProposalId } from '../index.ts'
import type { EntryId, Term } from './positions.ts'

interface Pending extends EntryId {
  readonly id: ProposalId
}

export class Fates {
  /** In order of term, then index: a node appends its own entries only while it leads. */
  #pending: Pending[] = []
  #start = 0
  #told: Fate[] = []

  get size(): number {
    return this.#pending.length - this.#start
  }

  tell(fate: Fate): void {
    this.#told.push(fate)
  }

  watch(id: ProposalId, { index, term }: EntryId): void {
    this.#pending.push({ id, index, term })
  }

  /**
   * Everything up to `last` is committed. An entry of an older term after it can never be: a log
   * that holds it lacks `last`, and nobody is elected without what is committed (Raft §5.4).
   */
  committedTo(last: EntryId, termAt: (index: LogIndex) => Term | undefined): void {
    for (;;) {
      const first = this.#pending[this.#start]
      if (first === undefined || (first.index > last.index && first.term >= last.term)) break
      this.#start++
      this.#told.push(fateOf(first, last, termAt))
    }
    if (this.#start > 1_024 && this.#start * 2 > this.#pending.length) {
      this.#pending = this.#pending.slice(this.#start)
      this.#start = 0
    }
  }

  take(): Fate[] {
    const told = this.#told
    this.#told = []
    return told
  }

  get hasNews(): boolean {
    return this.#told.length > 0
  }
}

function fateOf(
  { id, index, term }: Pending,
  last: EntryId,
  termAt: (index: LogIndex) => Term | undefined,
): Fate {
  if (index > last.index) return { id, outcome: 'refused', code: 'SUPERSEDED' }
  const committed = termAt(index)
  if (committed === term) return { id, outcome: 'committed', index }
  // A snapshot has passed over it: what stood there is not known any more.
  if (committed === undefined) return { id, outcome: 'unknown' }
  return { id, outcome: 'refused', code: 'SUPERSEDED' }
}
