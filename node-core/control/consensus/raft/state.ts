/**
 * The state of one Raft server (Raft figure 2) and the changes of role that every other file of this
 * folder leans on. Who may do what, and when, is in `step.ts` and in what it calls.
 */
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { EMPTY_DRAFT, type Entry, type EntryDraft, payloadBytes } from './entries.ts'
import type { RaftLog } from './log.ts'
import type { Message } from './messages.ts'
import { INDEX_ZERO, plus, type Term, toIndex, toTerm } from './positions.ts'
import { ReadOnly, type ReadRequest, type ReadState } from './read-only.ts'
import type { Tracker } from './tracker.ts'

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader'

/** Must be on disk before anything is said that follows from it (Raft figure 2; thesis §3.8). */
export interface HardState {
  readonly term: Term
  readonly votedFor: NodeId | undefined
  /** Not needed for safety: it saves a restarted node from waiting to learn it. */
  readonly commit: LogIndex
}

export interface RaftOptions {
  readonly id: NodeId
  readonly electionTicks: number
  readonly heartbeatTicks: number
  /** Thesis §9.6. */
  readonly preVote: boolean
  /** Thesis §6.2: a leader that hears no quorum for an election timeout steps down. */
  readonly checkQuorum: boolean
  /** Thesis §6.4.1; needs `checkQuorum`. */
  readonly leaseReads: boolean
  /** Whether a leader that is no voter any more gives up the lead at once. */
  readonly stepDownOnRemoval: boolean
  readonly forwardProposals: boolean
  readonly appendBytesMax: number
  readonly uncommittedBytesMax: number
  /** In ticks, from `electionTicks` to less than twice that (Raft §5.2). */
  readonly randomElectionTimeout: () => number
}

export class Raft {
  readonly options: RaftOptions
  readonly log: RaftLog
  readonly tracker: Tracker
  readonly readOnly = new ReadOnly()

  term: Term
  votedFor: NodeId | undefined
  role: Role = 'follower'
  leader: NodeId | undefined
  /** To whom the lead is being handed (thesis §3.10). */
  transferee: NodeId | undefined
  /** A TimeoutNow went out in this term: somebody may be elected in spite of any lease. */
  leaseForfeited = false
  /** When the last ticks began, in ticks' worth of true time, as far as this node's host said so. */
  readonly tickTimes = new Map<LogIndex, number>()
  /** Reads that the lease may answer, once the host has said what time it is. */
  readsByLease: ReadRequest[] = []
  /** The tick at which this node last heard from a leader of its term; see `honoursLease`. */
  leaderHeardAt: LogIndex | undefined
  /** No change of members is proposed until this index is applied (Raft §6, one at a time). */
  pendingChangeIndex: LogIndex = INDEX_ZERO
  uncommittedBytes = 0
  /** Ticks since the start. */
  now: LogIndex = INDEX_ZERO
  /** A leader's first entry of its own. */
  termStart: LogIndex = INDEX_ZERO
  /** When this node came to lead. */
  leadSince: LogIndex = INDEX_ZERO
  electionElapsed = 0
  heartbeatElapsed = 0
  electionTimeout = 0

  /** Need nothing to be on disk. */
  messages: Message[] = []
  /** Speak of what the same Ready puts on disk. Some are for this node itself. */
  messagesAfterAppend: Message[] = []
  readStates: ReadState[] = []
  /** Reads from before the leader's first commit in its term. */
  readsWaiting: ReadRequest[] = []

  constructor(options: RaftOptions, log: RaftLog, tracker: Tracker, hardState: HardState) {
    this.options = options
    this.log = log
    this.tracker = tracker
    this.term = hardState.term
    this.votedFor = hardState.votedFor
    log.commitTo(hardState.commit)
    this.becomeFollower(this.term, undefined)
  }

  get id(): NodeId {
    return this.options.id
  }

  get hardState(): HardState {
    return { term: this.term, votedFor: this.votedFor, commit: this.log.committed }
  }

