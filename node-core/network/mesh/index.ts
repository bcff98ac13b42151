/**
 * The encrypted mesh: libp2p under our own words. TCP and QUIC, Noise, Yamux, identify, ping,
 * gossipsub and mDNS. Whoever connects shows a credential first; until it is verified the peer may
 * speak `join` and nothing else. Everything has a limit (`limits.ts`).
 *
 *     const mesh = createMesh({ nodeKey, networkId, credential, verify, … }, { listen: […] })
 *     mesh.onRequest('probe/1', () => new Uint8Array())
 *     await mesh.start()
 *     const peer = await mesh.connect('/ip4/192.168.1.7/tcp/4000')
 *     await mesh.request(peer, 'probe/1', new Uint8Array())
 *
 * Questions of one peer share one stream; large bodies belong in `openStream`. A stream ends without
 * an error only when the other side has closed its writing end.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { KeyPair, NetworkId, VerifiedMember } from '../../identity/index.ts'

export type PeerPath = 'lan' | 'direct' | 'punched' | 'relayed'

export interface MeshPeer {
  id: NodeId
  peerId: string
  addresses: string[]
  path: PeerPath
  /** The last measured round trip. */
  latencyMs: number | undefined
  member: VerifiedMember
}

export interface Mesh extends Net, Lifecycle {
  readonly peerId: string
  /** Multiaddrs to tell others, with the peer id, few and the best first. Empty while not running. */
  addresses(): string[]
  connected(): MeshPeer[]
  /**
   * Dials an address, or one peer's addresses in the best order, and waits to be admitted. Throws
   * ADDRESS_INVALID, NET_UNREACHABLE, WRONG_NETWORK, MEMBER_REMOVED, CERTIFICATE_….
   */
  connect(address: string | readonly string[], options?: { signal?: AbortSignal }): Promise<NodeId>
  disconnect(peer: NodeId): Promise<void>
  /** Round-trip time of one ping. */
  ping(peer: NodeId, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<number>
  /** Addresses a node was last reached at or says of itself; dialled when it is asked for. */
  learn(peer: NodeId, publicKey: Uint8Array, addresses: readonly string[]): void
  /** Looks again at every admitted peer: the removed are cut off, the expired asked anew. */
  recheck(): Promise<void>
  /** The peer is doubted: a connection that stays silent is replaced by a fresh one, if that answers. */
  renew(peer: NodeId): void
  /** A peer announced on the local network (mDNS), not yet dialled: where it is, the best first. */
  onNearby(listener: (addresses: string[]) => void): () => void
  /** Serves newcomers: the one protocol that non-members may speak. */
  onJoin(handler: (body: Uint8Array, remotePeerId: string) => Promise<Uint8Array>): () => void
  /** Speaks `join` to an address without being a member. */
  askToJoin(
    address: string,
    body: Uint8Array,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array>
}

export interface MeshDeps {
  /** The node's key: the PeerId and the NodeId are its names. */
  nodeKey: KeyPair
  networkId: NetworkId
  /** What this node shows; asked for at every handshake, so a renewed one is used at once. */
  credential(): Uint8Array
  /** Who shows this. Throws the codes of `identity` (expired, untrusted, removed, …). */
  verify(credential: Uint8Array): VerifiedMember
  /** Whether what was verified would still be, age aside: removals and grants come later. */
  isTrusted(member: VerifiedMember): boolean
  clock: Clock
  random: Random
  logger: Logger
}

export interface MeshOptions {
  /** Multiaddrs to listen on; none makes a node that only dials. */
  listen: readonly string[]
  /** Addresses to tell others besides those listened on. */
  announce?: readonly string[]
  /** Admitted peers held at once. Default 128. */
  peersMax?: number
  /** Announce this node on the local network and look for others. Default true. */
  mdns?: boolean
}

/** A node that has no network yet: it looks around and asks to be let in. */
export interface JoinClient extends Lifecycle {
  readonly peerId: string
  onNearby(listener: (addresses: string[]) => void): () => void
  askToJoin(
    address: string,
    body: Uint8Array,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array>
}

export interface JoinClientDeps {
  nodeKey: KeyPair
  clock: Clock
  logger: Logger
}

export interface JoinClientOptions {
  /** Look for nodes on the local network. Default true. */
  mdns?: boolean
}

export type { MeshErrorCode } from './errors.ts'
export { createJoinClient } from './join-client.ts'
export { PEERS_DEFAULT } from './limits.ts'
export { createMesh } from './mesh.ts'
export { ringNeighbours } from './surplus.ts'
