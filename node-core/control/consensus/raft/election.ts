/** Elections (Raft §5.2, §5.4.1), with a pre-vote before them (thesis §9.6). */
import type { VoteReply, VoteRequest } from './messages.ts'
import { INDEX_ZERO, TERM_ZERO, toTerm } from './positions.ts'
import type { VoteResult } from './quorum.ts'
import { broadcastAppend } from './replication.ts'
import type { Raft } from './state.ts'

const GRANTED = { rejected: false, committedIndex: INDEX_ZERO, committedTerm: TERM_ZERO }

export type Campaign = 'preElection' | 'election' | 'transfer'

/** Campaigns, if this node may lead at all. */
export function campaignIfAllowed(raft: Raft, campaign: Campaign): void {
  if (raft.role === 'leader' || !raft.isPromotable || hasUnappliedChanges(raft)) return
  startCampaign(raft, campaign)
}

function startCampaign(raft: Raft, campaign: Campaign): void {
  const isPreVote = campaign === 'preElection'
  if (isPreVote) raft.becomePreCandidate()
  else raft.becomeCandidate()
  // A pre-vote asks about the term that would come, without beginning it.
  const term = isPreVote ? toTerm(raft.term + 1) : raft.term
  const { last } = raft.log
  for (const voter of raft.tracker.voters()) {
    const envelope = { from: raft.id, to: voter, term }
    if (voter === raft.id) {
      // The own vote counts once it is on disk, like anybody's.
      const kind = isPreVote ? 'preVoteReply' : 'requestVoteReply'
      raft.send({ kind, ...envelope, ...GRANTED })
      continue
    }
    raft.send({
      kind: isPreVote ? 'preVote' : 'requestVote',
      ...envelope,
      lastLogIndex: last.index,
      lastLogTerm: last.term,
      transfer: campaign === 'transfer',
    })
  }
}

/** Thesis §4.2.3: whoever hears from a leader does not help to depose it. */
export function ignoresForLease(raft: Raft, request: VoteRequest): boolean {
  const { checkQuorum, electionTicks } = raft.options
  return (
    !request.transfer &&
    checkQuorum &&
    raft.leader !== undefined &&
    raft.electionElapsed < electionTicks
  )
}

/**
 * Thesis §6.4.1: a leader counts on nobody who has answered its heartbeat electing another for an election
 * timeout. So it is a promise, which unlike the courtesy of `ignoresForLease` outlives whatever makes this
 * node forget its leader: a term that it hears of from a candidate's answer, a reply of a term's end, its own
 * restart (what was heard before that is unknown, so it may have been just now). And it holds in the term
 * that this node is in already. A transfer of the lead (§3.10) is begun by the leader, which counts on
 * nothing from then on.
 */
export function honoursLease(raft: Raft, request: Pick<VoteRequest, 'transfer'>): boolean {
  const { leaseReads, electionTicks } = raft.options
  if (!leaseReads || request.transfer || raft.leaderHeardAt === undefined) return false
  return raft.now - raft.leaderHeardAt < electionTicks
}

/**
 * Raft figure 2, RequestVote. A learner votes when asked: it may have been made a voter by an entry
 * that it has not seen yet, and then the candidate needs it.
 */
export function onVoteRequest(raft: Raft, request: VoteRequest): void {
  const isPreVote = request.kind === 'preVote'
  const kind = isPreVote ? 'preVoteReply' : 'requestVoteReply'
  const mayVote =
    raft.votedFor === request.from ||
    (raft.votedFor === undefined && raft.leader === undefined) ||
    (isPreVote && request.term > raft.term)
  const candidateLast = { index: request.lastLogIndex, term: request.lastLogTerm }
  if (mayVote && raft.log.isUpToDate(candidateLast)) {
    // The request's term, not the own one: for a pre-vote they differ, and the candidate ignores
    // what is of another term than the one it asks for.
    raft.send({ kind, from: raft.id, to: request.from, term: request.term, ...GRANTED })
    if (!isPreVote) {
      raft.electionElapsed = 0
      raft.votedFor = request.from
    }
  } else {
    refuseVote(raft, request)
  }
}

/** In the own term; with what `learnCommitted` is for. */
export function refuseVote(raft: Raft, request: VoteRequest): void {
  const { committed } = raft.log
  raft.send({
    kind: request.kind === 'preVote' ? 'preVoteReply' : 'requestVoteReply',
    ...raft.envelope(request.from),
    rejected: true,
    committedIndex: committed,
    committedTerm: raft.log.term(committed) ?? TERM_ZERO,
  })
}

/**
 * What is committed stays so, whoever says it and in whatever term, and a log that holds that entry is
 * the same up to it (Raft §5.3). The thesis (§4.1) has a configuration hold from when it is in the log; here
 * it holds once it is committed, so that those whom it left out may be all who know of it: they neither
 * campaign nor vote for a log that is shorter than theirs, and the others would ask for their votes for
 * ever. A refusal tells them that they need not.
 */
export function learnCommitted(raft: Raft, reply: VoteReply): void {
  const { committedIndex: index, committedTerm: term } = reply
  if (raft.role === 'leader' || index <= raft.log.committed) return
  if (!raft.log.matches({ index, term })) return
  raft.log.commitTo(index)
  // It asks voters of whom some may be none any more.
  if (raft.role !== 'follower' && hasUnappliedChanges(raft)) {
    raft.becomeFollower(raft.term, undefined)
  }
}

export function onVoteReply(raft: Raft, reply: VoteReply): void {
  // A pre-vote granted late must not count for the election that followed it.
  const awaited = raft.role === 'preCandidate' ? 'preVoteReply' : 'requestVoteReply'
  if (reply.kind !== awaited) return
  raft.tracker.recordVote(reply.from, !reply.rejected)
  actOn(raft, raft.tracker.tally())
}

function actOn(raft: Raft, result: VoteResult): void {
  if (result === 'won' && raft.role === 'preCandidate') {
    startCampaign(raft, 'election')
  } else if (result === 'won') {
    raft.becomeLeader()
    broadcastAppend(raft)
  } else if (result === 'lost') {
    raft.becomeFollower(raft.term, undefined)
  }
}

/** A change that is committed may be why this node is no voter any more: it must be applied first. */
function hasUnappliedChanges(raft: Raft): boolean {
  const { log } = raft
  for (let from = log.applied + 1; from <= log.committed; from++) {
    if (log.kindAt(from) !== 'normal') return true
  }
  return false
}
