/**
 * The spore document: what the Primary says of the network, signed, for whoever cannot ask it now
 * (docs/adr/0015). It names members, nodes with their addresses and roles, who was removed, and the
 * committee, and is signed by a majority of that committee. Whoever knows the genesis can verify it
 * alone. What peers say of each other (the Latent tier) is judged by it before it is believed.
 *
 * ```ts
 * const spores = createSpores({ … })
 * await spores.start()                              // publishes while this node leads
 * spores.current()?.document.version                // { era, index, edition }
 * spores.judge({ node, owner, position })           // accept | behind | reject, and why
 * ```
 *
 * Promises:
 * - Of two documents the one with the higher version is believed, wherever it came from.
 * - None is believed that a majority of a proven committee has not signed.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import type { RegistryView } from '../../control/registry/index.ts'
import type { CertifiedChain, CommitteeStatement, Era } from '../../control/succession/index.ts'
import type { FoundedNetwork, OwnerId, Permission, Role, Signer } from '../../identity/index.ts'
import type { Claim, Judgement } from './judging.ts'

/** Compared part by part. `edition` tells documents of one entry apart (an address has changed). */
export interface SporeVersion {
  era: Era
  index: LogIndex
  edition: number
}

export interface SporeDocument {
  version: SporeVersion
  issuedAtMs: number
  /** Public keys, sorted. */
  voters: readonly Uint8Array[]
  nodes: readonly SporeNode[]
  owners: readonly SporeOwner[]
  removedOwners: readonly OwnerId[]
  removedNodes: readonly NodeId[]
}

export interface SporeNode {
  key: Uint8Array
  owner: OwnerId
  role: Role
  addresses: readonly string[]
  /** Where the node's own word about its addresses stands among its words; later ones are newer. */
  position: Position
}

export type Position = readonly [incarnation: number, counter: number]

export interface SporeOwner {
  key: Uint8Array
  permissions: readonly Permission[]
}

export interface VerifiedSpore {
  network: FoundedNetwork
  document: SporeDocument
  committee: CommitteeStatement
  bytes: Uint8Array
}

export interface Spores extends Lifecycle {
  /** The newest document known here. */
  current(): VerifiedSpore | undefined
  /** Takes one in from a seed, if it is newer. Throws SporeErrorCode. */
  take(bytes: Uint8Array): VerifiedSpore
  judge(claim: Claim): Judgement
  isRemoved(owner: OwnerId): boolean
  subscribe(listener: () => void): () => void
}

export interface SporesDeps {
  network: FoundedNetwork
  net: Pick<Net, 'self' | 'peers' | 'request' | 'onRequest' | 'onPeer'>
  signer: Signer
  /** Signs a mandate for a committee, if this node's owner is an admin. */
  mandate(payload: Uint8Array): Uint8Array | undefined
  primary: PublishingPrimary
  /** Who is here, as members say themselves. */
  members(): readonly KnownNode[]
  isAdmins(node: NodeId): boolean
  /** Holds `spore.cbor`. */
  disk: Disk
  clock: Clock
  random: Random
  logger: Logger
}

/** What the publisher needs of the Primary. */
export interface PublishingPrimary {
  view(): RegistryView | undefined
  /** Under Simplex what proves its committee. */
  proof(): CertifiedChain | undefined
  status(): {
    role: 'leader' | 'voter' | 'learner' | 'none'
    inForce: boolean
    /** Of Simplex another leads each view, and none is told. */
    committee: { voters: readonly NodeId[]; leader: NodeId | undefined } | undefined
    height: number | undefined
    caughtUp: boolean
    era: Era
  }
}

export interface KnownNode {
  node: NodeId
  key: Uint8Array
  owner: OwnerId
  role: Role
  addresses: readonly string[]
  position: Position
}

export type SporeErrorCode =
  /** Not a spore document in its only permitted form, or not signed by the committee it names. */
  | 'SPORE_INVALID'
  /** Of another network. */
  | 'WRONG_NETWORK'
  /** Too old to be believed: ask for a fresh one. */
  | 'SPORE_STALE'

export {
  type ClaimDeps,
  claimDocument,
  claimEra,
  mandateIn,
  successorIn,
  type Witness,
} from './claiming.ts'
export { isNewerVersion, versionText } from './document.ts'
export { createSpores } from './driver.ts'
export type { Claim, Judgement } from './judging.ts'
export { isSpore, verifySpore } from './sealed.ts'
