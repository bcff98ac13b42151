/**
 * Raft §5.3, log matching: two logs that hold an entry of one index and term are equal up to it. Seen
 * in what goes to disk, committed or not: each (index, term) has one content and one predecessor, and
 * the rest follows by induction.
 */
import type { LogRecord } from './engine-kind.ts'

export interface LogMatching {
  /** A process reads its log. */
  sawStart(machine: string, records: readonly Uint8Array[]): void
  sawRecords(machine: string, records: readonly Uint8Array[]): void
}

export interface LogMatchingDeps {
  /** Undefined where the engine's log has no such rule. */
  readLog: ((record: Uint8Array) => readonly LogRecord[]) | undefined
  fail: (what: string) => void
}

export function createLogMatching({ readLog, fail }: LogMatchingDeps): LogMatching {
  /** By machine, the term of each index that it holds. */
  const terms = new Map<string, Map<number, number>>()
  const seen = new Map<string, { content: string; previous: number | undefined; by: string }>()

  function take(machine: string, record: LogRecord): void {
    const own = terms.get(machine) ?? new Map<number, number>()
    terms.set(machine, own)
    if (record.kind === 'entry') compare(machine, record, own.get(record.index - 1))
    own.set(record.index, record.term)
    for (let above = record.index + 1; own.delete(above); above++);
  }

  function compare(
    machine: string,
    { index, term, content }: LogRecord & { kind: 'entry' },
    previous: number | undefined,
  ): void {
    const known = seen.get(`${index}/${term}`)
    if (!known) {
      seen.set(`${index}/${term}`, { content, previous, by: machine })
      return
    }
    if (known.content !== content) {
      fail(`${machine} holds another entry ${index} of term ${term} than ${known.by}`)
    }
    known.previous ??= previous
    if (previous !== undefined && known.previous !== previous) {
      fail(`${machine} and ${known.by} share entry ${index} of term ${term} and not the one before`)
    }
  }

  const takeAll = (machine: string, records: readonly Uint8Array[]): void => {
    if (!readLog) return
    for (const record of records) for (const each of readLog(record)) take(machine, each)
  }
  return {
    sawStart(machine, records) {
      terms.delete(machine)
      takeAll(machine, records)
    },
    sawRecords: takeAll,
  }
}
