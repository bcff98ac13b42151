/**
 * The log: one array in memory from the last compaction on, of which a first part is on disk and a
 * first part is committed. It hands out what is to be written and what is to be applied, and is told
 * when that is done.
 *
 * Compacted ≤ applied ≤ applying ≤ committed ≤ last, and handed out ≤ last.
 */
import { assert } from '../../../base/errors/index.ts'
import type { LogIndex } from '../index.ts'
import { type Entry, type EntryKind, fitting } from './entries.ts'
import {
  type EntryId,
  higher,
  INDEX_ZERO,
  lower,
  plus,
  TERM_ZERO,
  type Term,
  toIndex,
} from './positions.ts'
import type { Snapshot } from './snapshot.ts'

export class RaftLog {
  /** The last entry that was compacted away: its term is still needed to match what follows. */
  #base: EntryId = { index: INDEX_ZERO, term: TERM_ZERO }
  /** The last entry that this node has acknowledged in a log that it holds no more. */
  readonly #promised: EntryId
  /** The first of them is at `#base.index + 1`. */
  #entries: Entry[] = []
  committed: LogIndex = INDEX_ZERO
  /** Handed out to be applied. */
  applying: LogIndex = INDEX_ZERO
  applied: LogIndex = INDEX_ZERO
  /** Handed out to be written up to here; what follows is unstable. */
  #handedOut: LogIndex = INDEX_ZERO
  /** What a follower too far behind is sent. */
  snapshot: Snapshot | undefined
  /** Received from a leader, not yet written and applied. */
  #pending: Snapshot | undefined
  #pendingHandedOut = false

  /** From what is on disk: all of it is stable. Entries are without gaps from the snapshot on. */
  constructor(
    snapshot: Snapshot | undefined,
    entries: readonly Entry[],
    promised: EntryId = { index: INDEX_ZERO, term: TERM_ZERO },
  ) {
    this.#promised = promised
    this.snapshot = snapshot
    if (snapshot) this.#restartAt(snapshot)
    this.#entries = [...entries]
    assert((entries[0]?.index ?? this.firstIndex) === this.firstIndex, 'The log has a gap.')
    this.applied = this.applying = this.#base.index
    this.#handedOut = this.lastIndex
  }

