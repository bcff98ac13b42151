/**
 * Following the log without being of the committee (docs/adr/0014): a snapshot, then every committed
 * entry, from a member of the committee or from another node that follows. Whoever follows serves a
 * few others in turn, so that a thousand cost the committee what a dozen do.
 *
 * ```ts
 * const following = createFollowing({ net, clock, random, logger, copy, facts, isHub, mayAsk })
 * await following.start()
 * following.look()          // what `copy` or `facts` say may have changed
 * following.status()        // { height, parent, depth, children, … }
 * ```
 *
 * Promises:
 * - The copy is given every entry once, in order; a snapshot replaces what was before.
 * - When a parent ends, goes silent, or is behind, another is followed from the same entry on.
 * - What it holds is compared with what members of the committee sign, every few seconds.
 * - Where members may lie, nothing is applied that not so many of them confirm as cannot all lie.
 * - Nobody follows itself, over however many steps (`label.ts`).
 * - Nothing is buffered for a child that is slow.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { NetworkId, Signer } from '../../identity/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import type { Vouchers } from './confirming.ts'
import type { CoreStatus } from './core.ts'
import type { Facts } from './effects.ts'

export interface Following extends Lifecycle {
  /** What the functions that were handed in answer may have changed. */
  look(): void
  status(): FollowStatus
  /** What it remembers of the log, its last entry at the end. */
  latest(): readonly CommittedEntry[]
  /** How far another node has come; undefined where it does not say so. */
  heightOf(node: NodeId, signal?: AbortSignal): Promise<LogIndex | undefined>
}

export interface FollowStatus extends CoreStatus {
  /** Why nothing is followed any more. */
  failure: { code: string; message: string } | undefined
}

/** What the log drives, whoever brings the entries. */
export interface LogCopy {
  /** The last entry applied; 0 before the first. */
  readonly index: LogIndex
  /** The version of the registry's rules as of it. */
  readonly rules: number
  /** Of what it holds; 64 hex digits. */
  hash(): string
  apply(entry: CommittedEntry): void
  /**
   * In steps, of which the last changes everything. Throws where it is no snapshot, or one that this
   * release does not read; then nothing changes.
   */
  restoreSteps(state: Uint8Array): Generator<void, void>
  /** In steps, of what it holds when this is called, whatever is applied meanwhile. */
  snapshotSteps(): Generator<void, Uint8Array>
  /** Told of each entry once it is applied; of undefined once a snapshot took the place of all. */
  onMoved(listener: (entry: CommittedEntry | undefined) => void): () => void
}

export interface FollowDeps {
  net: Pick<Net, 'self' | 'request' | 'onRequest' | 'onPeer' | 'heardAtMs'>
  clock: Clock
  random: Random
  logger: Logger
  /** What those who follow this log call it. Default `follow/1`. */
  protocol?: string
  /** Its name. Default: none, in the first era. */
  log?: string
  /** The copy that counts on this node: of the committee's log where it is a member. */
  copy(): LogCopy
  /** What a member has signed is not what the copy holds: it is to be another one from now on. */
  spoilt(): void
  /** Whether one node's word counts: a member's, where members are trusted. */
  isMember(node: NodeId): boolean
  /** Where they are not: who is asked, and how many of them have to say so. Else nobody, and none. */
  vouchers(): Vouchers
  network: NetworkId
  signer: Signer
  facts(): Facts
  /** Whether a node is meant to serve others. */
  isHub(node: NodeId): boolean
  /** Whether a node may have what the log holds. */
  mayAsk(node: NodeId): boolean
}

export { createFollowing } from './driver.ts'
export type { Facts, Standing } from './effects.ts'
export { CHILDREN_MAX, HYPHA_CHILDREN_MAX } from './limits.ts'
