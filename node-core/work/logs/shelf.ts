/**
 * The log of one instance on disk: files of bounded size, numbered in the order in which they were
 * written, of which only the last one grows.
 */
import type { AppendFile, Disk } from '../../base/disk/index.ts'
import { type LogRecord, parseRecords, pointsText, settledBytes } from './record.ts'

export interface ShelfBounds {
  segmentBytes: number
  bytesMax: number
}

export interface ShelfOptions extends ShelfBounds {
  /** More will be written: what a killed writer had not finished is cut off. */
  goesOn: boolean
}

/** A place in a log. */
export interface Cursor {
  segment: number
  offset: number
}

export interface Shelf {
  readonly bytes: number
  /** When its last line was written; empty where that is not known. */
  readonly lastAt: string
  /** How far the streams of the instance have been read. */
  readonly points: Readonly<Record<string, string>>
  /** Adds whole records, and how far they go. After a failure the next ones begin a new file. */
  append(text: string, points: Readonly<Record<string, string>>, at?: string): Promise<void>
  /** What an instance that begins anew has written so far: nothing. */
  forgetPoints(): void
  /** Records of the last file first, one array for each file, to be left when that is enough. */
  backwards(before?: Cursor): AsyncGenerator<LogRecord[]>
  /** What stands behind a place, and the next place. `skipped`: some of it is no longer kept. */
  from(cursor: Cursor): Promise<{ records: LogRecord[]; next: Cursor; skipped: boolean }>
  /** Behind everything that was appended. */
  end(): Cursor
  /** Removes the oldest file; false when only the one that grows is left. */
  shorten(): Promise<boolean>
  close(): Promise<void>
}

interface Segment {
  number: number
  bytes: number
  /** An append failed, and what it left could not be cut off: nothing is added behind it. */
  isTorn?: true
}