  get firstIndex(): LogIndex {
    return plus(this.#base.index, 1)
  }

  get lastIndex(): LogIndex {
    return plus(this.#base.index, this.#entries.length)
  }

  get last(): EntryId {
    return this.#entries.at(-1) ?? this.#base
  }

  /** Undefined where the entry is compacted away or not there yet. */
  term(index: LogIndex): Term | undefined {
    if (index === this.#base.index) return this.#base.term
    return this.#entries[index - this.#base.index - 1]?.term
  }

  kindAt(index: number): EntryKind | undefined {
    return this.#entries[index - this.#base.index - 1]?.kind
  }

  matches({ index, term }: EntryId): boolean {
    return this.term(index) === term
  }

  /**
   * Raft §5.4.1: whether a log that ends with `other` is at least as up-to-date as this one, and as the
   * one that this node held before it (docs/adr/0017): a majority may have counted on that.
   */
  isUpToDate(other: EntryId): boolean {
    return isAtLeast(other, this.last) && isAtLeast(other, this.#promised)
  }

  /** Entries in [from, to), as many as fit into `bytesMax` and at least one. */
  slice(from: LogIndex, to: LogIndex, bytesMax: number): Entry[] {
    assert(from > this.#base.index, 'Entries were asked for that are compacted away.')
    const start = from - this.#base.index - 1
    const end = Math.min(to - this.#base.index - 1, this.#entries.length)
    if (start >= end) return []
    return this.#entries.slice(
      start,
      Math.min(end, start + fitting(this.#entries, start, bytesMax)),
    )
  }

  /**
   * Raft figure 2, AppendEntries 3 and 4: the first of `entries` that is not in the log, by its
   * place in the list; undefined when all of them are. An existing entry with another term ends the
   * search too: it and all that follow it give way.
   */
  firstMissing(entries: readonly Entry[]): number | undefined {
    const at = entries.findIndex((entry) => !this.matches(entry))
    return at < 0 ? undefined : at
  }

  /** Adds `entries` and drops whatever stood at their places and after. */
  append(entries: readonly Entry[]): void {
    const first = entries[0]
    if (first === undefined) return
    assert(first.index > this.committed, 'A committed entry would be replaced.')
    assert(first.index <= this.lastIndex + 1, 'The log would have a gap.')
    if (first.index <= this.lastIndex) {
      this.#entries.length = first.index - this.#base.index - 1
      this.#handedOut = lower(this.#handedOut, plus(first.index, -1))
    }
    for (const entry of entries) this.#entries.push(entry)
  }

  /**
   * The last place up to `index` where another log can agree with this one, if that other log is
   * known to have at most `term` there (Raft §5.3, the faster way back). Its term is undefined where
   * this log does not know it.
   */
  findConflictByTerm(index: LogIndex, term: Term): { index: LogIndex; term: Term | undefined } {
    if (index < this.#base.index || index > this.lastIndex) return { index, term: undefined }
    // Terms never fall along a log, so the place can be found by halving.
    let low = 0
    let high = index - this.#base.index
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#entries[middle - 1]?.term ?? 0) <= term) low = middle
      else high = middle - 1
    }
    if (low > 0) return { index: plus(this.#base.index, low), term: this.#entries[low - 1]?.term }
    if (this.#base.term <= term) return this.#base
    // Below the base nothing is known, so that it may agree there.
    return { index: higher(plus(this.#base.index, -1), INDEX_ZERO), term: undefined }
  }

  commitTo(index: LogIndex): void {
    if (index <= this.committed) return
    assert(index <= this.lastIndex, 'The commit index is beyond the log: entries were lost.')
    this.committed = index
  }

  /** Raft §5.4.2: only an entry of the leader's own term is committed by counting. */
  maybeCommit(index: LogIndex, term: Term): boolean {
    if (index <= this.committed || this.term(index) !== term) return false
    this.commitTo(index)
    return true
  }

  /** To be written. */
  nextUnstable(): Entry[] {
    if (this.#handedOut === this.lastIndex) return []
    return this.#entries.slice(this.#handedOut - this.#base.index)
  }

  get hasNextUnstable(): boolean {
    return this.#handedOut < this.lastIndex
  }

  acceptUnstable(): void {
    this.#handedOut = this.lastIndex
    this.#pendingHandedOut = this.#pending !== undefined
  }

  /** To be applied. Nothing while a snapshot waits: it comes first. */
  nextCommitted(bytesMax: number): Entry[] {
    if (!this.hasNextCommitted) return []
    return this.slice(plus(this.applying, 1), plus(this.committed, 1), bytesMax)
  }

  get hasNextCommitted(): boolean {
    return this.#pending === undefined && this.applying < this.committed
  }

  acceptApplying(index: LogIndex): void {
    this.applying = index
  }

  appliedTo(index: LogIndex): void {
    assert(index <= this.committed && index >= this.applied, 'Applied what is not committed.')
    this.applied = index
    this.applying = higher(this.applying, index)
  }

  /** Raft §7: the snapshot says more than the whole log, which is dropped. */
  restore(snapshot: Snapshot): void {
    this.#restartAt(snapshot)
    this.#pending = snapshot
    this.#pendingHandedOut = false
  }

  get nextSnapshot(): Snapshot | undefined {
    return this.#pendingHandedOut ? undefined : this.#pending
  }

  /** Where a log on disk would begin. */
  get newestSnapshot(): Snapshot | undefined {
    return this.#pending ?? this.snapshot
  }

  get hasPendingSnapshot(): boolean {
    return this.#pending !== undefined
  }

  /** The snapshot of that index is on disk and applied. */
  snapshotAppliedTo(index: LogIndex): void {
    if (this.#pending?.index === index) {
      this.snapshot = this.#pending
      this.#pending = undefined
    }
    if (index > this.applied) this.appliedTo(index)
  }

  /** Forgets the entries up to `index`, which must have been handed out to be applied. */
  compact(index: LogIndex): void {
    if (index <= this.#base.index) return
    assert(index <= this.applying, 'Entries would be forgotten that are not applied.')
    const term = this.term(index)
    assert(term !== undefined, 'Compaction beyond the log.')
    this.#entries.splice(0, index - this.#base.index)
    this.#base = { index, term }
  }

  #restartAt({ index, term }: EntryId): void {
    this.#base = { index, term }
    this.#entries = []
    this.committed = index
    this.#handedOut = index
  }
}

/** For callers that reach over the end on purpose. */
export const TO_THE_END: LogIndex = toIndex(Number.MAX_SAFE_INTEGER)

function isAtLeast(one: EntryId, other: EntryId): boolean {
  return one.term > other.term || (one.term === other.term && one.index >= other.index)
}
