/** What a leader does with what it hears (Raft figure 2, Leaders; thesis §3.10). */
import type { NodeId } from '../../../base/net/index.ts'
import type { AppendEntriesReply, HeartbeatReply } from './messages.ts'
import { higher, INDEX_ZERO } from './positions.ts'
import type { Progress } from './progress.ts'
import { leaveJointIfDue } from './proposals.ts'
import { onReadConfirmed, releaseWaitingReads } from './reads.ts'
import { broadcastAppend, broadcastHeartbeat, maybeCommit, sendAppend } from './replication.ts'
import type { Raft } from './state.ts'

export function tickLeader(raft: Raft): void {
  raft.heartbeatElapsed++
  raft.electionElapsed++
  if (raft.electionElapsed >= raft.options.electionTicks) {
    raft.electionElapsed = 0
    if (raft.options.checkQuorum) checkQuorum(raft)
    // Thesis §3.10: a transfer that takes longer than an election has failed.
    if (raft.role === 'leader' && raft.transferee !== undefined) {
      raft.transferee = undefined
      leaveJointIfDue(raft)
    }
  }
  if (raft.role === 'leader' && raft.heartbeatElapsed >= raft.options.heartbeatTicks) {
    raft.heartbeatElapsed = 0
    broadcastHeartbeat(raft, raft.readOnly.newest)
  }
}

export function onAppendReply(raft: Raft, reply: AppendEntriesReply, progress: Progress): void {
  progress.recentActive = true
  if (reply.rejected) onRejection(raft, reply, progress)
  else onAcceptance(raft, reply, progress)
}

export function onHeartbeatReply(raft: Raft, reply: HeartbeatReply, progress: Progress): void {
  progress.recentActive = true
  progress.paused = false
  // A tick that this leader has not reached yet is no answer to anything it sent.
  if (reply.tick <= raft.now) {
    progress.acknowledgedTick = higher(progress.acknowledgedTick, reply.tick)
  }
  // Even with a full pipe: all that filled it may be lost, and an empty append brings an answer.
  if (progress.matchIndex < raft.log.lastIndex || progress.state === 'probe') {
    sendAppend(raft, reply.from, true)
  }
  onReadConfirmed(raft, reply.from, reply.context)
}

/** The snapshot arrived, or did not; the next answer or heartbeat shows how to go on. */
export function onSnapshotReport(raft: Raft, node: NodeId, arrived: boolean): void {
  const progress = raft.tracker.progress.get(node)
  if (raft.role !== 'leader' || progress?.state !== 'snapshot') return
  if (!arrived) progress.pendingSnapshot = INDEX_ZERO
  progress.becomeProbe()
  progress.paused = true
}

/** What was sent ahead is lost, most likely. */
export function onUnreachable(raft: Raft, node: NodeId): void {
  const progress = raft.tracker.progress.get(node)
  if (raft.role === 'leader' && progress?.state === 'replicate') progress.becomeProbe()
}

export function onTransferLeader(raft: Raft, to: NodeId): void {
  const progress = raft.tracker.progress.get(to)
  if (progress === undefined || progress.isLearner) return
  if (raft.transferee === to) return
  raft.transferee = undefined
  if (to === raft.id) return
  raft.electionElapsed = 0
  raft.transferee = to
  if (progress.matchIndex === raft.log.lastIndex) sendTimeoutNow(raft, to)
  else sendAppend(raft, to, true)
}

/** Thesis §6.2: a leader cut off from its quorum must not keep its clients waiting. */
function checkQuorum(raft: Raft): void {
  if (!raft.tracker.quorumActive()) {
    raft.becomeFollower(raft.term, undefined)
    return
  }
  for (const [node, progress] of raft.tracker.progress) {
    if (node === raft.id) continue
    progress.wasActive = progress.recentActive
    progress.recentActive = false
  }
}

/**
 * Raft §5.3: the logs differ at `reply.index`. The hint is where they may agree: its term is the
 * follower's there, and none of the leader's entries with a higher term can be that one, so they are
 * all passed over at once.
 */
function onRejection(raft: Raft, reply: AppendEntriesReply, progress: Progress): void {
  const { hintIndex, hintTerm } = reply
  const next = hintTerm > 0 ? raft.log.findConflictByTerm(hintIndex, hintTerm).index : hintIndex
  if (!progress.maybeDecrease(reply.index, next)) return
  if (progress.state === 'replicate') progress.becomeProbe()
  sendAppend(raft, reply.from, true)
}

function onAcceptance(raft: Raft, reply: AppendEntriesReply, progress: Progress): void {
  const { from } = reply
  // Nobody honest holds more of this term's log than its leader.
  if (reply.index > raft.log.lastIndex) return
  const isNews = progress.maybeUpdate(reply.index)
  const isAwaited = progress.state === 'probe' || hasArrived(progress)
  if (!isNews && !(progress.matchIndex === reply.index && isAwaited)) return
  if (progress.state === 'probe') {
    progress.becomeReplicate()
  } else if (progress.state === 'snapshot') {
    // Whatever brought it there: from here on the log reaches the follower.
    if (progress.matchIndex + 1 >= raft.log.firstIndex) {
      progress.becomeProbe()
      progress.becomeReplicate()
    } else if (hasArrived(progress)) {
      // While it was on its way the log was compacted beyond it: it needs a newer one.
      progress.becomeProbe()
      sendAppend(raft, from, true)
    }
  } else {
    progress.inflights.freeUpTo(reply.index)
  }
  if (maybeCommit(raft)) {
    releaseWaitingReads(raft)
    broadcastAppend(raft)
  } else if (from !== raft.id && progress.canBumpCommit(raft.log.committed)) {
    sendAppend(raft, from, true)
  }
  if (from === raft.id) return
  // There may be room for several messages now. An empty one would say nothing new.
  while (sendAppend(raft, from, false));
  if (from === raft.transferee && progress.matchIndex === raft.log.lastIndex) {
    sendTimeoutNow(raft, from)
  }
}

/** Whether the follower holds what the snapshot on its way to it would bring. */
const hasArrived = ({ state, matchIndex, pendingSnapshot }: Progress): boolean =>
  state === 'snapshot' && matchIndex >= pendingSnapshot

function sendTimeoutNow(raft: Raft, to: NodeId): void {
  raft.leaseForfeited = true
  raft.send({ kind: 'timeoutNow', ...raft.envelope(to) })
}
