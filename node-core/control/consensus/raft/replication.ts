/** What a leader sends: entries, heartbeats, snapshots; and what it thereby comes to commit. */
import type { NodeId } from '../../../base/net/index.ts'
import type { Entry } from './entries.ts'
import { payloadBytes } from './entries.ts'
import { TO_THE_END } from './log.ts'
import { lower, plus } from './positions.ts'
import type { Progress } from './progress.ts'
import type { Raft } from './state.ts'

/**
 * Sends what the follower lacks, as far as its pipe has room. Without entries to send, `whenEmpty`
 * decides: an append without entries carries the commit index and finds out where the logs agree.
 */
export function sendAppend(raft: Raft, to: NodeId, whenEmpty: boolean): boolean {
  const progress = raft.tracker.progress.get(to)
  if (progress === undefined || progress.isPaused) return false
  const { log } = raft
  const prevLogIndex = plus(progress.nextIndex, -1)
  const prevLogTerm = log.term(prevLogIndex)
  // Raft §7: what the follower needs next is compacted away.
  if (prevLogTerm === undefined) return sendSnapshot(raft, to, progress)
  let entries: Entry[] = []
  if (progress.state !== 'replicate' || !progress.inflights.full) {
    entries = log.slice(progress.nextIndex, TO_THE_END, raft.options.appendBytesMax)
  }
  if (entries.length === 0 && !whenEmpty) return false
  raft.send({
    kind: 'appendEntries',
    ...raft.envelope(to),
    prevLogIndex,
    prevLogTerm,
    entries,
    leaderCommit: log.committed,
  })
  progress.sentEntries(entries.length, payloadBytes(entries))
  progress.sentCommit = log.committed
  return true
}

export function broadcastAppend(raft: Raft): void {
  for (const node of raft.tracker.progress.keys()) {
    if (node !== raft.id) sendAppend(raft, node, true)
  }
}

export function broadcastHeartbeat(raft: Raft, context: string): void {
  for (const [node, progress] of raft.tracker.progress) {
    if (node === raft.id) continue
    // A commit index above what the follower is known to hold might name entries that differ.
    const leaderCommit = lower(progress.matchIndex, raft.log.committed)
    raft.send({ kind: 'heartbeat', ...raft.envelope(node), leaderCommit, context, tick: raft.now })
    progress.sentCommit = leaderCommit
  }
}

/** Raft §5.3, §5.4.2: whether more is committed now than before. */
export function maybeCommit(raft: Raft): boolean {
  return raft.log.maybeCommit(raft.tracker.committed(), raft.term)
}

function sendSnapshot(raft: Raft, to: NodeId, progress: Progress): boolean {
  const { snapshot } = raft.log
  // Whoever does not answer would be sent large amounts of nothing.
  if (!progress.recentActive || snapshot === undefined) return false
  progress.becomeSnapshot(snapshot.index)
  raft.send({ kind: 'installSnapshot', ...raft.envelope(to), snapshot })
  return true
}
