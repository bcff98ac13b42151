/** Logs of many instances in one folder, within one budget. */
import { z } from 'zod'
import { type Clock, every } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { KeptInstance, LogLineOut } from '../runners/index.ts'
import { LOG_FACTS_BYTES_MAX, LOG_HEARD_MS, LOG_SWEEP_MS } from './limits.ts'
import { createGathering, filtered, type LogFilter, type LogQuery } from './query.ts'
import { type KeptLine, linesIn, lineText, runText } from './record.ts'
import { type Cursor, openShelf, type Shelf, type ShelfBounds } from './shelf.ts'
import { surplus } from './surplus.ts'

export interface LogFacts extends KeptInstance {
  /** Where it runs or ran. */
  node: string
  /** ISO 8601. */
  since: string
  /** When it was gone for good. */
  until?: string
}

export interface LogStore extends Lifecycle {
  list(): LogFacts[]
  facts(id: string): LogFacts | undefined
  /** When its last line was written, as far as that is known. */
  lastAt(id: string): Promise<string>
  /**
   * Takes up the log of an instance, or begins it. Of a copy: its node was heard about it.
   * @param before How many lines the log had before all that is kept here. Default 0.
   */
  open(facts: Omit<LogFacts, 'until'>, before?: number): Promise<void>
  points(id: string): Promise<Readonly<Record<string, string>>>
  append(
    id: string,
    lines: readonly LogLineOut[],
    points: Readonly<Record<string, string>>,
  ): Promise<void>
  /** What comes now is of a new run: nothing of it has been read yet. */
  beginRun(id: string): Promise<void>
  /** `at`: since when, where another node says it. ISO 8601. */
  end(id: string, at?: string): Promise<void>
  /** Behind everything that is kept of it. */
  endOf(id: string): Promise<Cursor | undefined>
  remove(id: string): Promise<void>
  /** Nothing for a log that is not kept. */
  read(id: string, query: LogQuery): Promise<{ lines: KeptLine[]; end: Cursor }>
  /** A piece of what stands behind a place; nothing when that is all. */
  after(id: string, cursor: Cursor): Promise<{ lines: KeptLine[]; next: Cursor; skipped: boolean }>
  /** The place behind a line; where that is not kept the nearest to it, as its `lines` tell. */
  behind(id: string, line: number): Promise<Cursor | undefined>
  /**
   * What comes behind a place, as it comes, until the log has ended or the signal says so.
   * `untilNow`: what is there now, and no more.
   */
  follow(
    id: string,
    from: Cursor,
    options: LogFilter & { signal: AbortSignal; untilNow?: boolean },
  ): AsyncGenerator<KeptLine[]>
}

export interface LogStoreDeps {
  disk: Pick<Disk, 'list' | 'read' | 'size' | 'remove' | 'openAppend' | 'writeAtomic'>
  clock: Clock
  logger: Logger
}

export interface LogStoreOptions extends ShelfBounds {
  folder: string
  /** Of all logs together. */
  totalBytesMax: number
  /** Of the logs of one other node; all of them where there is no such bound. */
  nodeBytesMax?: number
  goneMax: number
  goneMs: number
  /** Copies: whoever writes them may have died, so they age from when it was last heard about them. */
  othersLogs?: boolean
}

interface Known {
  heard?: string
  before?: number
}

interface Entry {
  facts: LogFacts
  /** Of a copy: when its node was last heard about it, by the clock here. To the hour. */
  heard: string | undefined
  readonly shelf: Promise<Shelf>
  /** Woken when something was added or it ended. */
  readers: Set<() => void>
}

const ID_FORM = /^[a-z0-9-]{1,120}$/

const storedFacts = z.object({
  id: z.string().regex(ID_FORM),
  workload: z.string().max(63),
  index: z.number().int(),
  generation: z.number().int(),
  node: z.string().max(64),
  since: z.string().max(32),
  until: z.string().max(32).optional(),
  heard: z.string().max(32).optional(),
})

