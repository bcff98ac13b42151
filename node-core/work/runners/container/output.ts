/** What the containers of one instance write, as one. */
import { type LogLineOut, type Output, type OutputOptions, together } from '../index.ts'
import type { Engine, EngineContainer } from './engine.ts'
import { createLogReader, earliestSeconds } from './log-frames.ts'

export interface WritingPart {
  container: EngineContainer
  part: string
}

/** Ends when all of them have ended, or by the signal. */
export async function* outputOf(
  engine: Pick<Engine, 'logs'>,
  parts: readonly WritingPart[],
  options: OutputOptions,
): AsyncGenerator<Output> {
  const named = parts.length > 1
  const sources = parts.map((part) => partOutput(engine, part, named, options))
  try {
    yield* together(sources)
  } catch (error) {
    // Being told to stop is how reading ends.
    if (!options.signal.aborted) throw error
  }
}

async function* partOutput(
  engine: Pick<Engine, 'logs'>,
  { container, part }: WritingPart,
  named: boolean,
  { after, takes, signal }: OutputOptions,
): AsyncGenerator<Output> {
  const own = pointsOf(after, part)
  const since = earliestSeconds(Object.values(own))
  const query = { signal, ...(since !== undefined && { since }) }
  const reader = createLogReader({ after: own, takes })
  const marked = (line: LogLineOut): LogLineOut => (named ? { ...line, part } : line)
  for await (const chunk of await engine.logs(container.name, query)) {
    const { lines, over, points, gap } = reader.take(chunk)
    const keyed = Object.entries(points).map(([stream, point]) => [`${part}.${stream}`, point])
    yield {
      ...{ gap, lines: lines.map(marked), points: Object.fromEntries(keyed) },
      over: named ? over.map(({ bytes, read }) => ({ bytes, read: () => marked(read()) })) : over,
    }
  }
  yield { lines: reader.end().map(marked), points: {}, over: [], gap: false }
}

/** No part's name has a dot. */
function pointsOf(after: Readonly<Record<string, string>>, part: string): Record<string, string> {
  const own = Object.entries(after).filter(([key]) => key.startsWith(`${part}.`))
  return Object.fromEntries(own.map(([key, point]) => [key.slice(part.length + 1), point]))
}
