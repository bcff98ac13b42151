/**
 * One message in, one tick in: which term it is of, which role takes it, and nothing else. The rules
 * for all servers are those of Raft figure 2 with check-quorum and pre-vote (thesis §6.2, §9.6).
 */
import { unreachable } from '../../../base/errors/index.ts'
import type { LogIndex } from '../index.ts'
import {
  campaignIfAllowed,
  honoursLease,
  ignoresForLease,
  learnCommitted,
  onVoteReply,
  onVoteRequest,
  refuseVote,
} from './election.ts'
import { onAppendEntries, onHeartbeat, onInstallSnapshot } from './follower.ts'
import { onAppendReply, onHeartbeatReply, onTransferLeader, tickLeader } from './leader.ts'
import type { Message, StepProblem } from './messages.ts'
import { INDEX_ZERO, plus, TERM_ZERO } from './positions.ts'
import { leaveJointIfDue, propose } from './proposals.ts'
import { noteTickTime, readIndex } from './reads.ts'
import type { Raft } from './state.ts'

export function tick(raft: Raft, elapsedTicks?: number): void {
  raft.now = plus(raft.now, 1)
  noteTickTime(raft, elapsedTicks)
  if (raft.role === 'leader') {
    tickLeader(raft)
    return
  }
  raft.electionElapsed++
  if (raft.isPromotable && raft.electionElapsed >= raft.electionTimeout) {
    raft.electionElapsed = 0
    campaign(raft)
  }
}

export function campaign(raft: Raft): void {
  campaignIfAllowed(raft, raft.options.preVote ? 'preElection' : 'election')
}

export function step(raft: Raft, message: Message): StepProblem | undefined {
  // Before its term is looked at: a node that was removed deposes nobody by an answer.
  if (isReply(message) && !raft.tracker.progress.has(message.from)) return 'PEER_UNKNOWN'
  if (message.kind === 'requestVoteReply' || message.kind === 'preVoteReply') {
    learnCommitted(raft, message)
  }
  const isRequest = message.kind === 'requestVote' || message.kind === 'preVote'
  if (isRequest && message.term >= raft.term && honoursLease(raft, message)) return 'STALE'
  if (message.term > raft.term && message.term > 0) {
    if (isRequest && ignoresForLease(raft, message)) return 'STALE'
    adoptTerm(raft, message)
  } else if (message.term > 0 && message.term < raft.term) {
    answerStale(raft, message)
    return 'STALE'
  }
  if (message.kind === 'requestVote' || message.kind === 'preVote') {
    onVoteRequest(raft, message)
    return undefined
  }
  return raft.role === 'leader' ? stepLeader(raft, message) : stepOther(raft, message)
}

/** The entries up to `index` are applied; with what that allows the leader to do next. */
export function appliedTo(raft: Raft, index: LogIndex): void {
  raft.log.appliedTo(index)
  leaveJointIfDue(raft)
}

/** Keeps the term and forgets who leads, so that this node votes for whoever asks next. */
export function forgetLeader(raft: Raft): void {
  // The lease rests on followers that stay with their leader.
  if (raft.role === 'follower' && !raft.options.leaseReads) raft.leader = undefined
}

/** Hands the lead to `to`, or asks the leader to. */
export function transferLeader(raft: Raft, to: Message['from']): StepProblem | undefined {
  if (raft.role === 'leader') {
    onTransferLeader(raft, to)
    return undefined
  }
  if (raft.role !== 'follower' || raft.leader === undefined) return 'PROPOSAL_DROPPED'
  raft.send({ kind: 'transferLeader', ...raft.envelope(raft.leader), transferee: to })
  return undefined
}

/** Raft §5.1: whoever sees a higher term becomes a follower in it. */
function adoptTerm(raft: Raft, message: Message): void {
  // A pre-vote is about a term that nobody has begun. Granted, its answer repeats that term;
  // refused, it tells the term of the node that refused.
  if (message.kind === 'preVote') return
  if (message.kind === 'preVoteReply' && !message.rejected) return
  const { kind } = message
  const leads = kind === 'appendEntries' || kind === 'heartbeat' || kind === 'installSnapshot'
  raft.becomeFollower(message.term, leads ? message.from : undefined)
}

