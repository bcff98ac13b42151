/**
 * The one reading of DAG-CBOR in the form that `writing.ts` writes, and in no other: what `read` takes,
 * `write` would have written byte for byte. So nothing needs to be written again to prove it.
 */
import type { Plain } from './index.ts'
import { ARRAY, BYTES, FALSE, MAP, NEGATIVE, NULL, TEXT, TRUE, UNSIGNED } from './kinds.ts'
import { DEPTH_MAX } from './limits.ts'
import { textOf } from './text.ts'

/** Undefined for bytes that are not one value in its only form. */
export function read(bytes: Uint8Array): Plain | undefined {
  const reader = new Reader(bytes)
  const value = reader.item(0)
  return reader.isAtEnd ? value : undefined
}

/** What a head says that cannot be: no count is negative. */
const BAD = -1

class Reader {
  readonly #bytes: Uint8Array
  /** The same bytes. */
  readonly #buffer: Buffer
  #at = 0

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = new Uint8Array(buffer, byteOffset, byteLength)
    this.#buffer = Buffer.from(buffer, byteOffset, byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.byteLength
  }

  item(depth: number): Plain | undefined {
    const first = this.#bytes[this.#at]
    if (first === undefined) return undefined
    this.#at++
    if (first === NULL) return null
    if (first === TRUE) return true
    if (first === FALSE) return false
    const count = this.#count(first & 0x1f)
    if (count === BAD) return undefined
    switch (first & 0xe0) {
      case UNSIGNED:
        return count
      case NEGATIVE:
        return count < Number.MAX_SAFE_INTEGER ? -1 - count : undefined
      case BYTES:
        return this.#copy(count)
      case TEXT:
        return this.#text(count)
      case ARRAY:
        return depth < DEPTH_MAX ? this.#list(count, depth + 1) : undefined
      case MAP:
        return depth < DEPTH_MAX ? this.#map(count, depth + 1) : undefined
      default:
        // Tags, floats, and values that say nothing here.
        return undefined
    }
  }

  /** In its fewest bytes, and no more than a safe integer. */
  #count(short: number): number {
    if (short < 24) return short
    switch (short) {
      case 24:
        return atLeast(24, this.#number(1))
      case 25:
        return atLeast(0x1_00, this.#number(2))
      case 26:
        return atLeast(0x1_00_00, this.#number(4))
      case 27: {
        const high = this.#number(4)
        const low = this.#number(4)
        const isSafe = high > 0 && high < 0x20_00_00 && low !== BAD
        return isSafe ? high * 0x1_00_00_00_00 + low : BAD
      }
      default:
        return BAD
    }
  }

  /** Big-endian. */
  #number(length: number): number {
    const end = this.#at + length
    if (end > this.#bytes.byteLength) return BAD
    let value = 0
    while (this.#at < end) value = value * 0x1_00 + (this.#bytes[this.#at++] ?? 0)
    return value
  }

  #copy(count: number): Uint8Array | undefined {
    const start = this.#at
    const end = start + count
    if (end > this.#bytes.byteLength) return undefined
    this.#at = end
    return this.#bytes.slice(start, end)
  }

  #text(count: number): string | undefined {
    const start = this.#at
    const end = start + count
    if (end > this.#bytes.byteLength) return undefined
    this.#at = end
    for (let at = start; at < end; at++) {
      if ((this.#bytes[at] ?? 0) > 0x7f) return textOf(this.#bytes.subarray(start, end))
    }
    return this.#buffer.toString('latin1', start, end)
  }

  #list(count: number, depth: number): Plain[] | undefined {
    // Each item is a byte at least: what is announced is not room that is made.
    if (count > this.#bytes.byteLength - this.#at) return undefined
    const list: Plain[] = []
    for (let left = count; left > 0; left--) {
      const item = this.item(depth)
      if (item === undefined) return undefined
      list.push(item)
    }
    return list
  }

  #map(count: number, depth: number): { [key: string]: Plain } | undefined {
    const map: { [key: string]: Plain } = {}
    let before: Place | undefined
    for (let left = count; left > 0; left--) {
      const start = this.#at
      const isText = ((this.#bytes[start] ?? 0) & 0xe0) === TEXT
      const key = isText ? this.item(depth) : undefined
      if (typeof key !== 'string') return undefined
      // With their heads, keys are in order of length and bytes, each above the one before.
      const place = { start, end: this.#at }
      if (before && !this.#isBelow(before, place)) return undefined
      before = place
      const value = this.item(depth)
      if (value === undefined) return undefined
      if (key === '__proto__') Object.defineProperty(map, key, { ...OWN, value })
      else map[key] = value
    }
    return map
  }

  #isBelow(left: Place, right: Place): boolean {
    const length = left.end - left.start
    const other = right.end - right.start
    if (length !== other) return length < other
    for (let at = 0; at < length; at++) {
      const one = this.#bytes[left.start + at] ?? 0
      const two = this.#bytes[right.start + at] ?? 0
      if (one !== two) return one < two
    }
    return false
  }
}

interface Place {
  start: number
  end: number
}

const OWN = { enumerable: true, configurable: true, writable: true }

function atLeast(least: number, count: number): number {
  return count >= least ? count : BAD
}
