import { DEPTH_MAX } from './limits.ts'

/** The longest head of an item: its kind, and a number of eight bytes. */
const HEAD_BYTES = 9

/** No fewer bytes than the codec writes for it; NaN for what it does not write. */
export function bytesMaxOf(value: unknown, depth = 0): number {
  switch (typeof value) {
    case 'boolean':
      return HEAD_BYTES
    case 'number':
      return Number.isSafeInteger(value) ? HEAD_BYTES : Number.NaN
    case 'string':
      return textBytesMax(value)
    case 'object':
      if (value === null) return HEAD_BYTES
      if (value instanceof Uint8Array) return HEAD_BYTES + value.byteLength
      if (depth === DEPTH_MAX) return Number.NaN
      return Array.isArray(value) ? listBytesMax(value, depth + 1) : mapBytesMax(value, depth + 1)
    default:
      return Number.NaN
  }
}

/** A UTF-16 unit is at most three bytes of UTF-8. A lone surrogate has no such form. */
function textBytesMax(text: string): number {
  return text.isWellFormed() ? HEAD_BYTES + 3 * text.length : Number.NaN
}

function listBytesMax(list: readonly unknown[], depth: number): number {
  let bytes = HEAD_BYTES
  // Not `reduce`, which passes over the holes of a sparse array.
  for (const item of list) bytes += bytesMaxOf(item, depth)
  return bytes
}

function mapBytesMax(map: object, depth: number): number {
  const prototype: unknown = Object.getPrototypeOf(map)
  if (prototype !== Object.prototype && prototype !== null) return Number.NaN
  let bytes = HEAD_BYTES
  for (const [key, item] of Object.entries(map)) {
    bytes += textBytesMax(key) + bytesMaxOf(item, depth)
  }
  return bytes
}
