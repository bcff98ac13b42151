/** A segment that is being written: frames at its end, numbered by what they hold. */
import type { AppendFile, Disk } from '../../base/disk/index.ts'
import { encodeFrame, framedBytes } from './frame.ts'
import { encodeSegmentHeader, type SegmentHeader, segmentFile } from './layout.ts'
import { FRAME_BYTES, FRAME_RECORDS_MAX } from './limits.ts'

export interface Segment extends SegmentHeader {
  file: AppendFile
  /** The number of the next record. */
  records: number
}

/** A new one, in place of any that a crash has left under its name. Not synced. */
export async function createSegment(
  disk: Disk,
  folder: string,
  header: SegmentHeader,
): Promise<Segment> {
  const file = await disk.openAppend(`${folder}/${segmentFile(header.segment)}`)
  if (file.sizeBytes > 0) await file.truncate(0)
  await file.append(encodeSegmentHeader(header))
  return { ...header, file, records: 0 }
}

/** Does not sync. */
export async function appendFrame(segment: Segment, records: readonly Uint8Array[]): Promise<void> {
  await segment.file.append(nextFrame(segment, records))
  segment.records += records.length
}

/** It, and all that was appended before, survive power loss once this resolves. */
export async function appendSyncedFrame(
  segment: Segment,
  records: readonly Uint8Array[],
): Promise<void> {
  await segment.file.appendSynced(nextFrame(segment, records))
  segment.records += records.length
}

function nextFrame({ mark, file, records: firstRecord }: Segment, records: readonly Uint8Array[]) {
  return encodeFrame({ mark, offset: file.sizeBytes, firstRecord }, records)
}

/** Cut so that a frame has at most FRAME_BYTES, or one record. */
export function framesOf(records: readonly Uint8Array[]): Uint8Array[][] {
  const frames: Uint8Array[][] = []
  let frame: Uint8Array[] = []
  let sizeBytes = 0
  for (const record of records) {
    const full = sizeBytes + framedBytes(record) > FRAME_BYTES || frame.length === FRAME_RECORDS_MAX
    if (full && frame.length > 0) {
      frames.push(frame)
      frame = []
      sizeBytes = 0
    }
    frame.push(record)
    sizeBytes += framedBytes(record)
  }
  if (frame.length > 0) frames.push(frame)
  return frames
}
