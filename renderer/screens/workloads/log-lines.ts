import { copyName } from '../../../node-core/api/contract/index.ts'
import { daysBetween } from '../../format/index.ts'
import type { Outputs } from '../../transport/index.ts'

type Stream = Awaited<Outputs['workloads']['logs']>
export type LogLine = Stream extends AsyncIterable<infer Line> ? Line : never

/** What a page keeps of a log. Older lines are in the download, and found by a search. */
export const LOG_LINES_MAX = 5_000
/** Letters of what is searched for. */
export const LOG_SEARCH_LENGTH_MAX = 256

/**
 * Adds lines in the order of their time: copies on several nodes speak at once. Those of one copy stay
 * in the order in which it wrote them, also where its clock was set back.
 */
export function mergeLines(kept: readonly LogLine[], fresh: readonly LogLine[]): LogLine[] {
  const last = kept.at(-1)
  const inOrder = fresh.every(
    (line, index) => line.at >= (index === 0 ? (last?.at ?? '') : (fresh[index - 1]?.at ?? '')),
  )
  const all = [...kept, ...fresh]
  // Most lines come in order.
  return (inOrder ? all : sortedLines(all)).slice(-LOG_LINES_MAX)
}

/** A stable sort: lines of one moment stay as they came. */
function sortedLines(lines: readonly LogLine[]): LogLine[] {
  const latest = new Map<string, string>()
  const timed = lines.map((line) => {
    const before = latest.get(line.instance)
    const at = before !== undefined && before > line.at ? before : line.at
    latest.set(line.instance, at)
    return { line, at }
  })
  timed.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  return timed.map(({ line }) => line)
}

/** What somebody typed, as a node takes it. */
export function searchedFor(query: string): string {
  return query.trim().slice(0, LOG_SEARCH_LENGTH_MAX)
}

export function filterLines(lines: readonly LogLine[], query: string): LogLine[] {
  const wanted = searchedFor(query).toLowerCase()
  if (wanted === '') return [...lines]
  return lines.filter((line) => line.line.toLowerCase().includes(wanted))
}

/** What the page holds of what is looked for, and what a node found that the page does not hold. */
export function withOlder(
  found: readonly LogLine[],
  older: readonly LogLine[],
  held: readonly LogLine[],
): LogLine[] {
  const places = new Set(held.map(({ place }) => place))
  const before = older.filter(({ place, stream }) => stream !== 'note' && !places.has(place))
  return before.length === 0 ? [...found] : mergeLines(before, found)
}

/**
 * Whether a line is the first of a day that has to be said: wherever it is another one than that of
 * the line before, and at the top unless it is today. Logs outlive copies, and a line says only the hour.
 */
export function beginsDay(
  { at }: Pick<LogLine, 'at'>,
  before: Pick<LogLine, 'at'> | undefined,
  nowMs: number,
): boolean {
  return daysBetween(before ? Date.parse(before.at) : nowMs, Date.parse(at)) !== 0
}

interface Copy {
  id: string
  index: number
  nodeName: string
}

/** What a copy is called beside others whose lines are merged with its own. */
export interface CopyName {
  copy: string
  node: string
}

/** One may have followed another that is gone, or be about to: then each is called by its own id. */
export function copyNames(workload: string, copies: readonly Copy[]): Map<string, CopyName> {
  const counts = new Map<number, number>()
  for (const { index } of copies) counts.set(index, (counts.get(index) ?? 0) + 1)
  return new Map(
    copies.map(({ id, index, nodeName }) => {
      const copy = counts.get(index) === 1 ? copyName(workload, index) : id
      return [id, { copy, node: nodeName }]
    }),
  )
}

/** One line as text, for the download. */
export function formatLine(line: LogLine, from: string): string {
  const who = line.part === undefined ? from : `${from} ${line.part}`
  return `${line.at} ${who} ${line.stream} ${line.line}`
}
