/** Entries of the log, and how a change of members is written into one. */
import { z } from 'zod'
import { decode, encode } from '../../../base/codec/index.ts'
import { isCode } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { type ConfigurationChange, LEAVE_JOINT, leavesJoint } from './configuration.ts'
import { ENTRY_OVERHEAD_BYTES, MEMBERS_MAX } from './limits.ts'
import type { Term } from './positions.ts'

/** `changeV1` holds one change of one member and is never joint; `changeV2` holds any. */
export type EntryKind = 'normal' | 'changeV1' | 'changeV2'

/** An entry before a leader has given it a place. */
export interface EntryDraft {
  readonly kind: EntryKind
  /** Empty for a leader's first entry, and for leaving a joint configuration. */
  readonly data: Uint8Array
}

export interface Entry extends EntryDraft {
  readonly index: LogIndex
  readonly term: Term
}

export const NO_DATA = new Uint8Array(0)
/** Raft §8: a leader opens its term with an entry of its own. */
export const EMPTY_DRAFT: EntryDraft = { kind: 'normal', data: NO_DATA }

export const sizeOf = (entry: EntryDraft): number => entry.data.byteLength + ENTRY_OVERHEAD_BYTES

export function payloadBytes(entries: readonly EntryDraft[]): number {
  let bytes = 0
  for (const entry of entries) bytes += entry.data.byteLength
  return bytes
}

/** How many entries from `start` on fit into `bytesMax`; at least one where there is one. */
export function fitting(entries: readonly EntryDraft[], start: number, bytesMax: number): number {
  let bytes = 0
  let end = start
  while (end < entries.length) {
    const entry = entries[end]
    if (entry === undefined) break
    bytes += sizeOf(entry)
    if (end > start && bytes > bytesMax) break
    end++
  }
  return end - start
}

const CHANGE = z
  .tuple([
    z.enum(['auto', 'implicit', 'explicit']),
    z
      .array(
        z.tuple([
          z.enum(['addVoter', 'addLearner', 'remove']),
          z
            .string()
            .min(1)
            .max(64)
            .transform((node) => node as NodeId),
        ]),
      )
      .max(2 * MEMBERS_MAX),
  ])
  .transform(
    ([transition, changes]): ConfigurationChange => ({
      transition,
      changes: changes.map(([type, node]) => ({ type, node })),
    }),
  )

export function draftOfChange(wanted: ConfigurationChange, kind: EntryKind): EntryDraft {
  // Leaving weighs nothing, so that no bound on what is uncommitted can stand in its way.
  if (leavesJoint(wanted)) return { kind, data: NO_DATA }
  const changes = wanted.changes.map(({ type, node }) => [type, node])
  return { kind, data: encode([wanted.transition, changes]) }
}

/** Undefined for an entry that changes nobody, and for one that no honest node writes. */
export function changeOf(entry: EntryDraft): ConfigurationChange | undefined {
  if (entry.kind === 'normal') return undefined
  if (entry.data.byteLength === 0) return entry.kind === 'changeV2' ? LEAVE_JOINT : undefined
  try {
    const parsed = CHANGE.safeParse(decode(entry.data))
    if (!parsed.success) return undefined
    const single = parsed.data.transition === 'auto' && parsed.data.changes.length === 1
    return entry.kind === 'changeV2' || single ? parsed.data : undefined
  } catch (error) {
    if (isCode(error, 'CODEC_MALFORMED') || isCode(error, 'CODEC_TOO_LARGE')) return undefined
    throw error
  }
}
