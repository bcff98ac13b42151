/**
 * The Primary: one truth that a majority of a committee keeps. Consensus orders signed commands, the
 * registry gives them meaning (docs/adr/0007, 0010); this puts both to work in a node (0011).
 *
 * ```ts
 * const primary = createPrimary({ … })
 * await primary.start()                                      // opens this node's copy, if it has one
 * await primary.execute({ kind: 'kv.put', body: { key, value } })
 * const { row } = await primary.key('shop/stock')            // linearizable
 * await primary.change('promote', node)                      // by an admin's node
 * ```
 *
 * A node of the committee answers from its own copy; any other asks the committee over the mesh, the
 * next member when one fails. A command has an id and is applied once, however often it is sent.
 *
 * Promises:
 * - What `execute` has resolved for is durable on a majority and seen by every later read.
 * - Every call ends in bounded time; without a majority with NO_QUORUM. What was given up may still
 *   take effect.
 * - A copy that is damaged is not used, and nothing is guessed in its place.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { FoundedNetwork, OwnerId, Permission, Role, Signer } from '../../identity/index.ts'
import type { Guarantee, Verify } from '../consensus/simplex/index.ts'
import type { Command, RegistryView, Release } from '../registry/index.ts'
import type { SharedState } from '../state/index.ts'
import type { CertifiedChain, Era } from '../succession/index.ts'
import type { Committee } from './committee.ts'
import type { KeyRow, LockRow } from './queries.ts'
import type { Recovery } from './recovery.ts'

export interface Primary extends Lifecycle {
  /** By this node, for its owner. The command's value, or throws the code of its refusal. */
  execute(command: Command, options?: CallOptions): Promise<Plain>
  key(key: string, options?: ReadOptions): Promise<{ revision: number; row: KeyRow | undefined }>
  /** In order; `more` when the list goes on after its last row. */
  keys(prefix: string, options?: ReadOptions & { after?: string; limit?: number }): Promise<KeyList>
  lease(
    lease: string,
    options?: ReadOptions,
  ): Promise<{ ttlMs: number; leftMs: number } | undefined>
  /** Undefined when nobody has it. */
  lock(lock: string, options?: ReadOptions): Promise<LockRow | undefined>
  /**
   * Until the lease may have come to hold the lock, or waits no more, or `waitMs` are over. A hint:
   * `lock.acquire`, asked again, says how it stands.
   */
  untilTurn(
    lock: string,
    lease: string,
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<void>
  /**
   * Every change under a prefix from a revision on (default: what comes next), in order and without
   * gaps, whoever answers meanwhile. Ends by `signal` alone. Throws COMPACTED.
   */
  watch(
    prefix: string,
    options: { from?: number; signal: AbortSignal },
  ): AsyncGenerator<{ revision: number; events: KeyChange[] }>
  /** By a node of an admin. Ends once it is in force, by NO_QUORUM, LAST_VOTER, or NOT_A_VOTER. */
  change(change: CommitteeChange, node: NodeId, options?: CallOptions): Promise<void>
  /**
   * This node's last word: it leaves the network, and registers no more in this life. After `withdraw`.
   * Throws as `execute`; UNKNOWN_KIND where not all nodes know that word yet.
   */
  leave(options?: CallOptions): Promise<void>
  /** What the leader knows of each member: how many entries it is behind. */
  lag(options?: CallOptions): Promise<{ node: NodeId; entries: number; active: boolean }[]>
  /** How far the copies of this node and of those it is connected to have come, as each says itself. */
  heights(options?: CallOptions): Promise<{ node: NodeId; height: number }[]>
  status(): PrimaryStatus
  /** What is done when a committee has lost its majority for good. */
  readonly recovery: Recovery
  /** What this node has written since it started, and its copy; for whoever measures. */
  counts(): PrimaryCounts
  /** Under Simplex what leads a stranger to the committee of this node's copy. */
  proof(): CertifiedChain | undefined
  /** This node's copy as far as it has come; undefined while it has none that can be read. */
  view(): RegistryView | undefined
  /** Called when the copy has moved on, and when the lead, the members or the status may have. */
  subscribe(listener: () => void): () => void
}

