/** The present configuration, what is known of each of its nodes, and the votes of an election. */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { type Configuration, EMPTY_CONFIGURATION } from './configuration.ts'
import type { InflightBounds } from './inflights.ts'
import { higher, toIndex } from './positions.ts'
import { Progress } from './progress.ts'
import { jointCommitted, jointVoteResult, type VoteResult } from './quorum.ts'

export class Tracker {
  configuration: Configuration = EMPTY_CONFIGURATION
  /** By node id, in order of the ids. */
  progress = new Map<NodeId, Progress>()
  readonly #bounds: InflightBounds
  #votes = new Map<NodeId, boolean>()

  constructor(bounds: InflightBounds) {
    this.#bounds = bounds
  }

  /** Nodes that stay keep their progress; a new one is probed from the end of the log. */
  switchTo(configuration: Configuration, last: LogIndex): void {
    const { voters, outgoing, learners } = configuration
    const before = this.progress
    this.progress = new Map()
    const listens = new Set(learners)
    for (const node of [...new Set([...voters, ...outgoing, ...learners])].sort()) {
      const isLearner = listens.has(node)
      let progress = before.get(node)
      if (progress === undefined) {
        progress = new Progress(higher(last, toIndex(1)), isLearner, this.#bounds)
        // Else the next check of the quorum might count a node that had no time to speak.
        progress.recentActive = true
      }
      progress.isLearner = isLearner
      this.progress.set(node, progress)
    }
    this.configuration = configuration
  }

  /** Raft figure 2: reinitialised after every election. */
  resetProgress(last: LogIndex, self: NodeId): void {
    for (const [node, { isLearner }] of this.progress) {
      const fresh = new Progress(toIndex(last + 1), isLearner, this.#bounds)
      if (node === self) fresh.matchIndex = last
      this.progress.set(node, fresh)
    }
  }

  /** Everybody who votes in either half, in order. */
  voters(): NodeId[] {
    const { voters, outgoing } = this.configuration
    return [...new Set([...voters, ...outgoing])].sort()
  }

  get isSingleton(): boolean {
    const { voters, outgoing } = this.configuration
    return voters.length === 1 && outgoing.length === 0
  }

  /** The highest index that a quorum holds. */
  committed(): LogIndex {
    return jointCommitted(this.configuration, (node) => this.progress.get(node)?.matchIndex)
  }

  /** The latest tick such that a quorum has answered a heartbeat sent then or later. */
  quorumTick(self: NodeId, now: LogIndex): LogIndex {
    return jointCommitted(this.configuration, (node) =>
      node === self ? now : this.progress.get(node)?.acknowledgedTick,
    )
  }

  quorumActive(): boolean {
    const active = (node: NodeId): boolean => this.progress.get(node)?.recentActive === true
    return jointVoteResult(this.configuration, active) === 'won'
  }

  resetVotes(): void {
    this.#votes.clear()
  }

  recordVote(voter: NodeId, granted: boolean): void {
    if (!this.#votes.has(voter)) this.#votes.set(voter, granted)
  }

  tally(): VoteResult {
    return jointVoteResult(this.configuration, (node) => this.#votes.get(node))
  }
}
