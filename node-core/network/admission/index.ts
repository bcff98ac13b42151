/**
 * Who is let in. Serves strangers the one protocol they may speak (`join`), keeps the entries of
 * members, of those who wait and of the removed in the shared state, makes invites and counts their
 * uses, and renews certificates before they end.
 *
 * - by invite: the node that made it admits the newcomer at once;
 * - by seed file, or found nearby: the newcomer waits until an admin approves.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { ReplicatedState } from '../../control/state/index.ts'
import type {
  FoundedNetwork,
  IdentityErrorCode,
  NetworkId,
  OwnerId,
  Permission,
  Role,
  Signer,
} from '../../identity/index.ts'
import type { Mesh } from '../mesh/index.ts'
import type { OwnersRegistry } from './committed.ts'

export interface Admission extends Lifecycle {
  /** What this node's owner may do in the network now. */
  permissions(): ReadonlySet<Permission>
  /** Members, those who wait and the removed, sorted by id. */
  list(): OwnerEntry[]
  /** Throws FORBIDDEN, or LIMIT_REACHED when too many invites are open. */
  createInvite(request: InviteOrder): Promise<CreatedInvite>
  /** Lets in an owner who waits. Throws FORBIDDEN, NOT_FOUND, CONFLICT (is a member already). */
  approve(owner: OwnerId, permissions: Iterable<Permission>): Promise<void>
  /** Changes what a member may do from now on. Throws FORBIDDEN, NOT_FOUND, NO_QUORUM. */
  grant(owner: OwnerId, permissions: Iterable<Permission>): Promise<void>
  /** Removes a member for good, or turns away one who waits. Throws FORBIDDEN, NOT_FOUND. */
  remove(owner: OwnerId, options?: RemovalOptions): Promise<void>
  /** The signed seed document of this node, fresh, as it is written to `spore.json`. */
  seedDocument(): SeedDocument
}

export interface AdmissionDeps {
  network: FoundedNetwork
  nodeKey: Signer
  ownerKey: Signer
  ownerName: string
  /** What people call this node now. */
  nodeName(): string
  credential: CredentialSlot
  mesh: AdmissionMesh
  state: AdmissionState
  /** Decides about owners where a quorum is in reach. Asked once everything runs. */
  registry?: () => OwnersRegistry
  /** Holds `invites.cbor`. */
  disk: Disk
  /**
   * Addresses of members, the best ones first: told to newcomers, asked when renewal is overdue.
   */
  contacts(): readonly string[]
  clock: Clock
  random: Random
  logger: Logger
}

/** This node's credential, and where a renewed one goes (`credential.cbor`, state, mesh). */
export interface CredentialSlot {
  current(): Uint8Array
  /** Resolves when it is on disk and in use. */
  replace(credential: Uint8Array): Promise<void>
}

export type AdmissionMesh = Pick<
  Mesh,
  | 'self'
  | 'addresses'
  | 'connected'
  | 'onPeer'
  | 'request'
  | 'onRequest'
  | 'onJoin'
  | 'askToJoin'
  | 'recheck'
>

export type AdmissionState = Pick<
  ReplicatedState,
  'get' | 'list' | 'put' | 'delete' | 'subscribe' | 'standing'
>

export interface InviteOrder {
  role: Role
  permissions: readonly Permission[]
  uses: number
  expiresInMs: number
}

export interface RemovalOptions {
  /** Of a member, once it is known that its removal is this owner's to decide; what it throws ends it. */
  before?: () => Promise<void>
}

export interface CreatedInvite {
  /** `mycelium://join?invite=…`. */
  invite: string
  /** ISO 8601. */
  expiresAt: string
  uses: number
}

export interface OwnerEntry {
  owner: OwnerId
  name: string
  state: 'member' | 'waiting' | 'removed'
  permissions: Permission[]
  founder: boolean
  nodes: NodeId[]
  /** ISO 8601. */
  since?: string
}

/** `spore.json`: where a network can be found. Bytes are base64. */
export interface SeedDocument {
  version: 1
  network: NetworkId
  name: string
  genesis: string
  addresses: string[]
  /** ISO 8601. */
  issuedAt: string
  expiresAt: string
  /** The credential of the node that signed. */
  credential: string
  signature: string
}

export interface VerifiedSeed {
  network: FoundedNetwork
  addresses: string[]
  /** The node that signed. */
  node: NodeId
  issuedAt: string
  expiresAt: string
}

/** What a stranger is told about a network it found nearby. */
export interface NetworkFacts {
  network: NetworkId
  name: string
  node: NodeId
  nodeName: string
  /** Owners that are members. */
  members: number
}

/** What a newcomer needs: it has keys and no network. */
export interface NewcomerDeps {
  askToJoin: Mesh['askToJoin']
  nodeKey: Signer
  ownerKey: Signer
  ownerName: string
  nodeName: string
  clock: Clock
  random: Random
}

/** Everything a node needs to start as a member. */
export interface Admitted {
  network: FoundedNetwork
  credential: Uint8Array
  /** Members to connect to first. */
  addresses: string[]
}

/** A network that was asked, and where to ask again. */
export interface Waiting {
  network: FoundedNetwork
  addresses: string[]
  /** ISO 8601. */
  since: string
}

export type AdmissionErrorCode =
  | IdentityErrorCode
  /** The invite was made by another node; `details.addresses` says where to ask. */
  | 'INVITE_NOT_HERE'
  /** Too many questions, or too many who wait; try again later. */
  | 'RATE_LIMITED'
  /** Too many open invites. */
  | 'LIMIT_REACHED'
  /** No such owner among those it could be. */
  | 'NOT_FOUND'
  /** The owner is what it should become already. */
  | 'CONFLICT'
  /** The question or the answer is not of this protocol. */
  | 'JOIN_MALFORMED'
  /** Unsigned, altered, or not a seed document. */
  | 'SEED_INVALID'
  /** Out of date: ask for a fresh one. */
  | 'SEED_STALE'
  /** Nobody at the given addresses answered; `details.attempts` says why. */
  | 'NOBODY_ANSWERED'

export { committedOwners, type OwnersRegistry } from './committed.ts'
export { createAdmission } from './driver.ts'
/** A founder signs its own membership: a chain always has at least one certificate. */
export { founderCredential } from './founder.ts'
export { type MemberRecords, memberRecords } from './member-records.ts'
export {
  askAbout,
  askToBeLetIn,
  type JoinTarget,
  joinByInvite,
  waitForApproval,
} from './newcomer.ts'
export { createSeed, verifySeed } from './seed.ts'
