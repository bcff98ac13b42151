/** Lines of several logs, each of them in order, as one by time: one line of each is held, however many there are. */
import type { TimedLine } from './merge-logs.ts'

export async function* mergeSorted<Line extends TimedLine>(
  sources: readonly AsyncIterable<Line>[],
): AsyncGenerator<Line> {
  const readings = sources.map((source) => source[Symbol.asyncIterator]())
  try {
    const heads = await Promise.all(readings.map(headOf))
    const open = heads.filter((head) => head !== undefined)
    for (let at = earliest(open); at >= 0; at = earliest(open)) {
      const head = open[at]
      if (!head) return
      yield head.line
      const next = await headOf(head.reading)
      if (next) open[at] = next
      else open.splice(at, 1)
    }
  } finally {
    await Promise.all(readings.map((reading) => reading.return?.()))
  }
}

interface Head<Line> {
  reading: AsyncIterator<Line>
  line: Line
}

async function headOf<Line>(reading: AsyncIterator<Line>): Promise<Head<Line> | undefined> {
  const next = await reading.next()
  return next.done ? undefined : { reading, line: next.value }
}

/** Of lines of one moment the first source's; -1 where there is none left. */
function earliest(open: readonly Head<TimedLine>[]): number {
  let least = open.length > 0 ? 0 : -1
  for (let at = 1; at < open.length; at++) {
    if ((open[at]?.line.at ?? '') < (open[least]?.line.at ?? '')) least = at
  }
  return least
}
