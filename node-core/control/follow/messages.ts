/** `follow/1`: what a node asks whom it follows, and what it is answered. */
import { z } from 'zod'
import { createExchange } from '../../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import {
  ANSWER_BYTES_MAX,
  ANSWER_ENTRIES_MAX,
  CHUNK_BYTES,
  DEPTH_MAX,
  MEMBERS_MAX,
  OTHERS_MAX,
  QUESTION_BYTES_MAX,
  SNAPSHOT_BYTES_MAX,
  WORD_BYTES_MAX,
} from './limits.ts'

export const PROTOCOL = 'follow/1'

const index = z
  .int()
  .min(0)
  .transform((value) => value as LogIndex)
const nodeId = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
const others = z.array(nodeId).max(OTHERS_MAX)
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const digest = bytes.refine(({ byteLength }) => byteLength === 32)
const depth = z.int().min(0).max(DEPTH_MAX)

const QUESTION = z.discriminatedUnion('kind', [
  /** What comes after this entry. Held while there is nothing, but for whoever joins. */
  z.strictObject({
    kind: z.literal('next'),
    after: index,
    joins: z.boolean(),
    /** Nobody else took it in. */
    presses: z.boolean(),
    /** What it holds is nobody's word yet. */
    doubts: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('chunk'),
    index,
    digest,
    offset: z.int().min(0).max(SNAPSHOT_BYTES_MAX),
  }),
  /** Of a member: whether its entries after one up to another, or its state as of it, are these. */
  z.strictObject({
    kind: z.literal('vouch'),
    what: z.enum(['entries', 'state']),
    after: index,
    to: index,
    digest,
  }),
  /** Whether it is there, and how far it has come. */
  z.strictObject({ kind: z.literal('look') }),
])
export type Question = z.infer<typeof QUESTION>

const members = z.tuple([z.array(nodeId).max(MEMBERS_MAX), z.array(nodeId).max(MEMBERS_MAX)])
const ANSWER = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('entries'),
    height: index,
    depth,
    /** One after the other from the asked one on. */
    entries: z.array(z.tuple([bytes, members.nullable()])).max(ANSWER_ENTRIES_MAX),
    others,
    /** A member's word about one of them, or about the one before. */
    word: bytes.refine(({ byteLength }) => byteLength <= WORD_BYTES_MAX).nullable(),
  }),
  /** So far behind that only this helps. */
  z.strictObject({
    kind: z.literal('snapshot'),
    height: index,
    depth,
    index,
    digest,
    sizeBytes: z.int().min(1).max(SNAPSHOT_BYTES_MAX),
  }),
  z.strictObject({
    kind: z.literal('chunk'),
    data: bytes.refine(({ byteLength }) => byteLength > 0 && byteLength <= CHUNK_BYTES),
  }),
  /** Null where it cannot tell. */
  z.strictObject({ kind: z.literal('vouched'), same: z.boolean().nullable() }),
  /** That snapshot is held no more. */
  z.strictObject({ kind: z.literal('gone') }),
  /** It serves as many as it will; these may have room. */
  z.strictObject({ kind: z.literal('full'), others }),
  /** It does not know how the log goes on. */
  z.strictObject({ kind: z.literal('lost'), others }),
  z.strictObject({ kind: z.literal('here'), height: index, depth: depth.nullable() }),
])
export type Answer = z.infer<typeof ANSWER>
export type EntriesAnswer = Extract<Answer, { kind: 'entries' }>
export type SnapshotAnswer = Extract<Answer, { kind: 'snapshot' }>

export const { encodeQuestion, parseQuestion, encodeAnswer, parseAnswer } = createExchange({
  question: { shape: QUESTION, bytesMax: QUESTION_BYTES_MAX },
  answer: { shape: ANSWER, bytesMax: ANSWER_BYTES_MAX },
})

export function packEntries(entries: readonly CommittedEntry[]): EntriesAnswer['entries'] {
  return entries.map(({ payload, members }) => [
    payload,
    members ? [[...members.voters], [...members.learners]] : null,
  ])
}

export function unpackEntries(after: LogIndex, packed: EntriesAnswer['entries']): CommittedEntry[] {
  return packed.map(([payload, members], at) => ({
    index: (after + at + 1) as LogIndex,
    payload,
    ...(members && { members: { voters: members[0], learners: members[1] } }),
  }))
}
