import { daysBetween } from '../../format/index.ts'
import type { Outputs } from '../../transport/index.ts'

type Stream = Awaited<Outputs['workloads']['logs']>
export type LogLine = Stream extends AsyncIterable<infer Line> ? Line : never

/** What a page keeps of a log. Older lines are in the download, and found by a search. */
export const LOG_LINES_MAX = 5_000
/** Letters of what is searched for. */
export const LOG_SEARCH_LENGTH_MAX = 256

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

/** What somebody typed, as a node takes it. */
export function searchedFor(query: string): string {
  return query.trim().slice(0, LOG_SEARCH_LENGTH_MAX)
}

export function filterLines(lines: readonly LogLine[], query: string): LogLine[] {
  const wanted = searchedFor(query).toLowerCase()
  if (wanted === '') return [...lines]
  return lines.filter((line) => line.line.toLowerCase().includes(wanted))
}

/**
 * What the page holds of what is looked for, and before it what a node found that is older than all
 * that the page holds of that copy.
 */
export function withOlder(
  found: readonly LogLine[],
  older: readonly LogLine[],
  held: readonly LogLine[],
): LogLine[] {
  const begins = new Map<string, string>()
  for (const { instance, at } of held) if (!begins.has(instance)) begins.set(instance, at)
  const before = older.filter(({ instance, at, stream }) => {
    const first = begins.get(instance)
    return stream !== 'note' && (first === undefined || at < first)
  })
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
  node: string
  nodeName: string
}

/** What tells a copy from the others: its node, its number too, and its own id where that is not enough. */
export interface CopyName {
  node: string
  index?: number
  id?: string
}

const ID_SHOWN = 6

/** Two copies may be on one computer, and one may follow another that is gone. */
export function copyNames(copies: readonly Copy[]): Map<string, CopyName> {
  const onNode = countBy(copies, ({ node }) => node)
  const alike = countBy(copies, ({ node, index }) => `${node} ${index}`)
  return new Map(
    copies.map(({ id, index, node, nodeName }) => {
      const name: CopyName = { node: nodeName }
      if ((onNode.get(node) ?? 0) > 1) name.index = index
      if ((alike.get(`${node} ${index}`) ?? 0) > 1) name.id = id.slice(-ID_SHOWN)
      return [id, name]
    }),
  )
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

/** One line as text, for the download. */
export function formatLine(line: LogLine, nodeName: string): string {
  const who = line.part === undefined ? nodeName : `${nodeName} ${line.part}`
  return `${line.at} ${who} ${line.stream} ${line.line}`
}