  envelope(to: NodeId): { from: NodeId; to: NodeId; term: Term } {
    return { from: this.id, to, term: this.term }
  }

  send(message: Message): void {
    switch (message.kind) {
      // Thesis §3.8: votes and acknowledgements count for nothing unless they survive a restart.
      case 'appendEntriesReply':
      case 'requestVoteReply':
      case 'preVoteReply':
        this.messagesAfterAppend.push(message)
        break
      default:
        assert(message.to !== this.id, 'A message to oneself.')
        this.messages.push(message)
    }
  }

  /** A voter, with no snapshot on its way into the state machine. */
  get isPromotable(): boolean {
    const progress = this.tracker.progress.get(this.id)
    return progress !== undefined && !progress.isLearner && !this.log.hasPendingSnapshot
  }

  /** Thesis §6.4, step 1: before that, a leader does not know how far its log is committed. */
  get hasCommittedInTerm(): boolean {
    return this.role === 'leader' && this.log.committed >= this.termStart
  }

  becomeFollower(term: Term, leader: NodeId | undefined): void {
    this.#reset(term)
    this.leader = leader
    this.role = 'follower'
  }

  /** Neither term nor vote change before a quorum has said that an election can be won. */
  becomePreCandidate(): void {
    assert(this.role !== 'leader', 'A leader campaigns.')
    this.tracker.resetVotes()
    this.leader = undefined
    this.role = 'preCandidate'
  }

  becomeCandidate(): void {
    assert(this.role !== 'leader', 'A leader campaigns.')
    this.#reset(toTerm(this.term + 1))
    this.votedFor = this.id
    this.role = 'candidate'
  }

  becomeLeader(): void {
    assert(this.role === 'candidate', 'Nobody voted for this leader.')
    this.#reset(this.term)
    this.leader = this.id
    this.role = 'leader'
    this.leadSince = this.now
    const own = this.tracker.progress.get(this.id)
    assert(own !== undefined, 'A leader without a place in its configuration.')
    own.becomeReplicate()
    own.recentActive = true
    // There may be a change in the log that is not applied; waiting for all of it costs little.
    this.pendingChangeIndex = this.log.lastIndex
    // Raft §8: the leader learns what is committed by committing an entry of its own term.
    this.termStart = plus(this.log.lastIndex, 1)
    this.appendOwn([EMPTY_DRAFT])
  }

  /** Gives the drafts their places. The leader counts itself once they are on its disk. */
  appendOwn(drafts: readonly EntryDraft[]): void {
    const { lastIndex } = this.log
    const entries = drafts.map(
      ({ kind, data }, at): Entry => ({
        index: plus(lastIndex, at + 1),
        term: this.term,
        kind,
        data,
      }),
    )
    this.uncommittedBytes += payloadBytes(entries)
    this.log.append(entries)
    this.send({
      kind: 'appendEntriesReply',
      ...this.envelope(this.id),
      index: this.log.lastIndex,
      rejected: false,
      hintIndex: INDEX_ZERO,
      hintTerm: toTerm(0),
    })
  }

  reduceUncommitted(entries: readonly Entry[]): void {
    this.uncommittedBytes = Math.max(0, this.uncommittedBytes - payloadBytes(entries))
  }

  #reset(term: Term): void {
    if (this.term !== term) {
      this.term = term
      this.votedFor = undefined
      this.leaseForfeited = false
    }
    this.leader = undefined
    this.electionElapsed = 0
    this.heartbeatElapsed = 0
    this.electionTimeout = this.options.randomElectionTimeout()
    this.transferee = undefined
    this.tracker.resetVotes()
    this.tracker.resetProgress(this.log.lastIndex, this.id)
    this.pendingChangeIndex = toIndex(0)
    this.uncommittedBytes = 0
    this.readOnly.clear()
    this.readsWaiting = []
    this.readsByLease = []
  }
}
