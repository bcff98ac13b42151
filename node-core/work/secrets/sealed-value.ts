/** A secret as the registry holds it: the value under a key of its own, that key for each reader. */
import { encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import {
  type KeyPair,
  type NetworkId,
  open,
  openSealed,
  seal,
  sealTo,
} from '../../identity/index.ts'
import { PADDING_BYTES } from './limits.ts'

/** What a wrapped key belongs to: under another name or in another network it does not open. */
export interface Place {
  network: NetworkId
  name: string
}

export interface Reader {
  node: NodeId
  /** Its public key. */
  key: Uint8Array
}

export type Wraps = [node: NodeId, wrapped: Uint8Array][]

const DATA_KEY_BYTES = 32
const LENGTH_BYTES = 4

export interface SealedValue {
  sealed: Uint8Array
  wraps: Wraps
}

export function sealValue(
  place: Place,
  value: Uint8Array,
  readers: readonly Reader[],
  random: Random,
): SealedValue {
  const dataKey = random.bytes(DATA_KEY_BYTES)
  return { sealed: seal(dataKey, padded(value)), wraps: wrapKey(place, dataKey, readers, random) }
}

/** Sorted by node, as the registry wants them. */
export function wrapKey(
  place: Place,
  dataKey: Uint8Array,
  readers: readonly Reader[],
  random: Random,
): Wraps {
  const context = contextOf(place)
  return readers
    .map(({ node, key }): Wraps[number] => [node, sealTo(key, context, dataKey, random)])
    .sort(([left], [right]) => (left < right ? -1 : 1))
}

/** Undefined where it was wrapped for somebody else. */
export function unwrapKey(place: Place, wrapped: Uint8Array, key: KeyPair): Uint8Array | undefined {
  const dataKey = openSealed(key, contextOf(place), wrapped)
  return dataKey?.byteLength === DATA_KEY_BYTES ? dataKey : undefined
}

/** Undefined where the key is another version's. */
export function openValue(sealed: Uint8Array, dataKey: Uint8Array): Uint8Array | undefined {
  const plain = open(dataKey, sealed)
  if (!plain || plain.byteLength < LENGTH_BYTES) return undefined
  const end = LENGTH_BYTES + Buffer.from(plain).readUInt32BE(0)
  return end <= plain.byteLength ? plain.subarray(LENGTH_BYTES, end) : undefined
}

/** Undefined where the wrap or its key opens nothing. */
export function openRow(
  place: Place,
  { sealed, wrapped }: { sealed: Uint8Array; wrapped: Uint8Array },
  key: KeyPair,
): { dataKey: Uint8Array; value: Uint8Array } | undefined {
  const dataKey = unwrapKey(place, wrapped, key)
  const value = dataKey && openValue(sealed, dataKey)
  return dataKey && value && { dataKey, value }
}

function contextOf({ network, name }: Place): Uint8Array {
  return encode(['mycelium/secret/1', network, name])
}

function padded(value: Uint8Array): Uint8Array {
  const length = LENGTH_BYTES + value.byteLength
  const whole = Buffer.alloc(Math.ceil(length / PADDING_BYTES) * PADDING_BYTES)
  whole.writeUInt32BE(value.byteLength)
  whole.set(value, LENGTH_BYTES)
  return whole
}
