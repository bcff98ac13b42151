/** Reads a segment from its start, and says where and how it ends. */
import type { AppendFile } from '../../base/disk/index.ts'
import { FRAME_HEADER_BYTES, type FrameHeader, parseFrameBody, parseFrameHeader } from './frame.ts'
import type { LogDamage } from './index.ts'
import { nextMark, SEGMENT_HEADER_BYTES, type SegmentHeader, segmentFile } from './layout.ts'
import { READ_PIECE_BYTES } from './limits.ts'

export interface Scan {
  records: Uint8Array[]
  /** Where the last good frame ends. */
  end: number
  lastFrame: { offset: number; records: number } | undefined
  damage: LogDamage | undefined
}

/**
 * Nothing is written to a segment before what precedes it is synced (`record-log.ts`). So a frame's
 * header proves that all before it was on the disk: bad bytes with a header after them are damage.
 * Bad bytes that nothing follows are the one write that may have been cut short, unless they stand
 * where all was synced before the segment came into use (`sealedBytes`).
 */
export async function scanSegment(
  file: AppendFile,
  { segment, mark }: SegmentHeader,
  sealedBytes: number,
): Promise<Scan> {
  const read = createPieceReader(file)
  const records: Uint8Array[] = []
  let end = SEGMENT_HEADER_BYTES
  let lastFrame: Scan['lastFrame']
  for (;;) {
    const header = await headerAt(read, mark, end)
    if (!header || header.firstRecord !== records.length) break
    const body = await read(end + FRAME_HEADER_BYTES, header.bodyBytes)
    const found = parseFrameBody(header, body)
    if (!found) break
    for (const record of found) records.push(record)
    lastFrame = { offset: end, records: found.length }
    end += FRAME_HEADER_BYTES + header.bodyBytes
  }
  const whole = { records, end, lastFrame, damage: undefined }
  if (end === file.sizeBytes && end >= sealedBytes) return whole
  const next = await nextHeader(file, mark, end, records.length)
  if (!next && end >= sealedBytes) return whole
  return {
    ...whole,
    damage: {
      file: segmentFile(segment),
      offset: end,
      recordsGood: records.length,
      nextRecord: next?.firstRecord,
      damagedBytes: next && next.offset - end,
    },
  }
}

type Read = (offset: number, length: number) => Promise<Uint8Array>

async function headerAt(
  read: Read,
  mark: Uint8Array,
  offset: number,
): Promise<FrameHeader | undefined> {
  return parseFrameHeader(await read(offset, FRAME_HEADER_BYTES), mark, offset)
}

/**
 * The first header after the one that is to stand at `from`. One that stands at `from` itself counts
 * if it does not go on where the records before it end.
 */
async function nextHeader(
  file: AppendFile,
  mark: Uint8Array,
  from: number,
  recordsBefore: number,
): Promise<FrameHeader | undefined> {
  // Pieces overlap by a header, so that none is missed for standing across two.
  for (let at = from; at < file.sizeBytes; at += READ_PIECE_BYTES) {
    const piece = await file.read(at, READ_PIECE_BYTES + FRAME_HEADER_BYTES)
    for (
      let hit = nextMark(piece, mark, 0);
      hit !== undefined;
      hit = nextMark(piece, mark, hit + 1)
    ) {
      const header = parseFrameHeader(piece.subarray(hit), mark, at + hit)
      const expected = header?.offset === from && header.firstRecord === recordsBefore
      if (header && !expected) return header
    }
  }
  return undefined
}

/** Small frames come many to a piece; a large body is read as it is. */
function createPieceReader(file: AppendFile): Read {
  let start = 0
  let piece: Uint8Array = new Uint8Array()
  return async (offset, length) => {
    if (length > READ_PIECE_BYTES) return file.read(offset, length)
    if (offset < start || offset + length > start + piece.byteLength) {
      start = offset
      piece = await file.read(offset, READ_PIECE_BYTES)
    }
    return piece.subarray(offset - start, offset - start + length)
  }
}