export async function openShelf(
  disk: Pick<Disk, 'list' | 'read' | 'size' | 'remove' | 'openAppend'>,
  folder: string,
  options: ShelfOptions,
): Promise<Shelf> {
  const segments: Segment[] = await found()
  let lastAt = ''
  let points: Record<string, string> = options.goesOn ? await recover() : {}
  let open: AppendFile | undefined
  let queue: Promise<unknown> = Promise.resolve()

  async function found(): Promise<Segment[]> {
    const names = (await disk.list(folder)).filter((name) => /^\d{8}\.log$/.test(name))
    const all = names.map(async (name) => ({
      number: Number(name.slice(0, 8)),
      bytes: (await disk.size(`${folder}/${name}`)) ?? 0,
    }))
    return Promise.all(all)
  }

  /** Cuts off what a killed writer had not finished. */
  async function recover(): Promise<Record<string, string>> {
    const last = segments.at(-1)
    if (!last) return {}
    const content = Buffer.from((await disk.read(pathOf(last.number))) ?? [])
    const settled = settledBytes(content)
    if (settled < content.length) {
      const file = await disk.openAppend(pathOf(last.number))
      await file.truncate(settled)
      await file.close()
    }
    last.bytes = settled
    const records = parseRecords(content.toString('utf8', 0, settled))
    const lastLine = records.findLast((one) => one.kind === 'line')
    if (lastLine?.kind === 'line') lastAt = lastLine.line.at
    // What was read of an earlier run says nothing of this one's output.
    const ofThisRun = records.slice(records.findLastIndex((one) => one.kind === 'run') + 1)
    return Object.assign({}, ...ofThisRun.map((one) => (one.kind === 'points' ? one.points : {})))
  }

  function pathOf(number: number): string {
    return `${folder}/${String(number).padStart(8, '0')}.log`
  }

  async function growing(): Promise<{ file: AppendFile; segment: Segment }> {
    const last = segments.at(-1)
    const hasRoom = last && !last.isTorn && last.bytes < options.segmentBytes
    if (hasRoom && open) return { file: open, segment: last }
    if (hasRoom && last.bytes > 0) {
      open = await disk.openAppend(pathOf(last.number))
      return { file: open, segment: last }
    }
    await open?.close()
    open = undefined
    const segment = { number: (last?.number ?? 0) + 1, bytes: 0 }
    open = await disk.openAppend(pathOf(segment.number))
    segments.push(segment)
    while (total() > options.bytesMax - options.segmentBytes && (await shorten()));
    return { file: open, segment }
  }

  async function shorten(): Promise<boolean> {
    const [oldest] = segments
    if (!oldest || segments.length < 2) return false
    segments.shift()
    await disk.remove(pathOf(oldest.number))
    return true
  }

  async function append(text: string, moved: Readonly<Record<string, string>>): Promise<void> {
    try {
      const { file, segment } = await growing()
      points = { ...points, ...moved }
      // The first of each file says it all, so that older files may be removed.
      const bytes = Buffer.from(text + pointsText(segment.bytes === 0 ? points : moved))
      await file.append(bytes)
      segment.bytes += bytes.length
    } catch (error) {
      await cutBack()
      throw error
    }
  }

  /** What a failed append wrote is not known. Without it the file goes on, and takes no room. */
  async function cutBack(): Promise<void> {
    const last = segments.at(-1)
    if (!open || !last) return
    try {
      await open.truncate(last.bytes)
    } catch {
      await open.close().catch(() => {})
      open = undefined
      last.isTorn = true
      if (last.bytes === 0) await forget(last)
    }
  }

  /** Nothing is in it: a full disk would have one such for each attempt. */
  async function forget(segment: Segment): Promise<void> {
    const gone = disk.remove(pathOf(segment.number)).then(
      () => true,
      () => false,
    )
    if (await gone) segments.splice(segments.indexOf(segment), 1)
  }

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = queue.then(task)
    queue = done.catch(() => {})
    return done
  }

  const total = (): number => segments.reduce((sum, { bytes }) => sum + bytes, 0)

  function content(segment: Segment, from: number, to?: number): Promise<Buffer> {
    return inTurn(async () => {
      // Whoever follows asks for the little that is new.
      if (open && segment === segments.at(-1)) {
        return Buffer.from(await open.read(from, Math.max(0, (to ?? segment.bytes) - from)))
      }
      const bytes = Buffer.from((await disk.read(pathOf(segment.number))) ?? [])
      return bytes.subarray(from, to ?? segment.bytes)
    })
  }

  return {
    get bytes() {
      return total()
    },
    get lastAt() {
      return lastAt
    },
    get points() {
      return points
    },
    append: (text, moved, at = lastAt) =>
      inTurn(async () => {
        await append(text, moved)
        lastAt = at > lastAt ? at : lastAt
      }),
    forgetPoints() {
      points = {}
    },
    async *backwards(before) {
      for (const segment of segments.toReversed()) {
        if (before && segment.number > before.segment) continue
        const to = before?.segment === segment.number ? before.offset : undefined
        yield parseRecords((await content(segment, 0, to)).toString('utf8'))
      }
    },
    async from({ segment: number, offset }) {
      const at = segments.find((one) => one.number >= number)
      if (!at) return { records: [], next: { segment: number, offset }, skipped: false }
      const start = at.number === number ? offset : 0
      const end = at.bytes
      const bytes = start < end ? await content(at, start) : Buffer.alloc(0)
      const read = bytes.lastIndexOf(0x0a) + 1
      const later = segments.find((one) => one.number > at.number)
      const next = { segment: at.number, offset: start + read }
      return {
        records: parseRecords(bytes.toString('utf8', 0, read)),
        next: later && read === 0 ? { segment: later.number, offset: 0 } : next,
        skipped: at.number > number && number > 0 && segments[0] === at,
      }
    },
    end() {
      const last = segments.at(-1)
      return { segment: last?.number ?? 0, offset: last?.bytes ?? 0 }
    },
    shorten: () => inTurn(shorten),
    close: () =>
      inTurn(async () => {
        await open?.close()
        open = undefined
      }),
  }
}
