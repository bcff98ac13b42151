import { MyceliumError } from '../../base/errors/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import type { LogQuery } from './query.ts'
import type { LogStore } from './store.ts'

const BEGINNING = { segment: 0, offset: 0 }

export interface LinesQuery extends LogQuery {
  follow: boolean
  signal: AbortSignal
}

/** Lines of a log that this node keeps. Throws NOT_FOUND for one that it does not. */
export async function* keptLines(
  store: Pick<LogStore, 'facts' | 'read' | 'follow'>,
  id: string,
  { follow, signal, ...query }: LinesQuery,
): AsyncGenerator<LogLineOut[]> {
  if (!store.facts(id)) throw new MyceliumError('NOT_FOUND', `No log of ${id} is kept here.`)
  if (query.whole && !query.previous) {
    // File by file, however much that is.
    return yield* store.follow(id, BEGINNING, { ...query, signal, untilNow: !follow })
  }
  const tail = query.whole ? Number.MAX_SAFE_INTEGER : query.tail
  const { lines, end } = await store.read(id, { ...query, tail })
  if (lines.length > 0) yield lines
  if (follow) yield* store.follow(id, end, { ...query, signal })
}
