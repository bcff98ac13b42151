/** Which lines of a log are asked for. */
import { type KeptLine, type LogRecord, linesIn } from './record.ts'

export interface LogQuery {
  /** The last lines. */
  tail: number
  /** All lines in place of the last ones; not with `previous`. */
  whole?: boolean
  /** ISO 8601: nothing from before. */
  since?: string
  /** Only lines that contain it, in whatever case. */
  grep?: string
  /** What was written before the present run, in place of everything. */
  previous?: boolean
}

export type LogFilter = Pick<LogQuery, 'since' | 'grep'>

export function filtered(lines: readonly KeptLine[], { since, grep }: LogFilter): KeptLine[] {
  const wanted = grep?.toLowerCase()
  return lines.filter(({ at, line, stream }) => {
    if (since !== undefined && at < since) return false
    // What the node says of missing lines belongs to every view of a log.
    return wanted === undefined || stream === 'note' || line.toLowerCase().includes(wanted)
  })
}

/**
 * The lines that a query wants, from records that come file by file, the last one first. Reading is
 * over when `done`.
 */
export interface Gathering {
  add(records: readonly LogRecord[]): void
  readonly done: boolean
  /** In the order in which they were written. */
  lines(): KeptLine[]
}

/** @param gone The instance is no more, so that all of it is a previous run. */
export function createGathering(query: LogQuery, gone: boolean): Gathering {
  const chunks: KeptLine[][] = []
  let count = 0
  let tooOld = false
  let before = query.previous !== true || gone

  return {
    add(records) {
      let wanted = records
      if (!before) {
        const run = records.findLastIndex(({ kind }) => kind === 'run')
        if (run < 0) return
        before = true
        wanted = records.slice(0, run)
      }
      const lines = linesIn(wanted)
      const kept = filtered(lines, query)
      chunks.unshift(kept)
      count += kept.length
      // A clock that was set back leaves older times behind newer ones: one line says nothing yet.
      const { since } = query
      tooOld = since !== undefined && lines.length > 0 && lines.every(({ at }) => at < since)
    },
    get done() {
      return count >= query.tail || tooOld
    },
    lines() {
      const all = chunks.flat()
      return query.tail === 0 ? [] : all.slice(-query.tail)
    },
  }
}