export function createLogStore(deps: LogStoreDeps, options: LogStoreOptions): LogStore {
  const { disk, clock, logger } = deps
  const { folder } = options
  const entries = new Map<string, Entry>()
  let stopSweeping: (() => Promise<void>) | undefined

  function enter(facts: LogFacts, { heard, before = 0 }: Known = {}): Entry {
    // Of a copy it counts how far it goes also when it has ended: its node asks whether it is whole.
    const goesOn = facts.until === undefined || options.othersLogs === true
    let opening: Promise<Shelf> | undefined
    const entry: Entry = {
      ...{ facts, heard, readers: new Set() },
      // One that could not be opened is tried again by the next who wants it.
      get shelf() {
        opening ??= openShelf(disk, `${folder}/${facts.id}`, { ...options, goesOn, before })
        // Whoever uses it is told; until then a failure is nobody's.
        opening.catch(() => {
          opening = undefined
        })
        return opening
      },
    }
    void entry.shelf
    entries.set(facts.id, entry)
    return entry
  }

  async function write(entry: Entry, facts: LogFacts): Promise<void> {
    entry.facts = facts
    if (options.othersLogs) entry.heard = iso(clock.wallMs())
    const bytes = Buffer.from(JSON.stringify({ ...facts, heard: entry.heard }))
    await disk.writeAtomic(`${folder}/${facts.id}/facts.json`, bytes)
  }

  async function load(): Promise<void> {
    for (const name of await disk.list(folder)) {
      // What cannot be a log's is somebody else's, and not this store's to remove.
      if (!ID_FORM.test(name)) continue
      const bytes = await disk.read(`${folder}/${name}/facts.json`)
      const stored = bytes && parseFacts(bytes)
      if (stored?.facts.id === name) enter(stored.facts, stored)
      else await disk.remove(`${folder}/${name}`)
    }
  }

  /** Makes room: what is too old goes, then what is gone, then the beginnings of the longest. */
  async function sweep(): Promise<void> {
    const now = iso(clock.wallMs() - options.goneMs)
    for (let left = entries.size + 64; left > 0; left--) {
      const sizes = await Promise.all(
        [...entries.values()].map(async ({ facts, heard, shelf: opening }) => {
          const shelf = await opening.catch(() => undefined)
          // One that its node has written nothing to for long is a copy of what runs as much as any.
          const until = options.othersLogs
            ? (facts.until ?? heard ?? lastOf(facts, shelf))
            : facts.until
          return {
            facts: until === undefined ? facts : { ...facts, until },
            bytes: shelf?.bytes ?? 0,
          }
        }),
      )
      const next = surplus(sizes, { ...options, goneBefore: now })
      if (!next) return
      if (next.what === 'log') await remove(next.id)
      else if (!(await (await entries.get(next.id)?.shelf)?.shorten())) return
    }
  }

  async function remove(id: string): Promise<void> {
    const entry = entries.get(id)
    entries.delete(id)
    await (await entry?.shelf.catch(() => undefined))?.close()
    for (const wake of entry?.readers ?? []) wake()
    await disk.remove(`${folder}/${id}`)
  }

  async function append(
    id: string,
    text: string,
    points: Readonly<Record<string, string>>,
    at?: string,
  ): Promise<void> {
    const entry = entries.get(id)
    if (!entry) return
    const shelf = await entry.shelf
    const before = shelf.end().segment
    await shelf.append(text, points, at)
    for (const wake of entry.readers) wake()
    if (shelf.end().segment !== before) await sweep()
  }

  return {
    async start() {
      if (stopSweeping) return
      await load()
      await sweep()
      stopSweeping = every(clock, LOG_SWEEP_MS, sweep, (error) => {
        logger.warn('Old logs were not removed', { error })
      })
    },
    async stop() {
      await stopSweeping?.()
      stopSweeping = undefined
      for (const { shelf, readers } of entries.values()) {
        for (const wake of readers) wake()
        await (await shelf.catch(() => undefined))?.close()
      }
      entries.clear()
    },
    list: () => [...entries.values()].map(({ facts }) => facts),
    facts: (id) => entries.get(id)?.facts,
    async open({ id, workload, index, generation, node, since }, before = 0) {
      const known = entries.get(id)
      if (known && known.facts.until === undefined) {
        const isLongAgo = (known.heard ?? '') < iso(clock.wallMs() - LOG_HEARD_MS)
        if (options.othersLogs && isLongAgo) await write(known, known.facts)
        return
      }
      const facts = { id, workload, index, generation, node, since: known?.facts.since ?? since }
      await write(enter(facts, { before }), facts)
    },
    points: async (id) => (await entries.get(id)?.shelf)?.points ?? {},
    async lastAt(id) {
      const entry = entries.get(id)
      return entry ? lastOf(entry.facts, await entry.shelf) : ''
    },
    append: (id, lines, points) => {
      return append(id, lines.map(lineText).join(''), points, lines.at(-1)?.at)
    },
    async beginRun(id) {
      const shelf = await entries.get(id)?.shelf
      if (!shelf) return
      const again = shelf.bytes > 0
      shelf.forgetPoints()
      const at = iso(clock.wallMs())
      const note = lineText({ at, stream: 'note', line: 'It was started again.' })
      await append(id, runText(at) + (again ? note : ''), {})
    },
    async end(id, at = '') {
      const entry = entries.get(id)
      if (!entry || entry.facts.until !== undefined) return
      // A clock that is off by more than logs are kept for says nothing of how old it is.
      const isLikely = at <= iso(clock.wallMs()) && at > iso(clock.wallMs() - options.goneMs)
      await write(entry, { ...entry.facts, until: isLikely ? at : iso(clock.wallMs()) })
      await (await entry.shelf).close()
      for (const wake of entry.readers) wake()
      await sweep()
    },
    endOf: async (id) => (await entries.get(id)?.shelf)?.counted(),
    remove,
    async read(id, query) {
      const entry = entries.get(id)
      if (!entry) return { lines: [], end: { segment: 0, offset: 0, lines: 0 } }
      const shelf = await entry.shelf
      const end = await shelf.counted()
      // A copy does not tell one run from another.
      const gone = entry.facts.until !== undefined || options.othersLogs === true
      const gathering = createGathering(query, gone)
      for await (const records of shelf.backwards(end)) {
        gathering.add(records)
        if (gathering.done) break
      }
      return { lines: gathering.lines(), end }
    },
    async after(id, cursor) {
      const shelf = await entries.get(id)?.shelf
      if (!shelf) return { lines: [], next: cursor, skipped: false }
      const { records, ...rest } = await shelf.from(cursor)
      return { lines: linesIn(records), ...rest }
    },
    behind: async (id, line) => (await entries.get(id)?.shelf)?.behind(line),
    async *follow(id, from, { signal, untilNow = false, ...filter }) {
      let cursor = from
      const entry = entries.get(id)
      if (!entry) return
      const shelf = await entry.shelf
      // Who writes goes on meanwhile, and may be as quick as who reads.
      const last = untilNow ? shelf.end() : undefined
      while (!signal.aborted && entries.get(id) === entry) {
        if (last && isAt(cursor, last)) return
        const ended = entry.facts.until !== undefined
        const { records, next, skipped } = await shelf.from(cursor)
        const moved = !samePlace(next, cursor)
        cursor = next
        if (skipped) yield [skippedNote(iso(clock.wallMs()))]
        const wanted = filtered(linesIn(records), filter)
        if (wanted.length > 0) yield wanted
        if (moved) continue
        if (ended || last) return
        await woken(entry, shelf, cursor, signal)
      }
    },
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

function lastOf(facts: LogFacts, shelf: Shelf | undefined): string {
  return facts.until ?? (shelf?.lastAt || facts.since)
}

/** No line of a log: said by whoever reads it. */
export function skippedNote(at: string): KeptLine {
  const line = 'Lines are missing here: they were no longer kept when they were to be read.'
  return { at, stream: 'note', line, number: 0 }
}

/** Returns at once when something was added since `cursor`. */
function woken(entry: Entry, shelf: Shelf, cursor: Cursor, signal: AbortSignal): Promise<void> {
  if (!samePlace(shelf.end(), cursor)) return Promise.resolve()
  return new Promise((resolve) => {
    const wake = (): void => {
      entry.readers.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    entry.readers.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    if (signal.aborted) wake()
  })
}

/** At that place, or behind it. */
function isAt(cursor: Cursor, { segment, offset }: Cursor): boolean {
  return cursor.segment > segment || (cursor.segment === segment && cursor.offset >= offset)
}

export function samePlace(a: Cursor, b: Cursor): boolean {
  return a.segment === b.segment && a.offset === b.offset
}

function parseFacts(bytes: Uint8Array): { facts: LogFacts; heard?: string } | undefined {
  if (bytes.byteLength > LOG_FACTS_BYTES_MAX) return undefined
  try {
    const json = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { until, heard, ...facts } = storedFacts.parse(json)
    return {
      facts: until === undefined ? facts : { ...facts, until },
      ...(heard !== undefined && { heard }),
    }
  } catch {
    return undefined
  }
}
