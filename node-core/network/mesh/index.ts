/**
 * The encrypted mesh: libp2p under our own words. TCP and QUIC, Noise, Yamux, identify, ping,
 * gossipsub and mDNS. Whoever connects shows a credential first; until it is verified the peer may
 * speak `join` and nothing else. Everything has a limit (`limits.ts`).
 */
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { VerifiedMember } from '../../identity/index.ts'

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
  /** Multiaddrs others can dial, with the peer id. */
  addresses(): string[]
  connected(): MeshPeer[]
  /** Dials and admits. Throws NET_UNREACHABLE, WRONG_NETWORK, MEMBER_REMOVED, CERTIFICATE_…. */
  connect(address: string, options?: { signal?: AbortSignal }): Promise<NodeId>
  disconnect(peer: NodeId): Promise<void>
  /** Round-trip time of one ping. */
  ping(peer: NodeId, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<number>
  /** Addresses a node was last reached at or says of itself; dialled when it is asked for. */
  learn(peer: NodeId, publicKey: Uint8Array, addresses: readonly string[]): void
  /** Peers announced on the local network (mDNS), not yet dialled. */
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
