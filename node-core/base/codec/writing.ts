/**
 * Writes the one form of a value: DAG-CBOR (RFC 8949 §4.2.1 with the keys of maps by length first,
 * as RFC 7049 §3.9). One pass checks and writes, since most of what a busy node does is to encode.
 */

import { assert } from '../errors/index.ts'
import { DEPTH_MAX, SCRATCH_BYTES } from './limits.ts'
import { isPlainObject } from './plain.ts'

/** Undefined for what has no form: a fraction, undefined, a class, a broken text, too deep. */
export function write(value: unknown): Uint8Array | undefined {
  assert(!writing, 'A value that encodes while it is encoded.')
  writing = true
  at = 0
  try {
    return writeValue(value, 0) ? scratch.slice(0, at) : undefined
  } finally {
    writing = false
    // One large document does not keep its room for ever.
    if (scratch.byteLength > SCRATCH_BYTES) setScratch(SCRATCH_BYTES)
  }
}

/** Written to from the start each time; nothing in here awaits. */
let scratch = new Uint8Array(SCRATCH_BYTES)
let view = Buffer.from(scratch.buffer)
let at = 0
let writing = false

function setScratch(sizeBytes: number): void {
  scratch = new Uint8Array(sizeBytes)
  view = Buffer.from(scratch.buffer)
}

function reserve(moreBytes: number): void {
  if (at + moreBytes <= scratch.byteLength) return
  const before = scratch
  setScratch(Math.max(2 * before.byteLength, at + moreBytes))
  scratch.set(before.subarray(0, at))
}

function writeValue(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'number':
      if (!Number.isSafeInteger(value)) return false
      if (value < 0) writeHead(NEGATIVE, -1 - value)
      else writeHead(UNSIGNED, value)
      return true
    case 'string':
      return writeText(value)
    case 'boolean':
      writeByte(value ? TRUE : FALSE)
      return true
    case 'object':
      if (value === null) writeByte(NULL)
      else if (value instanceof Uint8Array) writeBytes(value)
      else return writeTree(value, depth + 1)
      return true
    default:
      return false
  }
}

function writeTree(value: object, depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (Array.isArray(value)) {
    writeHead(LIST, value.length)
    // Not `every`, which passes over the holes of a sparse array.
    for (const item of value) if (!writeValue(item, depth)) return false
    return true
  }
  if (!isPlainObject(value)) return false
  const entries = Object.entries(value)
  if (entries.length > 1) entries.sort(byKey)
  writeHead(MAP, entries.length)
  for (const [key, item] of entries) {
    if (!writeText(key) || !writeValue(item, depth)) return false
  }
  return true
}

/** By length of their bytes, then by their bytes. */
function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  if (isAscii(left) && isAscii(right)) {
    return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0)
  }
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.byteLength - other.byteLength || Buffer.compare(one, other)
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false
  return true
}

function writeByte(byte: number): void {
  reserve(1)
  scratch[at++] = byte
}

/** RFC 8949 §4.2.1: the shortest form that holds the number. */
function writeHead(major: number, argument: number): void {
  reserve(9)
  if (argument < 24) {
    scratch[at++] = major | argument
  } else if (argument < 0x100) {
    scratch[at++] = major | 24
    scratch[at++] = argument
  } else if (argument < 0x1_0000) {
    scratch[at++] = major | 25
    at = view.writeUInt16BE(argument, at)
  } else if (argument < 0x1_0000_0000) {
    scratch[at++] = major | 26
    at = view.writeUInt32BE(argument, at)
  } else {
    scratch[at++] = major | 27
    at = view.writeUInt32BE(Math.floor(argument / 0x1_0000_0000), at)
    at = view.writeUInt32BE(argument % 0x1_0000_0000, at)
  }
}

function writeBytes(bytes: Uint8Array): void {
  writeHead(BYTES, bytes.byteLength)
  reserve(bytes.byteLength)
  scratch.set(bytes, at)
  at += bytes.byteLength
}

/** A lone surrogate has no UTF-8 form. */
function writeText(text: string): boolean {
  if (text.length <= SHORT && isAscii(text)) {
    writeHead(TEXT, text.length)
    reserve(text.length)
    for (let index = 0; index < text.length; index++) scratch[at++] = text.charCodeAt(index)
    return true
  }
  if (!text.isWellFormed()) return false
  const length = Buffer.byteLength(text)
  writeHead(TEXT, length)
  reserve(length)
  at += view.write(text, at, length, 'utf8')
  return true
}

/** Up to here a loop over the letters is quicker than the call that writes them. */
const SHORT = 48

const UNSIGNED = 0x00
const NEGATIVE = 0x20
const BYTES = 0x40
const TEXT = 0x60
const LIST = 0x80
const MAP = 0xa0
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
