import type { Plain } from './index.ts'

/** The longest head of an item: its kind, and a number of eight bytes. */
const HEAD_BYTES = 9

/** A UTF-16 unit is at most three bytes of UTF-8. */
const textBytes = (text: string): number => HEAD_BYTES + 3 * text.length

/** No fewer bytes than the codec writes for it. */
export function bytesMaxOf(value: Plain): number {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value !== 'object' || value === null) return HEAD_BYTES
  if (value instanceof Uint8Array) return HEAD_BYTES + value.byteLength
  let bytes = HEAD_BYTES
  for (const [key, item] of Object.entries<Plain>(value)) {
    bytes += (Array.isArray(value) ? 0 : textBytes(key)) + bytesMaxOf(item)
  }
  return bytes
}
