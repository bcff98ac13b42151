/**
 * A log as it lies on disk: lines of text, each with a letter for what it is. A line of output is its
 * stream, its time, its part or `-`, and its text; `p` says how far the streams have been read by
 * everything before it; `r` begins a run. What stands behind the last `p` of a file whose writer was
 * killed does not count: it is read again from where that says.
 */
import type { LogLineOut } from '../runners/index.ts'

/** A line of a log, and where it stands in it. */
export interface KeptLine extends LogLineOut {
  /**
   * Which line of its log it is; the first one is 1. It stays what it is when lines before it are
   * removed, and in every copy. 0: no line of the log, but said beside it by whoever reads it.
   */
  number: number
}

export type LogRecord =
  | { kind: 'line'; line: KeptLine }
  | { kind: 'run'; at: string }
  | { kind: 'points'; points: Record<string, string> }

const LETTER = { stdout: 'o', stderr: 'e', note: 'n' } as const
const STREAM: Readonly<Record<string, LogLineOut['stream']>> = {
  o: 'stdout',
  e: 'stderr',
  n: 'note',
}

export function lineText({ at, stream, line, part }: LogLineOut): string {
  return `${LETTER[stream]}${at} ${part ?? '-'} ${line.replaceAll('\n', ' ')}\n`
}

export function runText(at: string): string {
  return `r${at}\n`
}

export function pointsText(points: Readonly<Record<string, string>>): string {
  return `p${JSON.stringify(points)}\n`
}

/** Undefined for what nobody wrote like this. */
function parseRecord(text: string): LogRecord | undefined {
  const rest = text.slice(1)
  const stream = STREAM[text[0] ?? '']
  if (stream) return parseLine(stream, rest)
  if (text[0] === 'r') return { kind: 'run', at: rest }
  const points = text[0] === 'p' ? parsePoints(rest) : undefined
  return points && { kind: 'points', points }
}

function parseLine(stream: LogLineOut['stream'], text: string): LogRecord | undefined {
  const afterTime = text.indexOf(' ')
  const afterPart = text.indexOf(' ', afterTime + 1)
  if (afterTime < 0 || afterPart < 0) return undefined
  const part = text.slice(afterTime + 1, afterPart)
  const line = {
    ...{ at: text.slice(0, afterTime), stream, line: text.slice(afterPart + 1) },
    number: 0,
  }
  return { kind: 'line', line: part === '-' ? line : { ...line, part } }
}

function parsePoints(text: string): Record<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const pairs = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(pairs)
  } catch {
    return undefined
  }
}

/**
 * Whole records only: a last one that does not end in a newline was never finished.
 * @param before How many lines of the log stand before this.
 */
export function parseRecords(text: string, before = 0): LogRecord[] {
  const end = text.lastIndexOf('\n')
  if (end < 0) return []
  const records: LogRecord[] = []
  let number = before
  for (const one of text.slice(0, end).split('\n')) {
    const record = parseRecord(one)
    if (!record) continue
    if (record.kind === 'line') record.line.number = ++number
    records.push(record)
  }
  return records
}

/** The lines among records. */
export function linesIn(records: readonly LogRecord[]): KeptLine[] {
  return records.flatMap((one) => (one.kind === 'line' ? [one.line] : []))
}

/** How many bytes of a file count: up to and with its last `p`. */
export function settledBytes(bytes: Buffer): number {
  for (let end = bytes.lastIndexOf(0x0a); end >= 0; ) {
    const start = end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1
    if (bytes[start] === 0x70) return end + 1
    if (start === 0) return 0
    end = start - 1
  }
  return 0
}
