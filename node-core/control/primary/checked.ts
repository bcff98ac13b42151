/**
 * Small files of a home, each with a checksum of its own: a byte that has rotted is to be told, and not
 * to pass for another value.
 */
import { createHash } from 'node:crypto'
import { decode, encode, equalBytes } from '../../base/codec/index.ts'

const SUM_BYTES = 16

export function encodeChecked(content: object): Uint8Array {
  return encode({ ...content, sum: sumOf(content) })
}

/** Undefined for what is damaged. Files of before there was a checksum have none. */
export function decodeChecked(bytes: Uint8Array, options?: { bytesMax?: number }): unknown {
  let value: unknown
  try {
    value = decode(bytes, options)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('sum' in value)) return value
  const { sum, ...content } = value
  return sum instanceof Uint8Array && equalBytes(sum, sumOf(content)) ? content : undefined
}

function sumOf(content: object): Uint8Array {
  const digest = createHash('sha256').update(encode(content)).digest()
  return Uint8Array.from(digest.subarray(0, SUM_BYTES))
}
