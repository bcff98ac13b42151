/** Reads without an entry of their own: ReadIndex (thesis §6.4) and the leader's lease (§6.4.1). */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { LEASE_MARGIN_TICKS, READ_ROUNDS_MAX } from './limits.ts'
import { higher, TERM_ZERO } from './positions.ts'
import { EVERYTHING, jointVoteResult } from './quorum.ts'
import type { ReadRequest } from './read-only.ts'
import { broadcastHeartbeat } from './replication.ts'
import type { Raft } from './state.ts'

/** Asks for a read: on the leader at once, through it elsewhere. False where nobody leads. */
export function readIndex(raft: Raft, request: ReadRequest): boolean {
  if (raft.role === 'leader') return askLeader(raft, request)
  if (raft.role !== 'follower' || raft.leader === undefined) return false
  const { context } = request
  raft.send({ kind: 'readIndex', ...raft.envelope(raft.leader), term: TERM_ZERO, context })
  return true
}

/** A follower has answered a heartbeat that carried this read. */
export function onReadConfirmed(raft: Raft, from: NodeId, context: string): void {
  if (context === '') return
  confirm(raft, context, raft.readOnly.acknowledge(from, context))
}

/** The first commit of the term tells how far the log is committed. */
export function releaseWaitingReads(raft: Raft): void {
  if (raft.readsWaiting.length === 0 || !raft.hasCommittedInTerm) return
  const waiting = raft.readsWaiting
  raft.readsWaiting = []
  for (const request of waiting) beginRound(raft, request)
}

/** When a quorum last owned this node for its leader, as far as it knows. */
export function quorumHeardAt(raft: Raft): LogIndex {
  const heard = raft.tracker.quorumTick(raft.id, raft.now)
  return higher(heard === EVERYTHING ? raft.now : heard, raft.leadSince)
}

function askLeader(raft: Raft, request: ReadRequest): boolean {
  if (raft.readOnly.size + raft.readsWaiting.length >= READ_ROUNDS_MAX) return false
  // Thesis §6.4, step 1. It holds for a single voter too: what it has committed may be more than
  // what its disk says it has.
  if (!raft.hasCommittedInTerm) raft.readsWaiting.push(request)
  else beginRound(raft, request)
  return true
}

function beginRound(raft: Raft, request: ReadRequest): void {
  if (raft.tracker.isSingleton || holdsLease(raft)) {
    answer(raft, request, raft.log.committed)
    return
  }
  raft.readOnly.add(request, raft.log.committed)
  const acknowledged = raft.readOnly.acknowledge(raft.id, request.context)
  broadcastHeartbeat(raft, request.context)
  confirm(raft, request.context, acknowledged)
}

/**
 * Thesis §6.4.1: a quorum that answered a heartbeat elects nobody else for an election timeout after
 * it was sent. Clocks that stop (a computer that sleeps) break this, which is why it is a choice. A
 * transfer of the lead breaks it on purpose.
 */
function holdsLease(raft: Raft): boolean {
  if (!raft.options.leaseReads || raft.leaseForfeited) return false
  const sent = raft.tracker.quorumTick(raft.id, raft.now)
  return raft.now - sent < raft.options.electionTicks - LEASE_MARGIN_TICKS
}

function confirm(raft: Raft, context: string, acknowledged: ReadonlySet<NodeId>): void {
  const voted = (node: NodeId): boolean | undefined => (acknowledged.has(node) ? true : undefined)
  if (jointVoteResult(raft.tracker.configuration, voted) !== 'won') return
  for (const { request, index } of raft.readOnly.release(context)) answer(raft, request, index)
}

function answer(raft: Raft, { from, context }: ReadRequest, index: LogIndex): void {
  if (from === raft.id) raft.readStates.push({ context, index })
  else raft.send({ kind: 'readIndexReply', ...raft.envelope(from), context, index })
}
