/**
 * What is kept on disk: three kinds of records, read in the order in which they were written.
 *
 * `[version, 'snapshot', index, term, configuration, state]` stands for everything before it.
 * `[version, 'entries', first index, [[term, kind, data], ...]]` replaces what stands at its places
 * and after. `[version, 'hardState', term, vote, commit]` replaces the one before.
 *
 * Any first part of what one Ready writes is a state that this node could have been in: a snapshot
 * comes before the entries that follow it, and the commit index after what it speaks of.
 */
import { z } from 'zod'
import { decode, encode } from '../../../base/codec/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { type Entry, fitting } from './entries.ts'
import type { RaftErrorCode } from './errors.ts'
import { APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, SNAPSHOT_BYTES_MAX } from './limits.ts'
import { higher, INDEX_ZERO, plus, TERM_ZERO, type Term } from './positions.ts'
import {
  bytesUpTo,
  CONFIGURATION,
  ENTRY,
  INDEX,
  NODE,
  plainConfiguration,
  plainEntry,
  TERM,
} from './shapes.ts'
import type { Snapshot } from './snapshot.ts'
import type { HardState } from './state.ts'

export interface Stored {
  readonly snapshot: Snapshot | undefined
  readonly entries: readonly Entry[]
  readonly hardState: HardState | undefined
}

const VERSION = 1
const RECORD_BYTES_MAX = SNAPSHOT_BYTES_MAX + 2 ** 20

const RECORD = z.union([
  z.tuple([
    z.literal(VERSION),
    z.literal('entries'),
    INDEX,
    z.array(ENTRY).min(1).max(APPEND_ENTRIES_MAX),
  ]),
  z.tuple([z.literal(VERSION), z.literal('hardState'), TERM, NODE.nullable(), INDEX]),
  z.tuple([
    z.literal(VERSION),
    z.literal('snapshot'),
    INDEX,
    TERM,
    CONFIGURATION,
    bytesUpTo(SNAPSHOT_BYTES_MAX),
  ]),
])

/** In the order in which they must reach the disk. */
export function recordsOf({ snapshot, entries, hardState }: Stored): Uint8Array[] {
  const records: Uint8Array[] = []
  if (snapshot) {
    const { index, term, configuration, state } = snapshot
    const plain = plainConfiguration(configuration)
    records.push(encode([VERSION, 'snapshot', index, term, plain, state]))
  }
  for (let at = 0; at < entries.length; ) {
    const count = Math.min(fitting(entries, at, APPEND_BYTES_MAX), APPEND_ENTRIES_MAX)
    const first = entries[at]?.index ?? INDEX_ZERO
    records.push(encode([VERSION, 'entries', first, entries.slice(at, at + count).map(plainEntry)]))
    at += count
  }
  if (hardState) {
    const { term, votedFor, commit } = hardState
    records.push(encode([VERSION, 'hardState', term, votedFor ?? null, commit]))
  }
  return records
}

/** Throws RAFT_RECORDS_DAMAGED where the records are not what `recordsOf` wrote. */
export function readRecords(records: readonly Uint8Array[]): Stored {
  let snapshot: Snapshot | undefined
  let entries: Entry[] = []
  let hardState: HardState | undefined
  for (const bytes of records) {
    const record = parseRecord(bytes)
    if (record[1] === 'snapshot') {
      const [, , index, term, configuration, state] = record
      snapshot = { index, term, configuration, state }
      entries = []
    } else if (record[1] === 'entries') {
      const [, , first, drafts] = record
      const base = snapshot?.index ?? INDEX_ZERO
      const keep = first - base - 1
      if (keep < 0 || keep > entries.length) throw damaged('There is a gap in the log.')
      entries.length = keep
      drafts.forEach((draft, at) => {
        entries.push({ index: plus(first, at), ...draft })
      })
    } else {
      const [, , term, votedFor, commit] = record
      hardState = { term, votedFor: votedFor ?? undefined, commit }
    }
  }
  return { snapshot, entries, hardState: consistent(snapshot, entries, hardState) }
}

/**
 * A write that was cut short may have brought entries or a snapshot of a term without that term
 * itself. Nothing was said about it yet, so that the term can be taken up, without a vote in it.
 */
function consistent(
  snapshot: Snapshot | undefined,
  entries: readonly Entry[],
  stored: HardState | undefined,
): HardState | undefined {
  const base = snapshot ?? { index: INDEX_ZERO, term: TERM_ZERO }
  const last = entries.at(-1) ?? base
  let before: Term = base.term
  for (const entry of entries) {
    if (entry.term < before) throw damaged('A term falls along the log.')
    before = entry.term
  }
  const hardState = stored ?? { term: TERM_ZERO, votedFor: undefined, commit: INDEX_ZERO }
  if (hardState.commit > last.index) throw damaged('Committed entries are missing.')
  const commit = higher(hardState.commit, base.index)
  if (last.term > hardState.term) return { term: last.term, votedFor: undefined, commit }
  return { ...hardState, commit }
}

function parseRecord(bytes: Uint8Array): z.infer<typeof RECORD> {
  let value: unknown
  try {
    value = decode(bytes, { bytesMax: RECORD_BYTES_MAX })
  } catch (cause) {
    throw damaged('A record is not what was written.', cause)
  }
  const record = RECORD.safeParse(value)
  if (!record.success) throw damaged('A record has another shape or version.', record.error)
  return record.data
}

function damaged(message: string, cause?: unknown): MyceliumError<RaftErrorCode> {
  return new MyceliumError('RAFT_RECORDS_DAMAGED', message, { cause })
}
