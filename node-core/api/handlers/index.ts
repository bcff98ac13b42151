/**
 * The handlers behind every door: one router that implements each operation of `api/contract`.
 *
 * `ApiDeps` names what they need of the node. Before this node belongs to a network most parts do
 * not exist, so `network()` may be undefined; operations whose contract says `needsNetwork` are
 * then answered with CONFLICT. Permissions are checked here, once, whatever the door.
 *
 *     const router = createRouter(deps)
 *     const door = createHttpDoor({ router, … })
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Metrics } from '../../base/metrics/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Primary } from '../../control/primary/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { Voting } from '../../control/voting/index.ts'
import type {
  ConsensusEngine,
  Genesis,
  NetworkId,
  OwnerId,
  Permission,
  Role,
} from '../../identity/index.ts'
import type { Clocks } from '../../network/clocks/index.ts'
import type { Cordons } from '../../network/cordons/index.ts'
import type { Membership } from '../../network/membership/index.ts'
import type { Mesh } from '../../network/mesh/index.ts'
import type { BlobStore } from '../../storage/blobs/index.ts'
import type { Catalogue } from '../../work/catalogue/index.ts'
import type { Commands } from '../../work/commands/index.ts'
import type { Desired } from '../../work/desired/index.ts'
import type { Edge } from '../../work/edge/index.ts'
import type { InstanceLogLine, KeptLog, LogReadOptions, LogSubject } from '../../work/logs/index.ts'
import type { PlacementInput } from '../../work/placement/index.ts'
import type { WorkView } from '../../work/reconcile/index.ts'
import type { Secrets } from '../../work/secrets/index.ts'
import type { Space } from '../../work/space/index.ts'
import type { Needs, Port } from '../../work/spec/index.ts'
import type { Usages } from '../../work/usage/index.ts'
import type { LeftData, Volumes } from '../../work/volumes/index.ts'

export interface ApiDeps {
  clock: Clock
  logger: Logger
  metrics: Metrics
  node: NodeFacts
  lifecycle: NodeLifecycle
  catalogue: Catalogue
  /** Of networks that this computer has left. */
  leftData: Pick<LeftData, 'list' | 'remove'>
  /** What is still kept of them; undefined while this computer is in a network, whether that runs or not. */
  leftSpace(): NetworkParts['space'] | undefined
  /** Undefined until a network was founded or joined and its parts run. */
  network(): NetworkParts | undefined
  /** Called with the parts once they run, and with undefined once they have stopped. */
  onNetwork(listener: (parts: NetworkParts | undefined) => void): () => void
  /** Log lines of level warn and error, for `log.*` events. */
  onLog(listener: (line: { level: string; module: string; message: string }) => void): () => void
}

/** A reason that something is less than it should be. */
export interface Reason {
  code: string
  message: string
}

/** What is known of this node with or without a network. */
export interface NodeFacts {
  version: string
  id: NodeId
  peerId: string
  did: string
  owner(): { id: OwnerId; name: string }
  /** The owner's key, sealed under a passphrase: this one, or one that is made. */
  exportOwner(passphrase?: string): Promise<{ owner: OwnerId; sealed: string; passphrase: string }>
  /** The folder that holds everything of this node. */
  home: string
  name(): string
  role(): Role
  labels(): Record<string, string>
  /** What this node could run now; asked live of each runner. */
  kinds(): Promise<{ kind: string; ok: boolean; reason?: Reason; notes?: string[] }[]>
  /** Base URLs of the doors that are open: `http://127.0.0.1:7780`. */
  api(): string | undefined
  edge(): string | undefined
  /** Reasons only the composition root knows: a cloned home, a wrong clock, a port not open. */
  degraded(): Reason[]
  /** Keeps it in the home and tells the network. */
  change(change: { name?: string; role?: Role; labels?: Record<string, string> }): Promise<void>
}

/** An owner of another computer, whose this one is to be: the file of its key, and what opens it. */
export interface OwnerGiven {
  sealed: string
  passphrase: string
  replace: boolean
}

export interface JoinedNetwork {
  networkId: NetworkId
  /** False while an admin has yet to approve. */
  admitted: boolean
}

export interface JoinedAs extends JoinedNetwork {
  networkName: string
  /** What this computer is called there. */
  nodeName: string
}

