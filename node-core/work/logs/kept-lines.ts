import { MyceliumError } from '../../base/errors/index.ts'
import type { LinePlace } from './place.ts'
import type { LogQuery } from './query.ts'
import type { KeptLine } from './record.ts'
import { type LogStore, skippedNote } from './store.ts'

const BEGINNING = { segment: 0, offset: 0, lines: 0 }

export interface LinesQuery extends LogQuery {
  follow: boolean
  /** What stands behind it, in place of the last lines. */
  after?: LinePlace
  signal: AbortSignal
}

/** Lines of one log. */
export interface LogLines {
  /** Which one: since when it is kept. ISO 8601. */
  log: string
  lines: KeptLine[]
}

type Kept = Pick<LogStore, 'facts' | 'read' | 'follow' | 'behind' | 'lastAt'>

/** Lines of a log that this node keeps. Throws NOT_FOUND for one that it does not. */
export async function* keptLines(
  store: Kept,
  id: string,
  query: LinesQuery,
): AsyncGenerator<LogLines> {
  const facts = store.facts(id)
  if (!facts) throw new MyceliumError('NOT_FOUND', `No log of ${id} is kept here.`)
  const log = facts.since
  const after = query.after
  const wanted =
    after && !query.previous ? behind(store, id, query, after) : lines(store, id, query)
  for await (const some of wanted) {
    // What was written before the present run is gathered from its end on, whatever has been read of it.
    const isAgain = after?.log === log && query.previous === true
    yield { log, lines: isAgain ? some.filter(({ number }) => number > after.number) : some }
  }
}

async function* lines(
  store: Kept,
  id: string,
  { follow, signal, ...query }: LinesQuery,
): AsyncGenerator<KeptLine[]> {
  if (query.whole && !query.previous) {
    // File by file, however much that is.
    return yield* store.follow(id, BEGINNING, { ...query, signal, untilNow: !follow })
  }
  const tail = query.whole ? Number.MAX_SAFE_INTEGER : query.tail
  const { lines: found, end } = await store.read(id, { ...query, tail })
  if (found.length > 0) yield found
  if (follow) yield* store.follow(id, end, { ...query, signal })
}

/**
 * What is missing there is said before what comes next, or at the end where nothing does. Whoever has
 * read more than is kept here, as of a copy that is a little behind, misses nothing.
 */
async function* behind(
  store: Kept,
  id: string,
  { follow, signal, ...query }: LinesQuery,
  after: LinePlace,
): AsyncGenerator<KeptLine[]> {
  const isThisLog = store.facts(id)?.since === after.log
  const cursor = isThisLog ? await store.behind(id, after.number) : undefined
  let isSaid = cursor !== undefined && cursor.lines <= after.number
  const more = store.follow(id, cursor ?? BEGINNING, { ...query, signal, untilNow: !follow })
  for await (const some of more) {
    if (!isSaid) yield [skippedNote(some[0]?.at ?? '')]
    isSaid = true
    yield some
  }
  if (!isSaid && !signal.aborted) yield [skippedNote(await store.lastAt(id))]
}
