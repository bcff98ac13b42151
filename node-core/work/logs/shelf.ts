/**
 * The log of one instance on disk: files of bounded size, numbered in the order in which they were
 * written, of which only the last one grows. Each is also named by how many lines of the log stand
 * before it, so that a line has the same number for as long as it is kept.
 */
import type { AppendFile, Disk } from '../../base/disk/index.ts'
import { type LogRecord, linesIn, parseRecords, pointsText, settledBytes } from './record.ts'

export interface ShelfBounds {
  segmentBytes: number
  bytesMax: number
}

export interface ShelfOptions extends ShelfBounds {
  /** More will be written: what a killed writer had not finished is cut off. */
  goesOn: boolean
  /** Of a log that nothing is kept of yet: how many lines it had before. Default 0. */
  before?: number
}

/** A place in a log. */
export interface Cursor {
  segment: number
  offset: number
  /** How many lines of the log stand before it. */
  lines: number
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
  /** The place behind a line; where that is not kept the nearest to it, as its `lines` tell. */
  behind(line: number): Promise<Cursor>
  /** Behind everything that was appended; its `lines` only where the log goes on. */
  end(): Cursor
  /** The same, its lines counted in any case. */
  counted(): Promise<Cursor>
  /** Removes the oldest file; false when only the one that grows is left. */
  shorten(): Promise<boolean>
  close(): Promise<void>
}

interface Segment {
  number: number
  /** Lines of the log that stand before it. */
  before: number
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
  /** Lines that were ever appended; of a log that does not go on those before its last file. */
  let lines = segments.at(-1)?.before ?? options.before ?? 0
  let isCounted = options.goesOn
  let points: Record<string, string> = options.goesOn ? await recover() : {}
  let open: AppendFile | undefined
  let queue: Promise<unknown> = Promise.resolve()

  async function found(): Promise<Segment[]> {
    const names = (await disk.list(folder)).filter((name) => name.endsWith('.log'))
    const all = names.map(async (name) => {
      const [, number, before] = /^(\d{8})-(\d{1,15})\.log$/.exec(name) ?? []
      // Without a count of lines, as before the first release, nobody knows where in the log it stands.
      if (!number || !before) return disk.remove(`${folder}/${name}`)
      const bytes = (await disk.size(`${folder}/${name}`)) ?? 0
      return { number: Number(number), before: Number(before), bytes }
    })
    const known = (await Promise.all(all)).flatMap((one) => one ?? [])
    return known.sort((a, b) => a.number - b.number)
  }

  /** Cuts off what a killed writer had not finished. */
  async function recover(): Promise<Record<string, string>> {
    const last = segments.at(-1)
    if (!last) return {}
    const content = Buffer.from((await disk.read(pathOf(last))) ?? [])
    const settled = settledBytes(content)
    if (settled < content.length) {
      const file = await disk.openAppend(pathOf(last))
      await file.truncate(settled)
      await file.close()
    }
    last.bytes = settled
    const records = parseRecords(content.toString('utf8', 0, settled), last.before)
    const lastLine = linesIn(records).at(-1)
    if (lastLine) [lastAt, lines] = [lastLine.at, lastLine.number]
    // What was read of an earlier run says nothing of this one's output.
    const ofThisRun = records.slice(records.findLastIndex((one) => one.kind === 'run') + 1)
    return Object.assign({}, ...ofThisRun.map((one) => (one.kind === 'points' ? one.points : {})))
  }

  function pathOf({ number, before }: Pick<Segment, 'number' | 'before'>): string {
    return `${folder}/${String(number).padStart(8, '0')}-${before}.log`
  }

  async function growing(): Promise<{ file: AppendFile; segment: Segment }> {
    const last = segments.at(-1)
    const hasRoom = last && !last.isTorn && last.bytes < options.segmentBytes
    if (hasRoom && open) return { file: open, segment: last }
    if (hasRoom && last.bytes > 0) {
      open = await disk.openAppend(pathOf(last))
      return { file: open, segment: last }
    }
    await open?.close()
    open = undefined
    const segment = { number: (last?.number ?? 0) + 1, before: lines, bytes: 0 }
    open = await disk.openAppend(pathOf(segment))
    segments.push(segment)
    while (total() > options.bytesMax - options.segmentBytes && (await shorten()));
    return { file: open, segment }
  }

  async function shorten(): Promise<boolean> {
    const [oldest] = segments
    if (!oldest || segments.length < 2) return false
    segments.shift()
    await disk.remove(pathOf(oldest))
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
      lines += linesOf(text)
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
    const gone = disk.remove(pathOf(segment)).then(
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
      const bytes = Buffer.from((await disk.read(pathOf(segment))) ?? [])
      return bytes.subarray(from, to ?? segment.bytes)
    })
  }

  function end(): Cursor {
    const last = segments.at(-1)
    return { segment: last?.number ?? 0, offset: last?.bytes ?? 0, lines }
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
        yield parseRecords((await content(segment, 0, to)).toString('utf8'), segment.before)
      }
    },
    async from(cursor) {
      const { segment: number } = cursor
      const at = segments.find((one) => one.number >= number)
      if (!at) return { records: [], next: cursor, skipped: false }
      const [start, before] = at.number === number ? [cursor.offset, cursor.lines] : [0, at.before]
      const end = at.bytes
      const bytes = start < end ? await content(at, start) : Buffer.alloc(0)
      const read = bytes.lastIndexOf(0x0a) + 1
      const later = segments.find((one) => one.number > at.number)
      const records = parseRecords(bytes.toString('utf8', 0, read), before)
      const next = {
        ...{ segment: at.number, offset: start + read },
        lines: linesIn(records).at(-1)?.number ?? before,
      }
      return {
        records,
        next:
          later && read === 0 ? { segment: later.number, offset: 0, lines: later.before } : next,
        skipped: at.number > number && number > 0 && segments[0] === at,
      }
    },
    async behind(line) {
      const at = segments.findLast((one) => one.before <= line) ?? segments[0]
      if (!at) return end()
      const from = { segment: at.number, offset: 0, lines: at.before }
      return line <= at.before ? from : behindIn(await content(at, 0), from, line)
    },
    end,
    async counted() {
      const last = segments.at(-1)
      if (last && !isCounted) {
        const bytes = await content(last, 0)
        lines = last.before + linesOf(bytes.toString('utf8'))
      }
      isCounted = true
      return end()
    },
    shorten: () => inTurn(shorten),
    close: () =>
      inTurn(async () => {
        await open?.close()
        open = undefined
      }),
  }
}

/** Record by record: how many bytes one takes is not known from its text, where a byte of it is damaged. */
function behindIn(bytes: Buffer, from: Cursor, line: number): Cursor {
  let { offset, lines } = from
  while (lines < line) {
    const end = bytes.indexOf(0x0a, offset)
    if (end < 0) break
    lines += linesOf(bytes.toString('utf8', offset, end + 1))
    offset = end + 1
  }
  return { ...from, offset, lines }
}

/** How many records of a text are lines. */
function linesOf(text: string): number {
  return linesIn(parseRecords(text)).length
}
