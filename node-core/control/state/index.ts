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
import type { Plain } from '../../base/codec/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'

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
