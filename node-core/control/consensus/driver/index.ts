/**
 * Runs a consensus engine: time, peers and disk for a core that knows none of them. Either engine,
 * one driver (docs/adr/0007).
 *
 * ```ts
 * const consensus = createConsensus({ net, clock, log, createEngine, machine, logger })
 * await consensus.start()
 * const fate = await consensus.propose(payload)   // settles when the entry has been applied here
 * await consensus.read()                          // from here on the machine shows all that was
 * ```                                             // acknowledged anywhere before the call
 *
 * Promises:
 * - Nothing is said or acknowledged that depends on records that are not durable.
 * - The machine is given every committed entry once, in order; a snapshot replaces what was before.
 * - A snapshot that the machine does not take is neither written nor acknowledged.
 * - A slow or absent peer holds nobody else up: its oldest messages are dropped, and engines cope.
 * - When the disk, the engine or the machine fails, consensus stops here and `status` says why. What
 *   was proposed ends as unknown. A new life needs a new log over the same folder and a new driver.
 */
import type { Clock } from '../../../base/clock/index.ts'
import type { Lifecycle } from '../../../base/lifecycle/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Net, NodeId } from '../../../base/net/index.ts'
import type { RecordLog } from '../../log/index.ts'
import type {
  CommittedEntry,
  Engine,
  EngineStatus,
  Fate,
  LogIndex,
  Members,
  StateSnapshot,
} from '../index.ts'

/** What the log drives. Calls come one at a time. A call that fails stops consensus on this node. */
export interface StateMachine {
  apply(entries: readonly CommittedEntry[]): void | Promise<void>
  restore(snapshot: StateSnapshot): void | Promise<void>
  /** Throws where it could not be restored. Asked before a peer's snapshot takes the log's place. */
  check?(snapshot: StateSnapshot): void | Promise<void>
  /** The state as of the last entry applied when this is called; others are applied meanwhile. */
  snapshot(): Uint8Array | Promise<Uint8Array>
}

export interface Consensus extends Lifecycle {
  /**
   * Its fate, a committed one after the machine has applied it here. Aborting gives up the wait and
   * takes nothing back. Throws NOT_RUNNING.
   */
  propose(payload: Uint8Array, options?: { signal?: AbortSignal }): Promise<Fate>
  changeMembers(members: Members, options?: { signal?: AbortSignal }): Promise<Fate>
  transferLeader(to: NodeId): void
  /**
   * Resolves once the machine has applied everything that was committed when this was called. Throws
   * NO_QUORUM when nobody could say what that is, BUSY, NOT_RUNNING.
   */
  read(options?: { signal?: AbortSignal }): Promise<LogIndex>
  status(): ConsensusStatus
  /** Of the status what is asked for at every call: the whole of it takes a while to make. */
  readonly isRunning: boolean
  readonly applied: LogIndex
  /** Called when the state, the leader, the term, the members, the quorum or `oversizeBytes` have. */
  subscribe(listener: (status: ConsensusStatus) => void): () => void
}

export interface ConsensusStatus {
  state: 'stopped' | 'running' | 'failed'
  /** Why it failed. */
  failure: { code: string; message: string } | undefined
  /** Undefined before the first start. */
  engine: EngineStatus | undefined
  /** The last entry that the machine has applied. */
  applied: LogIndex
  logBytes: number
  /** Set where the state was too large for a snapshot when it was last taken: the log grows on. */
  oversizeBytes?: number
}

export type ConsensusVerdictCode =
  /** Consensus is not running here. Ignored. */
  | 'NOT_RUNNING'
  /** The peer is none that is heard. Rejected. */
  | 'NOT_HEARD'

export type ConsensusErrorCode =
  /** `start` has not been called, `stop` has, or it has failed. */
  | 'NOT_RUNNING'
  /** Nobody could be found who knows what is committed. */
  | 'NO_QUORUM'
  /** Too much is under way: later. */
  | 'BUSY'
  /** The engine has broken a rule of its own. */
  | 'ENGINE_FAILED'
  /** The state machine has thrown. */
  | 'APPLY_FAILED'

export interface ConsensusDeps {
  net: Pick<Net, 'openStream' | 'onStream' | 'onPeer'>
  /** Whether a peer may speak at all: an engine believes whoever says that it leads. */
  hears(peer: NodeId): boolean
  clock: Clock
  /** Not yet open. It is opened by `start` and closed by `stop`. */
  log: RecordLog
  /** Makes the engine again from what the log holds. */
  createEngine: (records: readonly Uint8Array[]) => Engine
  machine: StateMachine
  logger: Logger
}

export interface ConsensusOptions {
  /**
   * What peers of this log call it. Messages of logs with other names never meet. Default
   * `consensus/1`.
   */
  protocol?: string
  /** Between two ticks of the engine. Default 100. */
  tickMs?: number
  /**
   * Whether the engine answers reads by a lease, and so is told how much time has passed. Default false:
   * then no lease holds.
   */
  countsOnLeases?: boolean
  /** Entries applied since the last compaction that make the next one due. Default 100,000. */
  compactEntries?: number
  /** Growth of the log since then that does, if it has doubled too. Default 33,554,432. */
  compactBytes?: number
}

export { createConsensus } from './driver.ts'
