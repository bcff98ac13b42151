/**
 * Raft (Ongaro and Ousterhout 2014, here "Raft"; Ongaro's dissertation, here "thesis"): consensus
 * among nodes that may crash, be cut off and come back, and that do not lie. A majority of the voters
 * suffices to go on.
 *
 * ```ts
 * const engine = createRaftEngine({ self, random, founding: { members, state } }, records)
 * ```
 *
 * The first `Ready` of an engine gives the state machine the snapshot that the records begin with.
 * Whoever founds the network gives the first members and the first state; whoever joins gives
 * neither, and waits for a leader that was told of it by `changeMembers`.
 *
 * `RawNode` is the same machine step by step with plain values, for scripts.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { Random } from '../../../base/random/index.ts'
import type { Engine, Members } from '../index.ts'
import { RaftEngine } from './engine.ts'
import { readRecords } from './records.ts'

/** It votes in no term up to `term`, and for nobody whose log ends before `last`. */
export interface Promised {
  readonly term: number
  readonly last: { readonly index: number; readonly term: number }
}

export interface RaftEngineConfig {
  readonly self: NodeId
  /** For election timeouts and names that must not collide; keys are not made of it. */
  readonly random: Random
  /** The same on every founding node. Used only where there are no records yet. */
  readonly founding?: { readonly members: Members; readonly state: Uint8Array }
  /** What this node had promised when it erased a log of this name, as it left the committee. */
  readonly promised?: Promised
  /** Ticks; default ELECTION_TICKS. */
  readonly electionTicks?: number
  /** Ticks; default HEARTBEAT_TICKS. */
  readonly heartbeatTicks?: number
  /** Entries' bytes in one append; default APPEND_BYTES_MAX. */
  readonly appendBytesMax?: number
  /** Entries kept behind a snapshot; default TRAILING_ENTRIES_MAX. */
  readonly trailingEntriesMax?: number
  /**
   * Whether a leader answers reads by its lease, without asking anybody (thesis §6.4.1); default
   * false. The same on every node of a log: whoever honours no lease makes another's a stale read.
   */
  readonly leaseReads?: boolean
}

/** Throws RAFT_RECORDS_DAMAGED where the records are not what an engine wrote. */
export function createRaftEngine(config: RaftEngineConfig, records: readonly Uint8Array[]): Engine {
  return new RaftEngine(config, readRecords(records))
}

export type { RaftErrorCode, RaftVerdictCode } from './errors.ts'
export { RawNode, type RawNodeConfig, type RawReady } from './raw-node.ts'
export { foundAfter, type SalvagedRaftLog, salvage } from './salvage.ts'
