/** Reads without an entry of their own: ReadIndex (thesis §6.4) and the leader's lease (§6.4.1). */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { LEASE_MARGIN_TICKS, READ_ROUNDS_MAX } from './limits.ts'
import { higher, plus, TERM_ZERO } from './positions.ts'
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

/**
 * Answers what waits, by the lease where there is one, else by a round. The time is read after the question
 * came, so a lease that held then was one while the question was open, and what had been committed by then
 * is in this log; a process that is stopped just after it answers late, and nothing wrong.
 */
export function answerByLease(raft: Raft, elapsedTicks: number | undefined): void {
  const waiting = raft.readsByLease
  if (waiting.length === 0) return
  raft.readsByLease = []
  const isHeld = holdsLease(raft, elapsedTicks)
  for (const request of waiting) {
    if (isHeld) answer(raft, request, raft.log.committed)
    else askQuorum(raft, request)
  }
}

/** A heartbeat's answer says at which tick it was sent: older ones than this prove no lease. */
export function noteTickTime(raft: Raft, elapsedTicks: number | undefined): void {
  const { leaseReads, electionTicks } = raft.options
  if (!leaseReads || elapsedTicks === undefined) return
  raft.tickTimes.set(raft.now, elapsedTicks)
  raft.tickTimes.delete(plus(raft.now, -electionTicks))
}

/** When a quorum last owned this node for its leader, as far as it knows. */
export function quorumHeardAt(raft: Raft): LogIndex {
  const heard = raft.tracker.quorumTick(raft.id, raft.now)
  return higher(heard === EVERYTHING ? raft.now : heard, raft.leadSince)
}

function askLeader(raft: Raft, request: ReadRequest): boolean {
  const { readOnly, readsWaiting, readsByLease } = raft
  const waiting = readOnly.size + readsWaiting.length + readsByLease.length
  if (waiting >= READ_ROUNDS_MAX) return false
  // Thesis §6.4, step 1. It holds for a single voter too: what it has committed may be more than
  // what its disk says it has.
  if (!raft.hasCommittedInTerm) raft.readsWaiting.push(request)
  else beginRound(raft, request)
  return true
}

function beginRound(raft: Raft, request: ReadRequest): void {
  if (raft.tracker.isSingleton) answer(raft, request, raft.log.committed)
  else if (raft.options.leaseReads) raft.readsByLease.push(request)
  else askQuorum(raft, request)
}

function askQuorum(raft: Raft, request: ReadRequest): void {
  raft.readOnly.add(request, raft.log.committed)
  const acknowledged = raft.readOnly.acknowledge(raft.id, request.context)
  broadcastHeartbeat(raft, request.context)
  confirm(raft, request.context, acknowledged)
}

/**
 * Thesis §6.4.1: a quorum that answered a heartbeat elects nobody else for an election timeout after
 * it was sent (`honoursLease`). It was sent no earlier than its tick began. Ticks cannot measure how long ago
 * that is: a process that stands still counts none, nor does a computer that sleeps. Where the host has not
 * said what time it was then or is now, there is no lease.
 *
 * The margin is for followers' ticks, of which the first comes at once (one), for clocks of which one runs
 * faster than the other, and for what the host's clock may miss.
 */
function holdsLease(raft: Raft, elapsedTicks: number | undefined): boolean {
  if (elapsedTicks === undefined || raft.leaseForfeited) return false
  const sentAt = raft.tickTimes.get(raft.tracker.quorumTick(raft.id, raft.now))
  const lastsTicks = raft.options.electionTicks - LEASE_MARGIN_TICKS
  return sentAt !== undefined && elapsedTicks - sentAt < lastsTicks
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
