/**
 * Many whole logs of one other node, put in order by time: each has to be at hand at once, and no node
 * answers as many readers. So each is read page by page, and a few pages at a time.
 */
import type { InstanceLogLine } from './index.ts'
import type { LinesQuery } from './kept-lines.ts'
import { LOG_PAGE_BYTES_MAX, LOG_PAGE_LINES_MAX, LOG_READ_AT_ONCE_MAX } from './limits.ts'
import { parsePlace } from './place.ts'

export interface Pages {
  /** @param holder Whose turns it takes. @param open What there is of the log, behind a place. */
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
      let from = query
      for (;;) {
        const page = await turnOf(holder, () => pageOf(open(from)))
        yield* page.lines
        const last = page.lines.findLast(({ place }) => place !== undefined)?.place
        const after = last === undefined ? undefined : parsePlace(last)
        if (page.isLast || !after) return
        from = { ...query, after: { log: after.log, number: after.number } }
      }
    },
  }
}

interface Page {
  lines: InstanceLogLine[]
  isLast: boolean
}

/** A copy of another node's log is never longer than the first one, so what is said before it is said once. */
async function pageOf(source: AsyncIterable<InstanceLogLine>): Promise<Page> {
  const lines: InstanceLogLine[] = []
  let bytes = 0
  for await (const line of source) {
    lines.push(line)
    bytes += line.line.length
    const isFull = lines.length >= LOG_PAGE_LINES_MAX || bytes >= LOG_PAGE_BYTES_MAX
    if (isFull) return { lines, isLast: false }
  }
  return { lines, isLast: true }
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
