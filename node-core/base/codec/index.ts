/**
 * DAG-CBOR, the encoding of everything signed, hashed or sent between nodes: one value, one byte
 * string. Decoding is strict: a form that `encode` would not have written is refused, so a signed
 * document has no second encoding.
 *
 * Numbers are safe integers; nothing replicated uses floating point. Links (CIDs) are not used.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { MyceliumError } from '../errors/index.ts'
import { BYTES_MAX } from './limits.ts'
import { bytesMaxOf } from './size.ts'
import { write } from './writing.ts'

/** What the codec carries. Maps have string keys; numbers are integers; there is no undefined. */
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
  /**
   * The value holds something that is not `Plain`: a fraction, undefined, a class, a broken text.
   */
  | 'CODEC_UNSUPPORTED'

export function encode(value: unknown): Uint8Array {
  const bytes = write(value)
  if (bytes) return bytes
  throw unsupported()
}

/** No fewer bytes than `encode` writes, without writing them. Throws as it does. */
export function encodedBytesMax(value: unknown): number {
  const bytes = bytesMaxOf(value)
  if (!Number.isNaN(bytes)) return bytes
  throw unsupported()
}

/** The value of at most `bytesMax` bytes (default 1 MiB). Its shape is for the caller to check. */
export function decode(bytes: Uint8Array, options: { bytesMax?: number } = {}): unknown {
  const bytesMax = options.bytesMax ?? BYTES_MAX
  if (bytes.byteLength > bytesMax) {
    throw new MyceliumError('CODEC_TOO_LARGE', `Message of ${bytes.byteLength} bytes is too large.`)
  }
  let value: unknown
  let canonical: Uint8Array | undefined
  try {
    value = dagCbor.decode(bytes)
    // The library accepts more than may be written (key order, short floats, integral floats, broken
    // UTF-8), so the only proof of the one permitted form is to write it again.
    canonical = write(value)
  } catch (cause) {
    throw malformed(cause)
  }
  if (!canonical || !equalBytes(canonical, bytes)) throw malformed()
  return value
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && Buffer.compare(left, right) === 0
}

function malformed(cause?: unknown): MyceliumError<CodecErrorCode> {
  return new MyceliumError('CODEC_MALFORMED', 'Bytes are not canonical DAG-CBOR.', { cause })
}

function unsupported(): MyceliumError<CodecErrorCode> {
  return new MyceliumError('CODEC_UNSUPPORTED', 'The value is not plain data.')
}

export { createExchange, type Exchange } from './exchange.ts'
export { listHead } from './pieces.ts'
