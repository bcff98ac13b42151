/**
 * Reads DAG-CBOR in its one form, and refuses every other on the bytes themselves: lengths and
 * numbers in more bytes than they need, keys out of order or twice, floating point, tags, texts that
 * are not UTF-8. So that what was read, written again, gives the same bytes.
 */

import type { Plain } from './index.ts'
import { DEPTH_MAX } from './limits.ts'

/** Throws whatever it likes for bytes that are not of that form. Byte strings are copies. */
export function read(bytes: Uint8Array): Plain {
  // A Buffer's `slice` would be no copy.
  source = Buffer.isBuffer(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : bytes
  at = 0
  try {
    const value = readValue(0)
    if (at !== bytes.byteLength) throw malformed('Something follows the value.')
    return value
  } finally {
    source = NOTHING
    view = undefined
  }
}

const NOTHING = new Uint8Array(0)

/** What is read, and where; nothing in here awaits. */
let source: Uint8Array = NOTHING
/** The same bytes, once a text is read that is not short. */
let view: Buffer | undefined
let at = 0

function readValue(depth: number): Plain {
  const head = nextByte()
  switch (head >> 5) {
    case 0:
      return readArgument(head)
    case 1: {
      const value = -1 - readArgument(head)
      if (!Number.isSafeInteger(value)) throw malformed('An integer over the safe ones.')
      return value
    }
    case 2: {
      const start = advance(readArgument(head))
      return source.slice(start, at)
    }
    case 3:
      return readText(readArgument(head))
    case 4:
      return readList(readArgument(head), deeper(depth))
    case 5:
      return readMap(readArgument(head), deeper(depth))
    default:
      return readSimple(head)
  }
}

function readSimple(head: number): boolean | null {
  switch (head) {
    case 0xf4:
      return false
    case 0xf5:
      return true
    case 0xf6:
      return null
    default:
      throw malformed('A tag, a float, or a simple value.')
  }
}

function deeper(depth: number): number {
  if (depth >= DEPTH_MAX) throw malformed('Nested too deep.')
  return depth + 1
}

function readList(length: number, depth: number): Plain[] {
  // No room is made ahead for what may never come.
  const list: Plain[] = []
  for (let count = 0; count < length; count++) list.push(readValue(depth))
  return list
}

function readMap(length: number, depth: number): { [key: string]: Plain } {
  const map: { [key: string]: Plain } = {}
  let previous = at
  let previousEnd = at
  for (let count = 0; count < length; count++) {
    const head = nextByte()
    if (head >> 5 !== 3) throw malformed('A key that is no text.')
    const key = readText(readArgument(head))
    const start = textStart
    if (count > 0 && !isAfter(start, at, previous, previousEnd))
      throw malformed('Keys in disorder.')
    previous = start
    previousEnd = at
    const value = readValue(depth)
    // Mere assignment would set an object's prototype.
    if (key === '__proto__') {
      Object.defineProperty(map, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    } else map[key] = value
  }
  return map
}

/** By length of their bytes, then by their bytes. */
function isAfter(start: number, end: number, otherStart: number, otherEnd: number): boolean {
  const difference = end - start - (otherEnd - otherStart)
  if (difference !== 0) return difference > 0
  for (let index = 0; index < end - start; index++) {
    const byte = (source[start + index] ?? 0) - (source[otherStart + index] ?? 0)
    if (byte !== 0) return byte > 0
  }
  return false
}

/** Where the last text began. */
let textStart = 0

function readText(length: number): string {
  const start = advance(length)
  textStart = start
  for (let index = start; index < at; index++) {
    if ((source[index] ?? 0) > 0x7f) return UTF8.decode(source.subarray(start, at))
  }
  if (length > SHORT) {
    view ??= Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    return view.toString('latin1', start, at)
  }
  let text = ''
  for (let index = start; index < at; index++) text += String.fromCharCode(source[index] ?? 0)
  return text
}

/** Up to here a loop over the letters is quicker than the call that reads them. */
const SHORT = 10
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function nextByte(): number {
  const byte = source[at]
  if (byte === undefined) throw malformed('Cut short.')
  at++
  return byte
}

/** Where the next so many bytes begin. */
function advance(length: number): number {
  const start = at
  if (length > source.byteLength - start) throw malformed('Cut short.')
  at += length
  return start
}

function readArgument(head: number): number {
  const short = head & 0x1f
  if (short < 24) return short
  switch (short) {
    case 24:
      return notBelow(24, nextByte())
    case 25:
      return notBelow(0x100, readBigEndian(2))
    case 26:
      return notBelow(0x1_0000, readBigEndian(4))
    case 27: {
      const value = readBigEndian(4) * 0x1_0000_0000 + readBigEndian(4)
      if (!Number.isSafeInteger(value)) throw malformed('An integer over the safe ones.')
      return notBelow(0x1_0000_0000, value)
    }
    default:
      throw malformed('No stated length.')
  }
}

function readBigEndian(bytes: number): number {
  let value = 0
  for (let count = 0; count < bytes; count++) value = value * 0x100 + nextByte()
  return value
}

function notBelow(least: number, value: number): number {
  if (value < least) throw malformed('A number in more bytes than it needs.')
  return value
}

function malformed(message: string): Error {
  return new Error(message)
}
