/**
 * What a leader knows of one follower, and how fast it may send to it. A follower is *probed* until
 * its log is known to match, then *replicated* to without waiting for each answer (thesis §10.2.2),
 * or waits for a *snapshot* where the log no longer reaches back far enough.
 */
import type { LogIndex } from '../index.ts'
import { type InflightBounds, Inflights } from './inflights.ts'
import { higher, INDEX_ZERO, lower, plus } from './positions.ts'

export type ProgressState = 'probe' | 'replicate' | 'snapshot'

export class Progress {
  /** Raft figure 2, matchIndex: the log is known to agree up to here. Always below `nextIndex`. */
  matchIndex: LogIndex = INDEX_ZERO
  /** Raft figure 2, nextIndex: the next entry to send. */
  nextIndex: LogIndex
  /** The highest commit index on its way to the follower. */
  sentCommit: LogIndex = INDEX_ZERO
  state: ProgressState = 'probe'
  /** The snapshot on its way, while `state` is `snapshot`. */
  pendingSnapshot: LogIndex = INDEX_ZERO
  /** Heard from since the quorum was checked last. */
  recentActive = false
  /** The same, of the time before that check. */
  wasActive = false
  /** Nothing is sent until the follower answers something. */
  paused = false
  isLearner: boolean
  /** The leader's tick at which it sent the newest heartbeat that was answered. */
  acknowledgedTick = INDEX_ZERO
  readonly inflights: Inflights

  constructor(nextIndex: LogIndex, isLearner: boolean, bounds: InflightBounds) {
    this.nextIndex = nextIndex
    this.isLearner = isLearner
    this.inflights = new Inflights(bounds)
  }

  get isPaused(): boolean {
    return this.state === 'snapshot' || this.paused
  }

  becomeProbe(): void {
    // A snapshot that was sent with success is the place to go on from.
    const from = this.state === 'snapshot' ? this.pendingSnapshot : this.matchIndex
    this.#reset('probe')
    this.nextIndex = plus(higher(this.matchIndex, from), 1)
    this.sentCommit = lower(this.sentCommit, plus(this.nextIndex, -1))
  }

  becomeReplicate(): void {
    this.#reset('replicate')
    this.nextIndex = plus(this.matchIndex, 1)
    this.sentCommit = lower(this.sentCommit, this.matchIndex)
  }

  becomeSnapshot(index: LogIndex): void {
    this.#reset('snapshot')
    this.pendingSnapshot = index
    this.nextIndex = plus(index, 1)
    this.sentCommit = index
  }

  /** An append with that many entries left. */
  sentEntries(entries: number, bytes: number): void {
    if (this.state === 'replicate') {
      if (entries > 0) {
        this.nextIndex = plus(this.nextIndex, entries)
        this.inflights.add(plus(this.nextIndex, -1), bytes)
      }
      // A full pipe is probed: this message, or one per heartbeat, until something is answered.
      this.paused = this.inflights.full
    } else if (entries > 0) {
      this.paused = true
    }
  }

  /** Whether telling this commit index can be news to the follower. */
  canBumpCommit(commit: LogIndex): boolean {
    return commit > this.sentCommit && this.sentCommit < this.nextIndex - 1
  }

  /** The follower holds everything up to `index`. False where that is old news. */
  maybeUpdate(index: LogIndex): boolean {
    if (index <= this.matchIndex) return false
    this.matchIndex = index
    this.nextIndex = higher(this.nextIndex, plus(index, 1))
    this.paused = false
    return true
  }

  /** The follower refused an append after `rejected`. False where that is old news. */
  maybeDecrease(rejected: LogIndex, hint: LogIndex): boolean {
    if (this.state === 'replicate') {
      if (rejected <= this.matchIndex) return false
      this.nextIndex = plus(this.matchIndex, 1)
      this.sentCommit = lower(this.sentCommit, plus(this.nextIndex, -1))
      return true
    }
    // Probes go one at a time, so another index than the last one's is an answer out of order.
    if (this.nextIndex - 1 !== rejected) return false
    this.nextIndex = higher(lower(rejected, plus(hint, 1)), plus(this.matchIndex, 1))
    this.sentCommit = lower(this.sentCommit, plus(this.nextIndex, -1))
    this.paused = false
    return true
  }

  #reset(state: ProgressState): void {
    this.state = state
    this.paused = false
    this.pendingSnapshot = INDEX_ZERO
    this.inflights.clear()
  }
}
