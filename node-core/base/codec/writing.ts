/**
 * Plain values as DAG-CBOR (RFC 8949, in the form that https://ipld.io/specs/codecs/dag-cbor names):
 * every head in its fewest bytes, the keys of a map by their length and then by their bytes. By hand,
 * since all that is signed, hashed, sent or kept is written here, and what is read is written again to
 * prove its form (docs/adr/0049). `library.test.ts` holds it to the library, byte for byte.
 */
import { DEPTH_MAX, SCRATCH_BYTES } from './limits.ts'

/** The first three bits of a head (RFC 8949 §3.1), and the whole of what has no more than a head. */
const UNSIGNED = 0 << 5
const NEGATIVE = 1 << 5
const BYTES = 2 << 5
const TEXT = 3 << 5
const ARRAY = 4 << 5
const MAP = 5 << 5
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6

/** The longest head: its kind, and a number of eight bytes. */
const HEAD_BYTES_MAX = 9
/** Up to so many characters a loop over them takes less time than a call of the encoder. */
const LOOP_LENGTH_MAX = 48
/** Up to so many keys are sorted by moving each to its place. */
const FEW_KEYS = 12

const ENCODER = new TextEncoder()

/** Written to by one call at a time, from its start, and copied from at its end. */
let scratch = new Uint8Array(SCRATCH_BYTES)
let at = 0

/** Undefined for what is not `Plain`. */
export function write(value: unknown): Uint8Array | undefined {
  at = 0
  const isWritten = item(value, 0)
  const bytes = isWritten ? scratch.slice(0, at) : undefined
  // What one large value needed is not kept for all the small ones.
  if (scratch.byteLength > SCRATCH_BYTES) scratch = new Uint8Array(SCRATCH_BYTES)
  return bytes
}

function item(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'number':
      return integer(value)
    case 'string':
      return text(value)
    case 'boolean':
      return simple(value ? TRUE : FALSE)
    case 'object':
      if (value === null) return simple(NULL)
      if (value instanceof Uint8Array) return bytes(value)
      if (depth === DEPTH_MAX) return false
      return Array.isArray(value) ? list(value, depth + 1) : map(value, depth + 1)
    default:
      return false
  }
}

function room(bytes: number): void {
  if (at + bytes <= scratch.byteLength) return
  const larger = new Uint8Array(Math.max(2 * scratch.byteLength, at + bytes))
  larger.set(scratch.subarray(0, at))
  scratch = larger
}

function head(kind: number, count: number): void {
  room(HEAD_BYTES_MAX)
  if (count < 24) scratch[at++] = kind | count
  else if (count < 0x1_00) {
    scratch[at++] = kind | 24
    scratch[at++] = count
  } else if (count < 0x1_00_00) {
    scratch[at++] = kind | 25
    number(count, 2)
  } else if (count < 0x1_00_00_00_00) {
    scratch[at++] = kind | 26
    number(count, 4)
  } else {
    scratch[at++] = kind | 27
    number(Math.floor(count / 0x1_00_00_00_00), 4)
    number(count >>> 0, 4)
  }
}

/** Big-endian. */
function number(value: number, bytes: 2 | 4): void {
  if (bytes === 4) {
    scratch[at++] = value >>> 24
    scratch[at++] = value >>> 16
  }
  scratch[at++] = value >>> 8
  scratch[at++] = value
}

function simple(byte: number): true {
  room(1)
  scratch[at++] = byte
  return true
}

function integer(value: number): boolean {
  if (!Number.isSafeInteger(value)) return false
  if (value >= 0) head(UNSIGNED, value)
  else head(NEGATIVE, -1 - value)
  return true
}

function bytes(value: Uint8Array): true {
  head(BYTES, value.byteLength)
  room(value.byteLength)
  scratch.set(value, at)
  at += value.byteLength
  return true
}

function text(value: string): boolean {
  return shortText(value) || otherText(value)
}

/** Most are short and ASCII, where a loop takes less than a call. Writes nothing where this one is not. */
function shortText(value: string): boolean {
  const { length } = value
  if (length > LOOP_LENGTH_MAX) return false
  const start = at
  head(TEXT, length)
  room(length)
  for (let place = 0; place < length; place++) {
    const unit = value.charCodeAt(place)
    if (unit > 0x7f) {
      at = start
      return false
    }
    scratch[at + place] = unit
  }
  at += length
  return true
}

function otherText(value: string): boolean {
  // A lone surrogate has no UTF-8 form.
  if (!value.isWellFormed()) return false
  const encoded = ENCODER.encode(value)
  head(TEXT, encoded.byteLength)
  room(encoded.byteLength)
  scratch.set(encoded, at)
  at += encoded.byteLength
  return true
}

function list(value: readonly unknown[], depth: number): boolean {
  const { length } = value
  head(ARRAY, length)
  // The holes of a sparse array are not plain.
  for (let place = 0; place < length; place++) if (!item(value[place], depth)) return false
  return true
}

function map(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  const keys = inOrder(Object.keys(value))
  head(MAP, keys.length)
  for (const key of keys) {
    if (!text(key) || !item(Reflect.get(value, key), depth)) return false
  }
  return true
}

/** By their bytes' number, then by the bytes (RFC 7049 §3.9). */
function inOrder(keys: string[]): string[] {
  if (!keys.every(isAscii)) return keys.sort(byBytes)
  if (keys.length > FEW_KEYS) return keys.sort(byCharacters)
  for (let place = 1; place < keys.length; place++) {
    const key = keys[place] ?? ''
    let to = place
    for (; to > 0 && byCharacters(keys[to - 1] ?? '', key) > 0; to--) keys[to] = keys[to - 1] ?? ''
    keys[to] = key
  }
  return keys
}

function isAscii(text: string): boolean {
  for (let place = 0; place < text.length; place++) if (text.charCodeAt(place) > 0x7f) return false
  return true
}

function byCharacters(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1)
}

function byBytes(left: string, right: string): number {
  const [one, other] = [ENCODER.encode(left), ENCODER.encode(right)]
  return one.byteLength - other.byteLength || Buffer.compare(one, other)
}