/** What ends or begins this node's life, or its life in a network. */
export interface NodeLifecycle {
  found(input: {
    networkName: string
    nodeName?: string
    ownerName?: string
    consensus: ConsensusEngine
    leaseReads: boolean
    owner?: OwnerGiven
  }): Promise<JoinedNetwork>
  join(input: {
    /** Exactly one of the three. */
    by: { invite: string } | { seedSpore: string } | { address: string }
    nodeName?: string
    ownerName?: string
    role?: Role
    owner?: OwnerGiven
  }): Promise<JoinedAs>
  /** Set while a join by seed file waits for an admin; `refused` once it asks no more. */
  awaitingApproval(): { network: string; name: string; since: string; refused?: Reason } | undefined
  /** The name of the network that this home is in, until its parts run. */
  starting(): string | undefined
  /** The parts of its network end one after the other, and it is in that network all the same. */
  stopping(): boolean
  inspectInvite(invite: string): Promise<InviteFacts>
  nearby(): Promise<NearbyFacts[]>
  /** Why the parts of that network do not run, where that was tried. */
  notStarted(): Reason | undefined
  /**
   * Says goodbye for good, ends what runs here, forgets the network; the identity stays. Whoever waits to
   * be let in asks no more. Throws LAST_VOTER unless by force.
   */
  leave(how: { force: boolean }): Promise<Left>
  /** Asks the host to stop the node in order; returns at once, so that the answer still gets out. */
  requestStop(): void
}

/** What leaving could not do. */
export interface Left {
  /** What the others could not be told, so that it stays as it was. */
  stays?: Reason
  /** Copies of workloads that go on here, or will once their engine is back. */
  unended?: { copies: string[]; message: string }
}

export interface InviteFacts {
  networkId: string
  networkName: string
  /** The issuer's name, or the short form of its id. */
  issuer: string
  permissions: Permission[]
  role: Role
  /** ISO 8601. */
  expiresAt: string
  addresses: string[]
}

export interface NearbyFacts {
  networkId: string
  name: string
  nodeName: string
  address: string
  members: number
}

/** The parts that exist while this node is in a network. */
export interface NetworkParts {
  genesis: Pick<Genesis, 'name' | 'createdAt' | 'consensus' | 'leaseReads'>
  id: NetworkId
  /** What this node's owner may do here now. */
  permissions(): ReadonlySet<Permission>
  state: Pick<SharedState, 'get' | 'list' | 'put' | 'delete' | 'subscribe' | 'resync' | 'hash'>
  membership: Pick<Membership, 'self' | 'get' | 'list' | 'subscribe' | 'sleep' | 'wake'>
  cordons: Pick<Cordons, 'set'>
  clocks: Pick<Clocks, 'verdict'>
  mesh: Pick<Mesh, 'peerId' | 'addresses' | 'connected' | 'onPeer'>
  discoveryTier(): 'primary' | 'seed' | 'latent' | 'none'
  /** The seed document this node gives others (`spore.json`), signed. */
  seedDocument(): Promise<Record<string, unknown>>
  /** The network's document outside of it (`network/spores`, `network/seeds`). */
  seeds: SeedShelf
  members: MemberBook
  /** The registry that a committee keeps. */
  primary: Omit<Primary, 'start' | 'stop'>
  /** The owner's votes on proposals of members. */
  voting: Pick<Voting, 'vote' | 'own' | 'mayVote'>
  /** What is wanted, whoever holds it. */
  desired: Pick<
    Desired,
    'get' | 'recordOf' | 'ownerOf' | 'past' | 'job' | 'apply' | 'delete' | 'subscribe'
  >
  secrets: Pick<Secrets, 'put' | 'list' | 'delete'>
  /** What instances keep, on every node. */
  volumes: Pick<Volumes, 'list' | 'delete' | 'restore'>
  /** Exactly what placement is computed from on this node now. */
  placementInput(): PlacementInput
  /** Tells of instances, as of now, whether who says that it runs them was given them. */
  entrusted: WorkView['entrusted']
  /** Lines of every instance of a workload, or of one instance, here and on other nodes. */
  readLogs(of: LogSubject, options: LogReadOptions): AsyncIterable<InstanceLogLine>
  /** Of every instance whose log can be read, those that are gone included. */
  keptLogs(of: LogSubject): Promise<KeptLog[]>
  /** What instances use now. */
  usage: Pick<Usages, 'of' | 'here'>
  /** Runs a command inside an instance, whichever node runs that. */
  runCommand: Commands['run']
  /** The last commands inside instances of this node. */
  audit: Commands['audit']
  bundles: BundleShelf
  images: ImageShelf
  /** What is kept here for the network. */
  space: Pick<Space, 'usage' | 'reclaim'>
  /** Pieces of images and bundles that were given and taken. */
  blobs: Pick<BlobStore, 'traffic'>
  edge: Pick<Edge, 'counts' | 'services' | 'requests' | 'traffic' | 'issuePass'>
  tls: TlsShelf
}

