/**
 * Keeps this node in its network. It dials whom it has heard of: configured addresses, the peers it
 * knew last time (`peers.cbor` in the home), members of the shared state, seed documents, nodes on
 * the local network, and what peers tell (`peers/1`). It never gives a member up: the dead are
 * dialled ever more seldom, for ever, which is how a partition heals.
 *
 *     const discovery = createDiscovery({ mesh, members, disk, openSeed, … }, { bootstrap: […] })
 *     await discovery.start() // after the mesh
 *
 * Who is dialled next is a pure plan (`dial-plan.ts`): neighbours on the ring of ids first, then at
 * random until the target is reached.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { Mesh } from '../mesh/index.ts'
import type { Claim, Judgement, Position } from '../spores/index.ts'
import type { SeedSource } from './seed-reader.ts'

/** seed: a good seed document is at hand, or a node named by one is connected. latent: neither. */
export type DiscoveryTier = 'seed' | 'latent'

export interface Discovery extends Lifecycle {
  /** The tier in force, as long as there is no Primary. */
  tier(): DiscoveryTier
  /** Hears of addresses that somebody handed in, and dials them soon. */
  add(addresses: readonly string[]): void
  /** Addresses of members, the connected first: for invites, newcomers and renewals. */
  contacts(): string[]
  /** Whether there is anybody to dial. */
  hasLeads(): boolean
  /** Whether nobody is connected, and whoever answered last said that this node's owner was removed. */
  isTurnedAway(): boolean
}

export interface DiscoveryDeps {
  mesh: DiscoveryMesh
  members: KnownMembers
  /** Holds `peers.cbor`. */
  disk: Disk
  /** Where seed documents lie. */
  seeds(): readonly SeedSource[]
  /**
   * Verifies a seed document of this network and gives its addresses. Throws SEED_INVALID,
   * SEED_STALE or WRONG_NETWORK.
   */
  openSeed(bytes: Uint8Array): readonly string[]
  spores: KnownSpores
  /** Writes this node's own seed document; called when the ways into the network have changed. */
  writeSeed(): Promise<void>
  clock: Clock
  random: Random
  logger: Logger
}

export type DiscoveryMesh = Pick<
  Mesh,
  | 'self'
  | 'peerId'
  | 'peers'
  | 'connected'
  | 'connect'
  | 'learn'
  | 'onPeer'
  | 'onNearby'
  | 'request'
  | 'onRequest'
  | 'addresses'
>

/** What the shared state says of who belongs to the network. */
export interface KnownMembers {
  list(): readonly KnownMember[]
  subscribe(listener: () => void): () => void
  /** Many are coming just now, so that more than a few connections can wait. Default: never. */
  isCrowded?(): boolean
}

export interface KnownMember extends Pick<Claim, 'owner'> {
  id: NodeId
  addresses: readonly string[]
  /** It only uses the network, and comes and goes: others are dialled before it. */
  isPassing?: boolean
  position?: Position
}

/** What higher tiers say, by which every claim of a peer is judged before it is used. */
export interface KnownSpores {
  judge(claim: Claim): Judgement
  /** Of the newest document. */
  addresses(): readonly string[]
  subscribe(listener: () => void): () => void
}

export interface DiscoveryOptions {
  /** Addresses to dial first. */
  bootstrap?: readonly string[]
  /** Connections to strive for. Default 32; never above `peersMax`. */
  peersTarget?: number
  /** Admitted peers held at once. Default the mesh's. */
  peersMax?: number
  /** How often a random peer is asked whom it knows. Default 60,000. */
  exchangeIntervalMs?: number
  /** How often the plan is looked at when nothing happens. Default 5,000. */
  discoveryIntervalMs?: number
}

export { createDiscovery } from './driver.ts'
export type { SeedSource } from './seed-reader.ts'
