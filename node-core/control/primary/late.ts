/**
 * What a copy holds that the copy which overruled it does not (docs/adr/0016): the commands of its log
 * beyond the last entry that both have, committed or not. None is dropped without being told.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import type { LogIndex, SalvagedLog } from '../consensus/index.ts'
import { describeBatch, parseEntry, type RegistryView } from '../registry/index.ts'
import { type EndedEra, type Era, toEra } from '../succession/index.ts'
import { decodeChecked, encodeChecked } from './checked.ts'
import { isSameAsFollowed } from './followed-copy.ts'
import { LATE_BYTES_MAX, LATE_SUBJECT_LENGTH_MAX } from './limits.ts'

export interface LateReport {
  /** The era whose copy this was. */
  era: Era
  /** The mandate that overruled it: hex of its hash. */
  overruledBy: string
  /** When this node found so, by its clock. */
  atMs: number
  /** The last entry that both copies have. */
  common: LogIndex
  /** The log begins after that: of what is gone from it `rows` alone shows, so keys and nothing else. */
  compacted: boolean
  /** The log, or the report, could not be read: what was late is not known. It is left on the disk. */
  unreadable: boolean
  /** What was gone on from is not what this copy was then. The log is left on the disk. */
  altered: boolean
  commands: readonly LateCommand[]
  /** Keys whose value here is later than what both have. Only where the log does not tell. */
  rows: readonly LateRow[]
}

export interface LateCommand {
  index: LogIndex
  /** Whether this node knew it to be committed: then its author was told that it is done. */
  committed: boolean
  kind: string
  /** The node or owner whose key signed it. */
  author: NodeId
  incarnation: number
  number: number
  /** Its author's clock. */
  timeMs: number
  /** The key or name it is about; empty where there is none. */
  subject: string
  body: Plain
}

export interface LateRow {
  key: string
  modRevision: number
  value: Uint8Array
}

/** Whether there is anything to tell, be it that nobody knows. */
export function isNews(report: LateReport): boolean {
  const { commands, rows, compacted, unreadable, altered } = report
  return commands.length > 0 || rows.length > 0 || compacted || unreadable || altered
}

/** The last entry that a log has in common with the one that goes on; Raft §5.3, Log Matching. */
export function commonWith(
  log: SalvagedLog,
  ended: EndedEra,
): { index: LogIndex; compacted: boolean } {
  const start = log.snapshot?.index ?? 0
  const committed = Math.max(log.committed, start)
  const termAt = (index: number): number | undefined => {
    if (index === start) return log.snapshot?.term
    return log.entries[index - start - 1]?.term
  }
  // A copy that followed tells no terms; all of it was committed.
  if (ended.followed)
    return { index: commonWithFollowed(log, ended), compacted: start > ended.last }
  for (let index = Math.min(log.last.index, ended.last); index >= start; index--) {
    const theirs = termIn(ended, index)
    // Of what is older than the terms that are told, only what is committed is the same everywhere.
    const isSame = theirs === undefined ? index <= committed : theirs === termAt(index)
    if (isSame) return { index: index as LogIndex, compacted: false }
  }
  return { index: Math.min(start, ended.last) as LogIndex, compacted: start > 0 }
}

/** What both know to be committed, and above that for as long as the entries are the same. */
function commonWithFollowed(log: SalvagedLog, ended: EndedEra): LogIndex {
  const start = log.snapshot?.index ?? 0
  let common = Math.min(Math.max(log.committed, start), ended.last)
  for (const entry of log.entries) {
    if (entry.index === common + 1 && isSameAsFollowed(ended, entry)) common = entry.index
  }
  return common as LogIndex
}

/** Undefined before the terms that are told. */
function termIn({ terms, last }: EndedEra, index: number): number | undefined {
  if (index > last) return undefined
  return terms.findLast(([, from]) => from <= index)?.[0]
}

export function lateCommands(
  network: FoundedNetwork,
  log: Pick<SalvagedLog, 'entries' | 'committed'>,
  common: LogIndex,
): LateCommand[] {
  return log.entries
    .filter(({ index }) => index > common)
    .flatMap(({ index, payload }) => {
      const batches = payload.byteLength === 0 ? [] : (parseEntry(payload) ?? [])
      const committed = index <= log.committed
      return batches.flatMap((bytes) => describe(network, bytes, { index, committed }))
    })
}

function describe(
  network: FoundedNetwork,
  bytes: Uint8Array,
  place: Pick<LateCommand, 'index' | 'committed'>,
): LateCommand[] {
  const batch = describeBatch(network, bytes)
  if (!batch) return []
  const { ids, incarnation, first, timeMs } = batch
  return batch.commands.map(({ kind, body }, at) => {
    const plain = body as Plain
    const number = first + at
    return {
      ...{ ...place, kind, author: ids.node, incarnation, number, timeMs },
      ...{ subject: subjectOf(plain), body: plain },
    }
  })
}

const SUBJECTS = ['key', 'name', 'workload', 'lease', 'lock', 'owner', 'node', 'proposal'] as const

function subjectOf(body: Plain): string {
  for (const field of SUBJECTS) {
    const value: unknown = typeof body === 'object' && body !== null && Reflect.get(body, field)
    if (typeof value === 'string') return value.slice(0, LATE_SUBJECT_LENGTH_MAX)
    if (typeof value === 'number') return String(value)
  }
  return ''
}

/** Keys that were changed after a revision that both copies have. */
export function lateRows(view: RegistryView, revision: number): LateRow[] {
  return view
    .list('', { limit: Number.MAX_SAFE_INTEGER })
    .filter((row) => row.modRevision > revision)
    .map(({ key, modRevision, value }) => ({ key, modRevision, value }))
}

export function encodeReport(report: LateReport): Uint8Array {
  const { commands, rows, ...head } = report
  return encodeChecked({ ...head, v: 1, commands, rows })
}

const count = z.int().min(0)
const index = count.transform((value) => value as LogIndex)
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const REPORT = z.strictObject({
  ...{ v: z.literal(1), era: count.transform(toEra), overruledBy: z.string(), atMs: count },
  ...{ common: index, compacted: z.boolean(), unreadable: z.boolean() },
  /** Reports of before it was looked at have none. */
  altered: z.boolean().default(false),
  commands: z.array(
    z.strictObject({
      ...{ index, committed: z.boolean(), kind: z.string() },
      author: z.custom<NodeId>(
        (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
      ),
      ...{ incarnation: count, number: count, timeMs: count, subject: z.string() },
      body: z.custom<Plain>((value) => value !== undefined),
    }),
  ),
  rows: z.array(z.strictObject({ key: z.string(), modRevision: count, value: bytes })),
})

/** Undefined for bytes that are none. */
export function parseReport(bytes: Uint8Array): LateReport | undefined {
  const parsed = REPORT.safeParse(decodeChecked(bytes, { bytesMax: LATE_BYTES_MAX }))
  if (!parsed.success) return undefined
  const { v: _, ...report } = parsed.data
  return report
}
