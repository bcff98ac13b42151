import type { Outputs } from '../../transport/index.ts'

type Stream = Awaited<Outputs['workloads']['logs']>
export type LogLine = Stream extends AsyncIterable<infer Line> ? Line : never

/** What a page keeps of a log. Older lines are in the download of the whole tail. */
export const LOG_LINES_MAX = 5_000

/** What a download holds at most. */
export const LOG_DOWNLOAD_LINES_MAX = 100_000

/** Adds lines in the order of their time: copies on several nodes speak at once. */
export function mergeLines(kept: readonly LogLine[], fresh: readonly LogLine[]): LogLine[] {
  const last = kept.at(-1)
  const inOrder = fresh.every(
    (line, index) => line.at >= (index === 0 ? (last?.at ?? '') : (fresh[index - 1]?.at ?? '')),
  )
  const all = [...kept, ...fresh]
  // Most lines come in order; a stable sort keeps those of one moment as they came.
  if (!inOrder) all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  return all.slice(-LOG_LINES_MAX)
}

export function filterLines(lines: readonly LogLine[], query: string): LogLine[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return [...lines]
  return lines.filter((line) => line.line.toLowerCase().includes(wanted))
}

/** One line as text, for the download. */
export function formatLine(line: LogLine, nodeName: string): string {
  const who = line.part === undefined ? nodeName : `${nodeName} ${line.part}`
  return `${line.at} ${who} ${line.stream} ${line.line}`
}
