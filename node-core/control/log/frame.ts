/**
 * A frame: the records that one sync makes durable. Its header says where it stands and what it holds
 * under a checksum of its own, so that a reader can tell a frame whose body is bad from no frame.
 *
 *     0  mark       8   random, the segment's own: bytes of another segment or of a record never pass
 *     8  header sum 16  SHA-256, cut, of mark and of everything after this field
 *    24  body sum   16  SHA-256, cut, of the body
 *    40  offset     8   of this header in the segment
 *    48  record     8   number of the first record, from 0 in each segment
 *    56  body bytes 4
 *    60  records    4   in the body, each as its length (4 bytes) and its bytes
 *
 * Numbers are big-endian. A frame without records is the mark of an orderly end.
 */
import { createHash } from 'node:crypto'
import { RECORD_BYTES_MAX } from './limits.ts'

export const MARK_BYTES = 8
export const FRAME_HEADER_BYTES = 64
const SUM_BYTES = 16
const LENGTH_BYTES = 4
const BODY_BYTES_MAX = RECORD_BYTES_MAX + LENGTH_BYTES

export interface FrameHeader {
  offset: number
  firstRecord: number
  bodyBytes: number
  records: number
  bodySum: Uint8Array
}

export interface FramePlace {
  mark: Uint8Array
  offset: number
  firstRecord: number
}

/** What a record takes up in a frame. */
export const framedBytes = (record: Uint8Array): number => LENGTH_BYTES + record.byteLength

export function encodeFrame(place: FramePlace, records: readonly Uint8Array[]): Uint8Array {
  const bodyBytes = records.reduce((sum, record) => sum + framedBytes(record), 0)
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + bodyBytes)
  let at = FRAME_HEADER_BYTES
  for (const record of records) {
    frame.writeUInt32BE(record.byteLength, at)
    frame.set(record, at + LENGTH_BYTES)
    at += framedBytes(record)
  }
  frame.set(place.mark, 0)
  frame.set(sumOf(frame.subarray(FRAME_HEADER_BYTES)), 24)
  frame.writeBigUInt64BE(BigInt(place.offset), 40)
  frame.writeBigUInt64BE(BigInt(place.firstRecord), 48)
  frame.writeUInt32BE(bodyBytes, 56)
  frame.writeUInt32BE(records.length, 60)
  frame.set(headerSumOf(frame), 8)
  return frame
}

/**
 * The header at the start of `bytes`, if it is one that this segment's writer wrote for `offset`:
 * a copy of a frame in another place is none.
 */
export function parseFrameHeader(
  bytes: Uint8Array,
  mark: Uint8Array,
  offset: number,
): FrameHeader | undefined {
  if (bytes.byteLength < FRAME_HEADER_BYTES) return undefined
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES)
  if (!header.subarray(0, MARK_BYTES).equals(mark)) return undefined
  if (!header.subarray(8, 8 + SUM_BYTES).equals(headerSumOf(header))) return undefined
  const parsed = {
    offset: Number(header.readBigUInt64BE(40)),
    firstRecord: Number(header.readBigUInt64BE(48)),
    bodyBytes: header.readUInt32BE(56),
    records: header.readUInt32BE(60),
    bodySum: header.subarray(24, 24 + SUM_BYTES),
  }
  return parsed.offset === offset && parsed.bodyBytes <= BODY_BYTES_MAX ? parsed : undefined
}

/** The records of a frame whose body is `body`, or undefined if it is not. */
export function parseFrameBody(header: FrameHeader, body: Uint8Array): Uint8Array[] | undefined {
  if (body.byteLength !== header.bodyBytes || !sumOf(body).equals(header.bodySum)) return undefined
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const records: Uint8Array[] = []
  for (let at = 0; at < body.byteLength; ) {
    if (at + LENGTH_BYTES > body.byteLength) return undefined
    const end = at + LENGTH_BYTES + view.getUint32(at)
    if (end > body.byteLength) return undefined
    records.push(body.subarray(at + LENGTH_BYTES, end))
    at = end
  }
  return records.length === header.records ? records : undefined
}

/** 128 bits: enough that nobody finds, and chance does not make, other bytes with the same sum. */
export function sumOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest().subarray(0, SUM_BYTES)
}

function headerSumOf(header: Buffer): Buffer {
  return sumOf(header.subarray(0, MARK_BYTES), header.subarray(24, FRAME_HEADER_BYTES))
}
