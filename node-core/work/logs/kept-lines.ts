import { MyceliumError } from '../../base/errors/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import type { LogQuery } from './query.ts'
import type { LogStore } from './store.ts'

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
  const { lines, end } = await store.read(id, query)
  if (lines.length > 0) yield lines
  if (follow) yield* store.follow(id, end, { ...query, signal })
}