/**
 * Raft §5.1: a message of an old term is refused. With check-quorum or pre-vote, a node that went to
 * a higher term alone would be stuck there, unheard: the old leader is told of the new term. And a
 * pre-candidate of an old term is told, lest it wait for an answer forever.
 */
function answerStale(raft: Raft, message: Message): void {
  const { checkQuorum, preVote } = raft.options
  if (message.kind === 'heartbeat' || message.kind === 'appendEntries') {
    if (!checkQuorum && !preVote) return
    raft.send({
      kind: 'appendEntriesReply',
      ...raft.envelope(message.from),
      index: INDEX_ZERO,
      rejected: false,
      hintIndex: INDEX_ZERO,
      hintTerm: TERM_ZERO,
    })
  } else if (message.kind === 'preVote') {
    refuseVote(raft, message)
  }
}

function stepLeader(raft: Raft, message: Message): StepProblem | undefined {
  const progress = raft.tracker.progress.get(message.from)
  switch (message.kind) {
    case 'propose':
      return dropped(propose(raft, message.entries))
    case 'readIndex':
      return readIndex(raft, message) ? undefined : 'PROPOSAL_DROPPED'
    case 'transferLeader':
      onTransferLeader(raft, message.transferee)
      return undefined
    case 'appendEntriesReply':
      if (progress === undefined) return 'PEER_UNKNOWN'
      onAppendReply(raft, message, progress)
      return undefined
    case 'heartbeatReply':
      if (progress === undefined) return 'PEER_UNKNOWN'
      onHeartbeatReply(raft, message, progress)
      return undefined
    // A second leader in one term cannot be (Raft §5.2); late votes and the rest are of no use.
    case 'appendEntries':
    case 'heartbeat':
    case 'installSnapshot':
    case 'requestVote':
    case 'preVote':
    case 'requestVoteReply':
    case 'preVoteReply':
    case 'timeoutNow':
    case 'readIndexReply':
      return 'STALE'
    default:
      return unreachable(message)
  }
}

function stepOther(raft: Raft, message: Message): StepProblem | undefined {
  switch (message.kind) {
    case 'appendEntries':
      follow(raft, message)
      return onAppendEntries(raft, message)
    case 'heartbeat':
      follow(raft, message)
      return onHeartbeat(raft, message)
    case 'installSnapshot':
      follow(raft, message)
      onInstallSnapshot(raft, message)
      return undefined
    // Not passed on a second time: two nodes that each hold the other to lead would never stop.
    case 'propose':
    case 'readIndex':
      return 'PROPOSAL_DROPPED'
    case 'readIndexReply':
      if (raft.role !== 'follower') return 'STALE'
      raft.readStates.push({ context: message.context, index: message.index })
      return undefined
    case 'transferLeader':
      return 'STALE'
    case 'timeoutNow':
      // Thesis §3.10: at once and without a pre-vote, since the leader itself asked for it.
      if (raft.role === 'follower') campaignIfAllowed(raft, 'transfer')
      return undefined
    case 'requestVoteReply':
    case 'preVoteReply':
      if (raft.role === 'follower') return 'STALE'
      onVoteReply(raft, message)
      return undefined
    case 'appendEntriesReply':
    case 'heartbeatReply':
    case 'requestVote':
    case 'preVote':
      return 'STALE'
    default:
      return unreachable(message)
  }
}

function isReply({ kind }: Message): boolean {
  return kind.endsWith('Reply')
}

/** The sender leads this term. */
function follow(raft: Raft, message: Message): void {
  raft.leaderHeardAt = raft.now
  if (raft.role === 'follower') {
    raft.electionElapsed = 0
    raft.leader = message.from
  } else {
    raft.becomeFollower(raft.term, message.from)
  }
}

function dropped(outcomes: ReturnType<typeof propose>): StepProblem | undefined {
  return outcomes.some(({ outcome }) => outcome === 'refused') ? 'PROPOSAL_DROPPED' : undefined
}
