/**
 * The shared state: a signed map that every node holds, last writer wins, equal everywhere once
 * messages get through. Membership, node status, instance health, endpoints and (before there is a
 * Primary) desired workloads live in it. It is the network's only gossip besides events.
 *
 * `node/<NodeId>/…` is written by that node alone, in the order (incarnation, counter).
 * `net/…` is written by any node whose owner is entitled, as the next generation of that key; equal
 * generations break by NodeId; a name taken by another owner is refused. No wall clock is involved.
 *
 * Each author's records form one stream ordered by (incarnation, counter). A delta is a contiguous
 * range of it, so a delta cut at its limit never leaves a hole. Tombstones of `net/` keys stay for
 * ever (their number is limited); those of `node/` keys may be dropped, and a reader behind the
 * dropped point is given the author's stream from the start.
 */

import type { Clock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { NetworkId, OwnerId, Signer, VerifiedMember } from '../../identity/index.ts'

export interface StateRecord {
  key: string
  /** undefined for a tombstone. */
  value: Plain | undefined
  author: NodeId
  /** The author's owner, as its credential says. */
  owner: OwnerId
  incarnation: number
  counter: number
  /** For `net/` keys: 1, 2, 3 …; 0 for `node/` keys. */
  generation: number
  /** For names that owners take (`net/workload/…`): whose it is, an admin's writing included. */
  claim?: OwnerId
}

export interface StateChange {
  key: string
  record: StateRecord
  previous: StateRecord | undefined
  /** False when this node wrote it. */
  remote: boolean
}

export interface SharedState extends Lifecycle {
  get(key: string): StateRecord | undefined
  /** Live records (no tombstones) whose key starts with `prefix`, sorted by key. */
  list(prefix: string): StateRecord[]
  /** Records whose value is gone, for those who must know that something was ended. */
  tombstones(prefix: string): StateRecord[]
  /**
   * Writes a key of this node's own stream (`node/<self>/…`) or of `net/…`. For `net/` keys the
   * promise resolves once the record is on disk; throws FORBIDDEN, CONFLICT (the name is another
   * owner's, or `expectGeneration` does not match), TOO_LARGE or LIMIT_REACHED, and nothing changed.
   */
  put(key: string, value: Plain, options?: { expectGeneration?: number }): Promise<StateRecord>
  /** Writes a signed tombstone. Resolves when it is on disk; no error when there is none. */
  delete(key: string): Promise<void>
  subscribe(prefix: string, listener: (change: StateChange) => void): () => void
  /** Forgets how much of every stream is known and asks peers for everything again. */
  resync(): Promise<void>
  /** SHA-256 over the canonical form of all records: equal on two nodes iff their maps are. */
  hash(): string
  /** True once a full round with a peer has ended since the start, or no peer is known. */
  readonly synced: boolean
}

export type StateErrorCode =
  /** This node's owner may not write that key. */
  | 'FORBIDDEN'
  /** The name belongs to another owner, or the generation moved on. */
  | 'CONFLICT'
  /** The value is over its limit. */
  | 'TOO_LARGE'
  /** The number of keys is at its limit. */
  | 'LIMIT_REACHED'
  /** `start` has not been called, or `stop` has. */
  | 'NOT_RUNNING'

/** The shared state with what only the parts that run a network need of it. */
export interface ReplicatedState extends SharedState {
  /** Names the owner's `net/` records as they are here: what a removal or a grant leaves standing. */
  standing(owner: OwnerId): Uint8Array
  /** The credential an author wrote its latest record under. */
  credentialOf(author: NodeId): Uint8Array | undefined
  /** What that credential says, with the permissions its owner's entry leaves it. */
  memberOf(author: NodeId): VerifiedMember | undefined
  /** This node's own credential, renewed; later records name it. */
  setCredential(bytes: Uint8Array): void
  /**
   * Another node writes with this node's key: this home was copied and both copies run. `false` once
   * nothing has been heard of the other for some minutes.
   */
  onTwin(listener: (runs: boolean) => void): () => void
  /** Says again, above what another said in this node's name, all that this node says of itself. */
  goAbove(): void
}

/** Who may write the keys under a prefix, and which of two records of one key stands. */
export interface KeyRule {
  prefix: string
  mayWrite: WriteRule
  /**
   * generation: the higher one. owned: a name belongs to the owner that took it, then as generation.
   * granted: as generation, under what a founder says of an admin. permanent: the first word stands
   * for good, a founder's before an admin's.
   */
  order: 'generation' | 'owned' | 'granted' | 'permanent'
}

/** `author.permissions` are those in force where the record stands. Looks at nothing else. */
export type WriteRule = (record: StateRecord, author: VerifiedMember) => 'ok' | 'FORBIDDEN'

/**
 * `verifyCredential` of the identity wing for this network: without expiry, since nobody can tell
 * when a record was signed, and without entries, which are judged here.
 */
export type VerifyCredential = (bytes: Uint8Array) => VerifiedMember

export interface SharedStateDeps {
  network: NetworkId
  founders: ReadonlySet<OwnerId>
  signer: Signer
  /** This node's credential. */
  credential: Uint8Array
  verify: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  verifyCredential: VerifyCredential
  net: Net
  store: StateStore
  clock: Clock
  random: Random
  logger: Logger
}

export interface SharedStateOptions {
  /** Default: the keys of docs/ARCHITECTURE.md. */
  rules?: readonly KeyRule[]
  /** Between two rounds of anti-entropy while things change. Default 1,000. */
  roundMs?: number
  /** Largest delta, records and credentials together. Default 262,144. */
  deltaBytesMax?: number
  /** How often tombstones of this node's own keys are collected. Default 600,000. */
  gcIntervalMs?: number
  /** How long they are kept at least. Default 3,600,000. */
  tombstoneTtlMs?: number
}

/** Where the map is kept between two lives of a node: rows by name. */
export interface StateStore {
  load(): Promise<Map<string, Uint8Array>>
  /** All or nothing, and on disk when it resolves. Undefined takes a row away. */
  write(rows: ReadonlyMap<string, Uint8Array | undefined>): Promise<void>
}

export { type Entries, mayPassOn } from './authority.ts'
export { createSharedState } from './driver.ts'
export { DEFAULT_RULES } from './rules.ts'
export { createDatabaseStore } from './store-database.ts'
export { createMemoryStore, type MemoryStore } from './store-memory.ts'
