/**
 * Many whole logs of one other node, put in order by time: each has to be at hand at once, and no node
 * answers as many readers. So each is read page by page, and a few pages at a time.
 */
import type { InstanceLogLine } from './index.ts'
import type { LinesQuery } from './kept-lines.ts'
import { LOG_PAGE_BYTES_MAX, LOG_PAGE_LINES_MAX, LOG_READ_AT_ONCE_MAX } from './limits.ts'

export interface Pages {
  /** @param holder Whose turns it takes. @param open What there is of the log, from a time on. */
  read(
    holder: string,
    query: LinesQuery,
    open: (query: LinesQuery) => AsyncIterable<InstanceLogLine>,
  ): AsyncGenerator<InstanceLogLine>
}

export function createPages(): Pages {
  const turnOf = createTurns(LOG_READ_AT_ONCE_MAX)
  return {
    async *read(holder, query, open) {
      let last: Told = { at: query.since ?? '', count: 0 }
      for (;;) {
        const from = last
        const page = await turnOf(holder, () => pageOf(open(queryFrom(query, from)), from))
        yield* page.lines
        if (page.isLast) return
        last = page.last
      }
    },
  }
}

/** The time of the last line that was told, and how many of that time were. */
interface Told {
  at: string
  count: number
}

interface Page {
  lines: InstanceLogLine[]
  last: Told
  isLast: boolean
}

function queryFrom(query: LinesQuery, { at, count }: Told): LinesQuery {
  return count === 0 ? query : { ...query, since: at }
}

/** A copy of another node's log is never longer than the first one, so what is said before it is said once. */
async function pageOf(source: AsyncIterable<InstanceLogLine>, from: Told): Promise<Page> {
  const lines: InstanceLogLine[] = []
  let last = from
  let left = from.count
  let bytes = 0
  for await (const line of source) {
    if (line.at === from.at && left-- > 0) continue
    last = { at: line.at, count: line.at === last.at ? last.count + 1 : 1 }
    lines.push(line)
    bytes += line.line.length
    const isFull = lines.length >= LOG_PAGE_LINES_MAX || bytes >= LOG_PAGE_BYTES_MAX
    if (isFull) return { lines, last, isLast: false }
  }
  return { lines, last, isLast: true }
}

/** So many at a time for each key; the others wait, in the order in which they came. */
function createTurns(most: number) {
  const running = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()
  return async <T>(key: string, act: () => Promise<T>): Promise<T> => {
    const now = running.get(key) ?? 0
    if (now < most) running.set(key, now + 1)
    // Whoever has had its turn hands it on.
    else await new Promise<void>((go) => waiting.set(key, [...(waiting.get(key) ?? []), go]))
    try {
      return await act()
    } finally {
      const [next, ...others] = waiting.get(key) ?? []
      waiting.set(key, others)
      if (next) next()
      else running.set(key, (running.get(key) ?? 1) - 1)
    }
  }
}
