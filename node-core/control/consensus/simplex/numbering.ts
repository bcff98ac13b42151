/** The numbers and names that consensus counts by. Each has a brand: mixing two does not compile. */
import { createHash } from 'node:crypto'
import { encode } from '../../../base/codec/index.ts'
import type { NetworkId } from '../../../identity/index.ts'

/** The life of one committee, from 0. */
export type Epoch = number & { readonly __brand: 'Epoch' }
/** One leader's turn, from 1. Goes on through epochs. */
export type View = number & { readonly __brand: 'View' }
/** A block's place in the chain, from 1. 0 is the genesis. */
export type Height = number & { readonly __brand: 'Height' }
/** Hex of SHA-256 of a block's bytes. */
export type BlockDigest = string & { readonly __brand: 'BlockDigest' }

export const FIRST_EPOCH = 0 as Epoch

export function nextView(view: View): View {
  return (view + 1) as View
}

export function nextEpoch(epoch: Epoch): Epoch {
  return (epoch + 1) as Epoch
}

export function nextHeight(height: Height): Height {
  return (height + 1) as Height
}

/** What the first block has for a parent. Chains of two networks have no block in common. */
export function genesisDigest(network: NetworkId): BlockDigest {
  return digestOf(encode(['mycelium/simplex/genesis', fromHex(network)]))
}

export function digestOf(bytes: Uint8Array): BlockDigest {
  return sha256(bytes).toString('hex') as BlockDigest
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

export function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
