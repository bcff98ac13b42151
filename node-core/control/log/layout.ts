/**
 * The files of a log: one segment with the records, and `current`, which names it. Both begin with
 * what they are and in which version, and end their fixed part with a checksum.
 *
 *     current      `MYCLOGC1`  segment 8  sealed bytes 8  sum 16
 *     segment-<n>  `MYCLOGS1`  segment 8  mark 8          sum 16   then frames
 */
import { FRAME_HEADER_BYTES, MARK_BYTES, sumOf } from './frame.ts'

export const CURRENT_FILE = 'current'
export const segmentFile = (segment: number): string => `segment-${segment}`
/** Below 0 for any other file. */
export const segmentOf = (name: string): number => Number(/^segment-(\d+)$/.exec(name)?.[1] ?? -1)

const KIND_BYTES = 7
const FIXED_BYTES = 24
export const SEGMENT_HEADER_BYTES = FIXED_BYTES + 16
const CURRENT_KIND = 'MYCLOGC'
const SEGMENT_KIND = 'MYCLOGS'
const VERSION = '1'

export interface Current {
  segment: number
  /** What was synced before this segment became the current one: bad bytes there are damage. */
  sealedBytes: number
}

export interface SegmentHeader {
  segment: number
  mark: Uint8Array
}

export type Parsed<T> = { value: T } | { bad: 'damaged' | 'version' }

export function encodeCurrent({ segment, sealedBytes }: Current): Uint8Array {
  const rest = Buffer.alloc(8)
  rest.writeBigUInt64BE(BigInt(sealedBytes))
  return encode(CURRENT_KIND, segment, rest)
}

export function parseCurrent(bytes: Uint8Array): Parsed<Current> {
  const parsed = parse(CURRENT_KIND, bytes)
  if ('bad' in parsed) return parsed
  const { segment, rest } = parsed.value
  return { value: { segment, sealedBytes: Number(rest.readBigUInt64BE()) } }
}

export function encodeSegmentHeader({ segment, mark }: SegmentHeader): Uint8Array {
  return encode(SEGMENT_KIND, segment, mark)
}

/** `segment` is the one that `current` names: another one's file in its place is damage. */
export function parseSegmentHeader(bytes: Uint8Array, segment: number): Parsed<SegmentHeader> {
  const parsed = parse(SEGMENT_KIND, bytes)
  if ('bad' in parsed) return parsed
  if (parsed.value.segment !== segment) return { bad: 'damaged' }
  return { value: { segment, mark: parsed.value.rest.subarray(0, MARK_BYTES) } }
}

/** Where the next whole header could begin at or after `from`: the mark is how one is found. */
export function nextMark(bytes: Uint8Array, mark: Uint8Array, from: number): number | undefined {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(mark, from)
  return at < 0 || at + FRAME_HEADER_BYTES > bytes.byteLength ? undefined : at
}

function encode(kind: string, segment: number, rest: Uint8Array): Uint8Array {
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.write(kind + VERSION, 'latin1')
  fixed.writeBigUInt64BE(BigInt(segment), KIND_BYTES + 1)
  fixed.set(rest, KIND_BYTES + 9)
  return Buffer.concat([fixed, sumOf(fixed)])
}

function parse(kind: string, bytes: Uint8Array): Parsed<{ segment: number; rest: Buffer }> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isKind = all.toString('latin1', 0, KIND_BYTES) === kind
  // The version stands before the sum, which a later version may form otherwise.
  if (isKind && all.toString('latin1', KIND_BYTES, KIND_BYTES + 1) > VERSION)
    return { bad: 'version' }
  if (!isKind || all.byteLength !== SEGMENT_HEADER_BYTES) return { bad: 'damaged' }
  const fixed = all.subarray(0, FIXED_BYTES)
  if (!all.subarray(FIXED_BYTES).equals(sumOf(fixed))) return { bad: 'damaged' }
  const segment = Number(all.readBigUInt64BE(KIND_BYTES + 1))
  return { value: { segment, rest: all.subarray(KIND_BYTES + 9, FIXED_BYTES) } }
}
