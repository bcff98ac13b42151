/** One writer, one queue: what is asked for while a sync runs is the next frame. */
import { assert, MyceliumError, messageOf } from '../../base/errors/index.ts'
import { MARK_BYTES } from './frame.ts'
import type { LogErrorCode, RecordLog, RecordLogDeps, RecordLogOptions } from './index.ts'
import { segmentFile } from './layout.ts'
import { FRAME_BYTES, RECORD_BYTES_MAX, UNSYNCED_BYTES_MAX } from './limits.ts'
import { makeCurrent, openSegment } from './opening.ts'
import { appendFrame, appendSyncedFrame, createSegment, framesOf, type Segment } from './segment.ts'

type Job = Append | { kind: 'rewrite'; records: readonly Uint8Array[]; done: Done } | Switch

interface Append {
  kind: 'append'
  records: readonly Uint8Array[]
  sizeBytes: number
  sync: boolean
  done: Done
}

/** The new segment holds all that the old one is to be replaced by. */
interface Switch {
  kind: 'switch'
  next: Segment
}

interface Done {
  resolve(): void
  reject(error: Error): void
}

interface Rewriting {
  done: Done
  /** What was written to the old segment meanwhile. */
  since: Uint8Array[]
}

export function createRecordLog(deps: RecordLogDeps, options: RecordLogOptions = {}): RecordLog {
  const { disk, random } = deps
  const logger = deps.logger.child('log')
  const folder = options.folder ?? 'log'
  let segment: Segment | undefined
  let queue: Job[] = []
  let unsynced: Uint8Array[] = []
  let unsyncedBytes = 0
  let rewriteAsked = false
  let rewriting: Rewriting | undefined
  let working: Promise<void> | undefined
  let writingNew: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined
  let failure: MyceliumError<LogErrorCode> | undefined
  let ended = false

  function ask(job: Job): void {
    queue.push(job)
    working ??= work()
  }

  async function work(): Promise<void> {
    // Whoever appends in this same turn goes into the first frame too.
    await Promise.resolve()
    try {
      for (let job = queue[0]; job && segment && !failure; job = queue[0]) await take(job, segment)
    } catch (cause) {
      fail(cause)
    } finally {
      working = undefined
    }
  }

  async function take(job: Job, current: Segment): Promise<void> {
    switch (job.kind) {
      case 'append':
        return appendAll(current, takeAppends())
      case 'rewrite':
        queue.shift()
        rewriting = { done: job.done, since: [] }
        // Older than the records that are coming: they must not be written after them.
        await writeUnsynced(current)
        rewriting.since = []
        writingNew = writeNew(current.segment + 1, job.records).catch((cause) => void fail(cause))
        return
      case 'switch':
        queue.shift()
        return switchTo(job.next, current)
    }
  }

  function takeAppends(): Append[] {
    const taken: Append[] = []
    let sizeBytes = 0
    for (let job = queue[0]; job?.kind === 'append' && sizeBytes < FRAME_BYTES; job = queue[0]) {
      sizeBytes += job.sizeBytes
      taken.push(job)
      queue.shift()
    }
    return taken
  }

  async function appendAll(current: Segment, jobs: readonly Append[]): Promise<void> {
    for (const job of jobs) {
      for (const record of job.records) unsynced.push(record)
      unsyncedBytes += job.sizeBytes
      if (!job.sync) job.done.resolve()
    }
    const waiting = jobs.filter(({ sync }) => sync)
    if (waiting.length === 0 && unsyncedBytes <= UNSYNCED_BYTES_MAX) return
    try {
      await writeUnsynced(current)
    } catch (cause) {
      const error = fail(cause)
      for (const { done } of waiting) done.reject(error)
      return
    }
    for (const { done } of waiting) done.resolve()
  }

  /** Each frame is synced before the next is written: `scan.ts` relies on it. */
  async function writeUnsynced(current: Segment): Promise<void> {
    const records = unsynced
    unsynced = []
    unsyncedBytes = 0
    for (const frame of framesOf(records)) {
      await appendSyncedFrame(current, frame)
      ended = false
      for (const record of rewriting ? frame : []) rewriting?.since.push(record)
    }
  }

  /** Beside the appends, which go on in the old segment. */
  async function writeNew(number: number, records: readonly Uint8Array[]): Promise<void> {
    const header = { segment: number, mark: random.bytes(MARK_BYTES) }
    let next: Segment | undefined
    try {
      next = await createSegment(disk, folder, header)
      for (const frame of framesOf(records)) await appendFrame(next, frame)
      await next.file.sync()
    } catch (error) {
      await next?.file.close()
      await removeNew(number)
      throw error
    }
    if (failure) await next.file.close()
    else ask({ kind: 'switch', next })
  }

  /** On a disk that is full it would keep even its own removal from being written down. */
  async function removeNew(number: number): Promise<void> {
    await disk.remove(`${folder}/${segmentFile(number)}`).catch((error: unknown) => {
      // The next `open` removes it.
      logger.warn('A new segment was not removed.', { error: messageOf(error) })
    })
  }

  async function switchTo(next: Segment, old: Segment): Promise<void> {
    try {
      for (const frame of framesOf(rewriting?.since ?? [])) await appendFrame(next, frame)
      await makeCurrent(disk, folder, next)
    } catch (error) {
      await next.file.close()
      throw error
    }
    segment = next
    ended = false
    const done = rewriting?.done
    rewriting = undefined
    rewriteAsked = false
    await old.file.close()
    await disk.remove(`${folder}/${segmentFile(old.segment)}`).catch((error: unknown) => {
      // The next `open` removes it.
      logger.warn('An old segment was not removed.', { error: messageOf(error) })
    })
    done?.resolve()
  }

  function fail(cause: unknown): MyceliumError<LogErrorCode> {
    failure ??= new MyceliumError('LOG_FAILED', 'The log cannot be written.', { cause })
    logger.error('The log cannot be written.', { error: messageOf(cause) })
    for (const job of queue) {
      if (job.kind === 'switch') void job.next.file.close().catch(() => undefined)
      else job.done.reject(failure)
    }
    queue = []
    rewriting?.done.reject(failure)
    rewriting = undefined
    return failure
  }

  function refusal(records: readonly Uint8Array[]): MyceliumError<LogErrorCode> | undefined {
    if (failure) return failure
    if (!segment || closing) return new MyceliumError('LOG_NOT_OPEN', 'The log is not open.')
    if (records.every(({ byteLength }) => byteLength <= RECORD_BYTES_MAX)) return undefined
    return new MyceliumError('LOG_RECORD_TOO_LARGE', 'A record is over its limit.')
  }

  async function finish(): Promise<void> {
    while (working || rewriting) await (working ?? writingNew)
    if (!segment) return
    try {
      if (!failure) await writeUnsynced(segment)
      if (!failure && !ended) {
        await appendSyncedFrame(segment, [])
      }
    } catch (cause) {
      fail(cause)
    }
    await segment.file.close()
  }

  return {
    async open() {
      const found = await openSegment(disk, random, folder)
      segment = found.segment
      ended = found.ended
      const { records, cut } = found
      if (cut) logger.warn('The end of the log was not whole and is cut off.', cut)
      return { records, cut }
    },
    append(records, { sync }) {
      const error = refusal(records)
      if (error) return Promise.reject(error)
      const sizeBytes = records.reduce((sum, { byteLength }) => sum + byteLength, 0)
      return new Promise((resolve, reject) =>
        ask({ kind: 'append', records, sizeBytes, sync, done: { resolve, reject } }),
      )
    },
    rewrite(records) {
      const error = refusal(records)
      if (error) return Promise.reject(error)
      assert(!rewriteAsked, 'One rewrite at a time.')
      rewriteAsked = true
      return new Promise((resolve, reject) =>
        ask({ kind: 'rewrite', records, done: { resolve, reject } }),
      )
    },
    close() {
      closing ??= finish()
      return closing
    },
    get sizeBytes() {
      return segment?.file.sizeBytes ?? 0
    },
  }
}
