/**
 * A vote's message, read from its only encoding (docs/adr/0008): four in five messages are votes, and
 * the codec decodes, proves the form by writing it again, and tries a shape. Here the form is compared
 * byte by byte. What is not of it is for the codec to judge, which stays the one rule.
 */
import { SEQUENCE_MAX } from './limits.ts'
import { type BlockDigest, type Epoch, toHex, type View } from './numbering.ts'
import { authorOf, type Vote, type VoteKind } from './vote.ts'

/** Undefined for what is not exactly a vote's message. */
export function readVoteMessage(bytes: Uint8Array): Vote | undefined {
  const head = HEADS.find(({ start }) => startsWith(bytes, start))
  if (!head) return undefined
  const epoch = readNumber(bytes, head.start.length)
  const view = epoch && readNumber(bytes, epoch.end)
  if (!view || view.value === 0) return undefined
  const digest =
    head.kind === 'nullify' ? readNull(bytes, view.end) : readBytes(bytes, view.end, 32)
  const key = digest && readBytes(bytes, digest.end, 32)
  const signature = key && readBytes(bytes, key.end, 64)
  if (!signature || signature.end !== bytes.byteLength) return undefined
  return {
    kind: head.kind,
    epoch: epoch.value as Epoch,
    view: view.value as View,
    digest: digest.value && (toHex(digest.value) as BlockDigest),
    author: authorOf(key.value),
    key: key.value,
    signature: signature.value,
  }
}

/** A list of version 1, `vote` and the vote, which is a list of six that begins with its kind. */
const HEADS = (['notarise', 'nullify', 'finalise'] as const satisfies VoteKind[]).map((kind) => ({
  kind,
  start: Buffer.from([0x83, 1, ...text('vote'), 0x86, ...text(kind)]),
}))

function text(word: string): number[] {
  return [0x60 + word.length, ...Buffer.from(word)]
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let at = 0; at < start.length; at++) if (bytes[at] !== start[at]) return false
  return true
}

interface Read<Value> {
  value: Value
  end: number
}

/** In as few bytes as it needs (RFC 8949 §4.2.1). */
function readNumber(bytes: Uint8Array, at: number): Read<number> | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 24) return { value: first, end: at + 1 }
  const wide = WIDTHS.get(first)
  if (!wide || at + 1 + wide.length > bytes.byteLength) return undefined
  let value = 0
  for (let byte = 0; byte < wide.length; byte++) value = value * 256 + (bytes[at + 1 + byte] ?? 0)
  if (value < wide.least || value > SEQUENCE_MAX) return undefined
  return { value, end: at + 1 + wide.length }
}

const WIDTHS = new Map([
  [0x18, { length: 1, least: 24 }],
  [0x19, { length: 2, least: 2 ** 8 }],
  [0x1a, { length: 4, least: 2 ** 16 }],
  [0x1b, { length: 8, least: 2 ** 32 }],
])

/** Byte strings of 24 to 255 bytes say their length in one byte. A copy. */
function readBytes(bytes: Uint8Array, at: number, length: number): Read<Uint8Array> | undefined {
  const end = at + 2 + length
  if (bytes[at] !== 0x58 || bytes[at + 1] !== length || end > bytes.byteLength) return undefined
  return { value: Uint8Array.from(bytes.subarray(at + 2, end)), end }
}

function readNull(bytes: Uint8Array, at: number): Read<undefined> | undefined {
  return bytes[at] === 0xf6 ? { value: undefined, end: at + 1 } : undefined
}