export type CommitteeChange =
  /** Into the committee, by an admin, to stay. */
  | 'promote'
  /** Out of it, by an admin, until somebody promotes it again. */
  | 'demote'
  /** The network decides again whether it votes. */
  | 'release'
  /** Out of it, because it leaves the network: nothing is remembered. */
  | 'withdraw'
  /** The lead, to one that votes. */
  | 'transfer'

export interface CallOptions {
  signal?: AbortSignal
}
export interface ReadOptions extends CallOptions {
  /** What this node, or the member asked, has now, which may be behind. Needs no quorum. */
  stale?: boolean
}

export interface KeyList {
  revision: number
  rows: KeyRow[]
  more: boolean
}

export interface KeyChange {
  revision: number
  key: string
  /** Undefined when the key went. */
  row: KeyRow | undefined
}

export interface PrimaryCounts {
  /** Commands of this node that were answered, refusals among them. */
  commands: number
  /** Those that nobody answered in time. */
  failures: number
  batches: number
  /** From their sealing to their answer, together. */
  seconds: number
  /** Commands that are not yet sealed. */
  waiting: number
  /** Of this node's copy of the log; 0 where it has none. */
  logBytes: number
  /** By the leader alone. */
  behind: readonly { node: NodeId; entries: number }[]
}

export interface PrimaryStatus {
  /** What this node is to the committee. */
  role: 'leader' | 'voter' | 'learner' | 'none'
  /** Whether a quorum is in reach, as far as this node can tell. */
  inForce: boolean
  /** Undefined where nobody has told of one. */
  committee: Committee | undefined
  /** The last entry that the copy shown here has applied. */
  height: number | undefined
  /**
   * Whether the copy shown here has once held, since the start, what the committee has, as far as this
   * node has heard: until then it is of an earlier life.
   */
  caughtUp: boolean
  /** How often a committee was put in force from outside, as far as this node knows. */
  era: Era
  /** Simplex's view, by its own engine in the committee; whose turn it is goes by it. */
  view?: number
  /** Under Simplex what is promised now: by its own engine in the committee, else by how many vote. */
  guarantee?: Guarantee
  /** Whom this node follows for what is committed, and who follows it. */
  following: FollowView
  /** Why this node's copy, or the Primary as a whole, is not what it should be. */
  trouble: { code: PrimaryErrorCode; message: string } | undefined
}

export interface FollowView {
  /** Undefined while there is none, as in the committee. */
  parent: NodeId | undefined
  /** Steps from the committee. */
  depth: number | undefined
  children: number
}

export type PrimaryErrorCode =
  /** No committee is known here. */
  | 'NO_PRIMARY'
  /** No majority of the committee answered in time. A command may still take effect. */
  | 'NO_QUORUM'
  /** The network has no node that votes but this one. */
  | 'LAST_VOTER'
  /** The learner has not caught up in time; it goes on learning. */
  | 'NOT_CAUGHT_UP'
  /** A majority of the committee is in reach, so that it cannot be overruled. */
  | 'QUORUM_STANDS'
  /** Another node in reach holds more than this one; details name it. */
  | 'LATER_COPY'
  /** The committee was overruled by somebody else. */
  | 'OVERRULED'
  /** Under Simplex the lead goes round by itself. */
  | 'NO_LEAD'
  /** Only a node that votes can lead. */
  | 'NOT_A_VOTER'
  /** The lead was not taken over in time; whoever led goes on. */
  | 'NOT_TAKEN_OVER'
  /** Another node leads; details name it. */
  | 'NOT_LEADER'
  /** Changes that old are forgotten; details name the oldest revision that is held. */
  | 'COMPACTED'
  /** The asker's owner lacks the permission. */
  | 'FORBIDDEN'
  /** Too much is under way: later. */
  | 'BUSY'
  /** Over its limit. */
  | 'TOO_LARGE'
  /** `start` has not been called, `stop` has, or this member holds no copy. */
  | 'NOT_RUNNING'
  /** The question or the batch is none. */
  | 'MALFORMED'
  /** This node's copy of the log cannot be read, or is gone. */
  | 'LOG_DAMAGED'
  /** What began the present era is lost here, and nobody has shown it again yet. */
  | 'ERA_UNKNOWN'
  /** This node's copy has stopped: the disk, or a rule that does not hold. */
  | 'REPLICA_FAILED'
  /** What the registry holds fits into no snapshot, so the log grows on. Told, never thrown. */
  | 'STATE_TOO_LARGE'