/** What is to be known of TLS at this node's edge. */
export interface TlsShelf {
  /** Undefined unless the owner wants it; 0 while it is not open. */
  port(): number | undefined
  zones: readonly string[]
  /** The authority's certificate, in PEM. Throws AUTHORITY_UNREACHABLE. */
  authority(): Promise<string>
  /** Of a workload over TLS; undefined while it has none. */
  urlOf(workload: string): string | undefined
}

export interface SeedShelf {
  list(): SeedFacts[]
  /** Secrets are kept in the home alone. */
  publish(location: string, credentials: Record<string, string>): Promise<SeedFacts>
  /** False where it is none of this node's. */
  forget(location: string): Promise<boolean>
  /** The newest document known here. */
  spore(): SporeFacts | undefined
}

export interface SeedFacts {
  location: string
  writes: boolean
  /** ISO 8601. */
  currentAt?: string
  problem?: Reason
}

export interface SporeFacts {
  version: string
  /** ISO 8601. */
  issuedAt: string
  voters: NodeId[]
  nodes: number
  bytes: Uint8Array
}

/** Owners of the network and who waits outside (`network/admission`). */
export interface MemberBook {
  createInvite(input: {
    role: Role
    permissions: Permission[]
    uses: number
    expiresInMs: number
  }): Promise<{ invite: string; expiresAt: string; uses: number }>
  list(): MemberFacts[]
  approve(owner: OwnerId, permissions: Permission[]): Promise<void>
  grant(owner: OwnerId, permissions: Permission[]): Promise<void>
  /** `before`: of a member, once it is known that nothing refuses its removal. */
  remove(owner: OwnerId, options?: { before?: () => Promise<void> }): Promise<void>
}

export interface MemberFacts {
  owner: OwnerId
  name: string
  state: 'member' | 'waiting' | 'removed'
  permissions: Permission[]
  founder: boolean
  nodes: NodeId[]
  /** ISO 8601. */
  since?: string
}

/** Published bundles and trusted publishers (`work/bundles`). */
export interface BundleShelf {
  list(): BundleFacts[]
  /** Verifies, keeps in the blob store, and tells the network. */
  publish(content: AsyncIterable<Uint8Array>): Promise<BundleFacts>
  /** Of this node alone; refused while a workload, or a step back, has it. Says who else published it. */
  unpublish(digest: string): Promise<{ digest: string; others: { id: NodeId; name: string }[] }>
  publishers(): { key: string; since: string }[]
  /** A public key as hex or base64. */
  trust(key: string): Promise<void>
  untrust(key: string): Promise<void>
  onPublisher(listener: (change: { key: string; gone: boolean }) => void): () => void
}

export interface BundleFacts {
  digest: string
  name: string
  version: string
  publisher: string
  trusted: boolean
  sizeBytes: number
  /** This node published it, and can withdraw it. */
  here?: true
  /** As its manifest says; absent of one that was published before that was told. */
  needs?: Needs
}

/** Takes a bundle in as it comes; throws the failures of `bundles.publish`. */
export type Publish = (content: AsyncIterable<Uint8Array>) => Promise<BundleFacts>

/** Container images of this computer's engine. */
export interface ImageShelf {
  list(): Promise<{ id: string; tags: string[]; sizeBytes: number }[]>
  /** What fixes a reference to its content, when this computer has it or a peer that may say so. */
  resolve(reference: string): Promise<ImageContent | undefined>
}

export interface ImageContent {
  imageId: string
  /** Where it says that it listens. */
  exposes: Port[]
}

export { createPublish } from './bundles.ts'
export { failure, toFailure } from './failures.ts'
export {
  createInstanceOperations,
  type InstanceNames,
  type InstanceOperations,
  type InstanceOperationsDeps,
  type SecretOpener,
  type Standing,
} from './instance.ts'
export { createKeyDoor, isKey, isNewKey, type KeyCalls } from './key-calls.ts'
export type { KeyPrimary } from './keys.ts'
export { createRouter, type Router } from './router.ts'
export { WITNESS_SETTING } from './settings.ts'
