/** What a follower does with what its leader sends (Raft figure 2, AppendEntries; §7). */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import type { AppendEntries, Heartbeat, InstallSnapshot, StepProblem } from './messages.ts'
import { INDEX_ZERO, lower, plus, TERM_ZERO, type Term } from './positions.ts'
import type { Snapshot } from './snapshot.ts'
import type { Raft } from './state.ts'

export function onAppendEntries(raft: Raft, append: AppendEntries): StepProblem | undefined {
  const { log } = raft
  const { entries, prevLogIndex, prevLogTerm } = append
  if (prevLogIndex < log.committed) {
    // Old news; what is committed agrees for certain.
    acknowledge(raft, append.from, log.committed)
    return undefined
  }
  if (!log.matches({ index: prevLogIndex, term: prevLogTerm })) {
    // The last place at or before `prevLogIndex` where this log can agree with one whose term there
    // is `prevLogTerm`: everything of a higher term in between is passed over.
    const hint = log.findConflictByTerm(lower(prevLogIndex, log.lastIndex), prevLogTerm)
    reject(raft, append, hint.index, hint.term ?? TERM_ZERO)
    return undefined
  }
  const missing = log.firstMissing(entries)
  if (missing !== undefined) {
    // Raft §5.4.3, leader completeness: no leader lacks what is committed.
    if (plus(prevLogIndex, missing + 1) <= log.committed) return 'COMMITTED_CONFLICT'
    log.append(missing === 0 ? entries : entries.slice(missing))
  }
  // Raft figure 2, AppendEntries 5: beyond the last new entry this log may differ from the leader's.
  const lastNew = plus(prevLogIndex, entries.length)
  log.commitTo(lower(append.leaderCommit, lastNew))
  acknowledge(raft, append.from, lastNew)
  return undefined
}

export function onHeartbeat(raft: Raft, heartbeat: Heartbeat): StepProblem | undefined {
  const { from, context, tick, leaderCommit } = heartbeat
  // The leader tells only what this node has acknowledged, so a part of the log must be lost. To
  // acknowledge anything more would count it twice.
  if (leaderCommit > raft.log.lastIndex) return 'COMMIT_BEYOND_LOG'
  raft.log.commitTo(leaderCommit)
  raft.send({ kind: 'heartbeatReply', ...raft.envelope(from), context, tick })
  return undefined
}

export function onInstallSnapshot(raft: Raft, install: InstallSnapshot): void {
  const restored = restore(raft, install.snapshot)
  acknowledge(raft, install.from, restored ? raft.log.lastIndex : raft.log.committed)
}

/** Whether a snapshot of that entry would bring this node anything. */
export function needsSnapshot(raft: Raft, snapshot: { index: LogIndex; term: Term }): boolean {
  return snapshot.index > raft.log.committed && !raft.log.matches(snapshot)
}

function restore(raft: Raft, snapshot: Snapshot): boolean {
  const { log, tracker } = raft
  const { configuration } = snapshot
  if (snapshot.index <= log.committed) return false
  // Raft §7: a log that holds that entry keeps what follows it, and knows now that it is committed.
  if (log.matches(snapshot)) {
    log.commitTo(snapshot.index)
    return false
  }
  // This node need not be of that configuration: the entry that takes it in may come after it.
  log.restore(snapshot)
  tracker.progress.clear()
  tracker.switchTo(configuration, log.lastIndex)
  return true
}

function acknowledge(raft: Raft, to: NodeId, index: LogIndex): void {
  raft.send({
    kind: 'appendEntriesReply',
    ...raft.envelope(to),
    index,
    rejected: false,
    hintIndex: INDEX_ZERO,
    hintTerm: TERM_ZERO,
  })
}

function reject(raft: Raft, append: AppendEntries, hintIndex: LogIndex, hintTerm: Term): void {
  raft.send({
    kind: 'appendEntriesReply',
    ...raft.envelope(append.from),
    index: append.prevLogIndex,
    rejected: true,
    hintIndex,
    hintTerm,
  })
}