export interface PrimaryDeps {
  network: FoundedNetwork
  net: Pick<
    Net,
    'self' | 'peers' | 'heardAtMs' | 'request' | 'onRequest' | 'onPeer' | 'openStream' | 'onStream'
  >
  state: Pick<SharedState, 'get' | 'list' | 'put' | 'subscribe'>
  disk: Disk
  signer: Signer
  /** The certificate by which this node acts for its owner. */
  certificate(): Uint8Array
  /** What this node does for the network, by its owner's choice. */
  role(): Role
  /** What a node's owner may do now, by the shared state; undefined for a stranger. */
  permissionsOf(node: NodeId): ReadonlySet<Permission> | undefined
  /** Whether many nodes are coming just now: registering and following wait for them. Default: never. */
  isCrowded?(): boolean
  /** Whether a node is meant to serve others, by its role. */
  isHub(node: NodeId): boolean
  /** Signs a mandate for a committee, if this node's owner is an admin. */
  mandate(payload: Uint8Array): Uint8Array | undefined
  /** Asks the witness, if the network has one, whether this mandate is the first to end its era. */
  claim(mandate: Uint8Array, view: RegistryView): Promise<ClaimOutcome>
  /** Owners as the shared state knows them, which the registry is told of. */
  owners(): readonly OwnerFacts[]
  /** Nodes of the network, this one included: from them the committee fills itself. */
  nodes(): readonly NodeFacts[]
  clock: Clock
  random: Random
  logger: Logger
}

export interface PrimaryOptions {
  /** The kinds of command that this program knows. Default: those of this release. */
  release?: Release
  /** When a log is replaced by a snapshot, and what stays behind it. Default: the engines' limits. */
  compaction?: CompactionBounds
  /** Stands in for the rule on signatures in engine, log and committees, where thousands are checked again and again. */
  verify?: Verify
}

export interface CompactionBounds {
  /** Under Raft: entries applied since the last one. */
  entries?: number
  /** Under Raft: entries that stay. */
  keptEntries?: number
  /** Under Simplex: bytes of final blocks, the same on every node. */
  bytes?: number
  /** Under Simplex: bytes of blocks that stay. */
  keptBytes?: number
}

/** won: nobody was before. none: the network has no witness. Else who was, and goes on. */
export type ClaimOutcome = 'won' | 'none' | { lostTo: Successor }

/** Who overruled a committee, as a witness shows. */
export interface Successor {
  node: NodeId
  /** As far as this node knows. */
  name?: string
  era: number
  /** By that node's clock. */
  atMs: number
}

/** What is known here of a node. */
export interface NodeFacts {
  node: NodeId
  role: Role
  labels: Readonly<Record<string, string>>
  addresses: readonly string[]
  /** How long it has been heard without a break; 0 while it is silent. Milliseconds. */
  upMs: number
  cpuMillis: number
  memoryBytes: number
}

export interface OwnerFacts {
  owner: OwnerId
  key: Uint8Array
  name: string
  permissions: readonly Permission[]
  removed: boolean
}

export type { Committee } from './committee.ts'
export { choiceIn, choiceSetting } from './filling.ts'
export { foundPrimary } from './founding.ts'
export type { LateCommand, LateReport, LateRow } from './late.ts'
export { createPrimary } from './primary.ts'
export type { KeyRow, LockRow } from './queries.ts'
export type { Recovery, RecoveryPlan } from './recovery.ts'
export { refusal } from './refusing.ts'
export { untilShown } from './shown.ts'
