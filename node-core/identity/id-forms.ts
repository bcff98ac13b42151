/** The names of one public key: NodeId, OwnerId, PeerId, DID. */
import { createHash } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { equalBytes } from '../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../base/net/index.ts'
import type { NetworkId, OwnerId } from './index.ts'
import { isPublicKey } from './signature.ts'

export function nodeIdOf(publicKey: Uint8Array): NodeId {
  return sha256Hex(publicKey) as NodeId
}

export function ownerIdOf(publicKey: Uint8Array): OwnerId {
  return sha256Hex(publicKey) as OwnerId
}

/** libp2p's name of the key: `12D3KooW…`. */
export function peerIdOf(publicKey: Uint8Array): string {
  return base58btc.baseEncode(Buffer.concat([PEER_ID_PREFIX, publicKey]))
}

/** `did:key:z6Mk…`. */
export function didOf(publicKey: Uint8Array): string {
  return DID_PREFIX + base58btc.encode(Buffer.concat([ED25519_MULTICODEC, publicKey]))
}

/** The key that a PeerId or a DID spells out. */
export function parsePublicKey(text: string): Uint8Array | undefined {
  if (text.length > 128) return undefined
  return text.startsWith(DID_PREFIX)
    ? keyAfter(ED25519_MULTICODEC, text.slice(DID_PREFIX.length))
    : keyAfter(PEER_ID_PREFIX, `z${text}`)
}

/** The NodeId of any form of a node's id. A node's name is not a form of its id. */
export function parseAnyId(text: string): NodeId | undefined {
  const nodeId = parseNodeId(text.toLowerCase())
  if (nodeId) return nodeId
  const publicKey = parsePublicKey(text)
  return publicKey && nodeIdOf(publicKey)
}

export function parseOwnerId(text: string): OwnerId | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as OwnerId) : undefined
}

export function parseNetworkId(text: string): NetworkId | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as NetworkId) : undefined
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const DID_PREFIX = 'did:key:'
/** Multicodec `ed25519-pub`. */
const ED25519_MULTICODEC = Uint8Array.of(0xed, 0x01)
/** Identity multihash of 36 bytes: the protobuf `PublicKey { Type: Ed25519, Data: 32 bytes }`. */
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)

function keyAfter(prefix: Uint8Array, multibase: string): Uint8Array | undefined {
  let bytes: Uint8Array
  try {
    bytes = base58btc.decode(multibase)
  } catch {
    return undefined
  }
  const publicKey = bytes.slice(prefix.byteLength)
  const fits = equalBytes(bytes.subarray(0, prefix.byteLength), prefix)
  return fits && isPublicKey(publicKey) ? publicKey : undefined
}
