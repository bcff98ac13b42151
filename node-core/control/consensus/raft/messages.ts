/** What engines say to each other. The names are the paper's (Raft figure 2, thesis figures 3.1, 5.3). */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import type { Entry, EntryDraft } from './entries.ts'
import type { Term } from './positions.ts'
import type { Snapshot } from './snapshot.ts'

interface Envelope {
  readonly from: NodeId
  readonly to: NodeId
  /** The sender's, or the one it stands for; 0 where the sender's does not matter. */
  readonly term: Term
}

export interface AppendEntries extends Envelope {
  readonly kind: 'appendEntries'
  readonly prevLogIndex: LogIndex
  readonly prevLogTerm: Term
  readonly entries: readonly Entry[]
  readonly leaderCommit: LogIndex
}

export interface AppendEntriesReply extends Envelope {
  readonly kind: 'appendEntriesReply'
  /** The last entry now known to match; or, if rejected, the `prevLogIndex` that did not. */
  readonly index: LogIndex
  readonly rejected: boolean
  /** If rejected, the last place where the logs may agree, and the follower's term there, or 0. */
  readonly hintIndex: LogIndex
  readonly hintTerm: Term
}

/** A pre-vote asks whether a vote would be given, for a term not begun yet (thesis §9.6). */
export interface VoteRequest extends Envelope {
  readonly kind: 'requestVote' | 'preVote'
  readonly lastLogIndex: LogIndex
  readonly lastLogTerm: Term
  /** The leader itself asked for this election (thesis §3.10): its lease is no reason to refuse. */
  readonly transfer: boolean
}

export interface VoteReply extends Envelope {
  readonly kind: 'requestVoteReply' | 'preVoteReply'
  readonly rejected: boolean
  /** If rejected, the last entry that the voter knows to be committed, else 0. */
  readonly committedIndex: LogIndex
  readonly committedTerm: Term
}

export interface Heartbeat extends Envelope {
  readonly kind: 'heartbeat'
  readonly leaderCommit: LogIndex
  /** The newest read that waits for a round of answers (thesis §6.4), or ''. */
  readonly context: string
  /** The leader's tick, for its lease (thesis §6.4.1). */
  readonly tick: LogIndex
}

export interface HeartbeatReply extends Envelope {
  readonly kind: 'heartbeatReply'
  readonly context: string
  readonly tick: LogIndex
}

export interface InstallSnapshot extends Envelope {
  readonly kind: 'installSnapshot'
  readonly snapshot: Snapshot
}

export interface TimeoutNow extends Envelope {
  readonly kind: 'timeoutNow'
}

export interface Propose extends Envelope {
  readonly kind: 'propose'
  readonly entries: readonly EntryDraft[]
}

export interface ReadIndex extends Envelope {
  readonly kind: 'readIndex'
  readonly context: string
}

export interface ReadIndexReply extends Envelope {
  readonly kind: 'readIndexReply'
  readonly context: string
  readonly index: LogIndex
}

export interface TransferLeader extends Envelope {
  readonly kind: 'transferLeader'
  readonly transferee: NodeId
}

export type Message =
  | AppendEntries
  | AppendEntriesReply
  | VoteRequest
  | VoteReply
  | Heartbeat
  | HeartbeatReply
  | InstallSnapshot
  | TimeoutNow
  | Propose
  | ReadIndex
  | ReadIndexReply
  | TransferLeader

/** Why a message came to nothing. */
export type StepProblem =
  /** The answer of a node that is not of the configuration. */
  | 'PEER_UNKNOWN'
  /** Of a term that is over, or nothing this node waits for. */
  | 'STALE'
  /** Proposals without a leader to take them, or in the middle of a transfer. */
  | 'PROPOSAL_DROPPED'
  /** The leader holds this node to have more than it has: it has lost a part of its log. */
  | 'COMMIT_BEYOND_LOG'
  /** The leader contradicts what is committed. */
  | 'COMMITTED_CONFLICT'
