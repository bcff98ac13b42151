/**
 * DAG-CBOR, the encoding of everything signed, hashed or sent between nodes: one value, one byte
 * string. Decoding is strict: a form that `encode` would not have written is refused, so a signed
 * document has no second encoding.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { MyceliumError } from '../errors/index.ts'

/** What the codec carries. Maps have string keys; integers are safe; there is no undefined. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain }

export type CodecErrorCode =
  /** The bytes are not DAG-CBOR in its only permitted form. */
  | 'CODEC_MALFORMED'
  /** The bytes are over the caller's bound. */
  | 'CODEC_TOO_LARGE'

export function encode(value: unknown): Uint8Array {
  return dagCbor.encode(value)
}

/** The value of at most `bytesMax` bytes (default 1 MiB). Its shape is for the caller to check. */
export function decode(bytes: Uint8Array, options: { bytesMax?: number } = {}): unknown {
  const bytesMax = options.bytesMax ?? 1 << 20
  if (bytes.byteLength > bytesMax) {
    throw new MyceliumError('CODEC_TOO_LARGE', `Message of ${bytes.byteLength} bytes is too large.`)
  }
  let value: unknown
  try {
    value = dagCbor.decode(bytes)
  } catch (cause) {
    throw new MyceliumError('CODEC_MALFORMED', 'Bytes are not canonical DAG-CBOR.', { cause })
  }
  return value
}
