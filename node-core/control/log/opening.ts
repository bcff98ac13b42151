/** Finds the segment in force, reads it, and makes what was read true before anybody acts on it. */
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Random } from '../../base/random/index.ts'
import { MARK_BYTES } from './frame.ts'
import type { LogDamage, LogErrorCode, OpenedLog } from './index.ts'
import {
  CURRENT_FILE,
  type Current,
  encodeCurrent,
  type Parsed,
  parseCurrent,
  parseSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentFile,
  segmentOf,
} from './layout.ts'
import { type Scan, scanSegment } from './scan.ts'
import { createSegment, type Segment } from './segment.ts'

export interface OpenedSegment extends OpenedLog {
  segment: Segment
  /** The last frame is the mark of an orderly end. */
  ended: boolean
}

export async function openSegment(
  disk: Disk,
  random: Random,
  folder: string,
): Promise<OpenedSegment> {
  const names = (await disk.list(folder)).filter((name) => segmentOf(name) >= 0)
  const bytes = await disk.read(`${folder}/${CURRENT_FILE}`)
  if (!bytes) return begin(disk, random, folder, names)
  const current = checked(CURRENT_FILE, parseCurrent(bytes))
  if (!names.includes(segmentFile(current.segment))) throw damaged(segmentFile(current.segment))
  await removeOthers(disk, folder, names, current)
  return resume(disk, folder, current)
}

/** `current` is written before the first record is: without it there can be none. */
async function begin(
  disk: Disk,
  random: Random,
  folder: string,
  names: readonly string[],
): Promise<OpenedSegment> {
  const first = segmentFile(1)
  if (names.some((name) => name !== first)) throw damaged(CURRENT_FILE)
  const sizeBytes = (await disk.size(`${folder}/${first}`)) ?? 0
  if (sizeBytes > SEGMENT_HEADER_BYTES) throw damaged(CURRENT_FILE)
  const header = { segment: 1, mark: random.bytes(MARK_BYTES) }
  const segment = await createSegment(disk, folder, header)
  await makeCurrent(disk, folder, segment)
  return { segment, records: [], cut: undefined, ended: false }
}

/** Everything in the segment is synced, then it becomes the one in force. */
export async function makeCurrent(disk: Disk, folder: string, segment: Segment): Promise<void> {
  await segment.file.sync()
  const current = { segment: segment.segment, sealedBytes: segment.file.sizeBytes }
  await disk.writeAtomic(`${folder}/${CURRENT_FILE}`, encodeCurrent(current))
}

async function removeOthers(
  disk: Disk,
  folder: string,
  names: readonly string[],
  current: Current,
): Promise<void> {
  // No `current` that power loss may bring back knows these. They go first: a compaction that found the
  // disk full may have left one that fills it.
  const isAbove = (name: string) => segmentOf(name) > current.segment
  for (const name of names.filter(isAbove)) await disk.remove(`${folder}/${name}`)
  const others = names.filter((name) => segmentOf(name) < current.segment)
  if (others.length === 0) return
  // A process that was killed may have left a `current` that is seen and not yet on the disk. Until it
  // is, one of the others may be what power loss brings back.
  await disk.writeAtomic(`${folder}/${CURRENT_FILE}`, encodeCurrent(current))
  for (const name of others) await disk.remove(`${folder}/${name}`)
}

async function resume(disk: Disk, folder: string, current: Current): Promise<OpenedSegment> {
  const name = segmentFile(current.segment)
  const file = await disk.openAppend(`${folder}/${name}`)
  try {
    const bytes = await file.read(0, SEGMENT_HEADER_BYTES)
    const header = checked(name, parseSegmentHeader(bytes, current.segment))
    const scan = await scanSegment(file, header, current.sealedBytes)
    if (scan.damage) throw damagedAt(scan.damage)
    const cutBytes = file.sizeBytes - scan.end
    // Before anything is written: what stood there must never pass for a part of the log again.
    if (cutBytes > 0) await file.truncate(scan.end)
    // A process that was killed, or whose sync failed, has left a frame that is seen and may not be on
    // the disk. Only the last can be: whoever acts on it must be able to rely on it.
    const { lastFrame } = scan
    if (lastFrame && scan.end > current.sealedBytes) await file.refresh(lastFrame.offset)
    return opened({ ...header, file, records: scan.records.length }, scan, cutBytes)
  } catch (error) {
    await file.close()
    throw error
  }
}

function opened(segment: Segment, scan: Scan, cutBytes: number): OpenedSegment {
  return {
    segment,
    records: scan.records,
    cut: cutBytes > 0 ? { bytes: cutBytes } : undefined,
    ended: scan.lastFrame?.records === 0,
  }
}

function checked<T>(file: string, parsed: Parsed<T>): T {
  if ('value' in parsed) return parsed.value
  if (parsed.bad === 'damaged') throw damaged(file)
  throw new MyceliumError<LogErrorCode>('LOG_VERSION_UNKNOWN', 'A later release wrote the log.', {
    details: { file },
  })
}

/** A file that says nothing any more. */
function damaged(file: string): MyceliumError<LogErrorCode> {
  const nothing = { nextRecord: undefined, damagedBytes: undefined }
  return damagedAt({ file, offset: 0, recordsGood: 0, ...nothing })
}

function damagedAt(details: LogDamage): MyceliumError<LogErrorCode, LogDamage> {
  const { file, offset, recordsGood, nextRecord } = details
  const after = nextRecord === undefined ? 'none' : `record ${nextRecord} on`
  const message =
    `The log is damaged: ${file}, byte ${offset}. Readable before it: ${recordsGood} records; ` +
    `after it: ${after}.`
  return new MyceliumError('LOG_DAMAGED', message, { details })
}
