/** What one server holds at this moment, as plain values, for people and for tests. */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import type { Configuration } from './configuration.ts'
import type { Term } from './positions.ts'
import type { ProgressState } from './progress.ts'
import type { Raft, Role } from './state.ts'

export interface RaftStatus {
  readonly id: NodeId
  readonly term: Term
  readonly votedFor: NodeId | undefined
  readonly role: Role
  readonly leader: NodeId | undefined
  readonly transferee: NodeId | undefined
  readonly commit: LogIndex
  readonly applied: LogIndex
  readonly firstIndex: LogIndex
  readonly lastIndex: LogIndex
  readonly configuration: Configuration
  /** Kept by a leader; elsewhere it says nothing. In order of the ids. */
  readonly progress: readonly ProgressStatus[]
}

export interface ProgressStatus {
  readonly node: NodeId
  readonly state: ProgressState
  readonly matchIndex: LogIndex
  readonly nextIndex: LogIndex
  readonly isLearner: boolean
  readonly paused: boolean
  readonly pendingSnapshot: LogIndex
  readonly recentActive: boolean
  readonly wasActive: boolean
  readonly inflight: number
  readonly inflightFull: boolean
}

export function statusOf(raft: Raft): RaftStatus {
  const { log, tracker } = raft
  return {
    id: raft.id,
    term: raft.term,
    votedFor: raft.votedFor,
    role: raft.role,
    leader: raft.leader,
    transferee: raft.transferee,
    commit: log.committed,
    applied: log.applied,
    firstIndex: log.firstIndex,
    lastIndex: log.lastIndex,
    configuration: tracker.configuration,
    progress: [...tracker.progress].map(([node, progress]) => ({
      node,
      state: progress.state,
      matchIndex: progress.matchIndex,
      nextIndex: progress.nextIndex,
      isLearner: progress.isLearner,
      paused: progress.isPaused,
      pendingSnapshot: progress.pendingSnapshot,
      recentActive: progress.recentActive,
      wasActive: progress.wasActive,
      inflight: progress.inflights.count,
      inflightFull: progress.inflights.full,
    })),
  }
}
