/**
 * Messages as bytes: DAG-CBOR, `[version, kind, term, ...]`. Who sent one is known from the channel
 * it came through and not repeated in it. A snapshot travels in chunks (Raft §7, InstallSnapshot).
 */
import { z } from 'zod'
import { decode, encode, type Plain } from '../../../base/codec/index.ts'
import { isCode, unreachable } from '../../../base/errors/index.ts'
import { type NodeId, parseNodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import type { Configuration } from './configuration.ts'
import { changeOf, type Entry, type EntryDraft } from './entries.ts'
import {
  APPEND_ENTRIES_MAX,
  MESSAGE_BYTES_MAX,
  PAYLOAD_BYTES_MAX,
  READ_CONTEXT_LENGTH_MAX,
  SNAPSHOT_BYTES_MAX,
  SNAPSHOT_CHUNK_BYTES_MAX,
} from './limits.ts'
import type { InstallSnapshot, Message } from './messages.ts'
import { plus, type Term } from './positions.ts'
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

/** A part of a snapshot; all parts of one transfer say the same but for `offset` and `data`. */
export interface SnapshotChunk {
  readonly kind: 'snapshotChunk'
  readonly from: NodeId
  readonly to: NodeId
  readonly term: Term
  /** Drawn by chance for each snapshot and receiver, so that parts of two are never mixed. */
  readonly transfer: number
  readonly index: LogIndex
  readonly logTerm: Term
  readonly configuration: Configuration
  readonly sizeBytes: number
  readonly offset: number
  readonly data: Uint8Array
}

/** The receiver holds everything before `offset`. */
export interface SnapshotWanted {
  readonly kind: 'snapshotWanted'
  readonly from: NodeId
  readonly to: NodeId
  readonly term: Term
  readonly transfer: number
  readonly offset: number
}

export type WireMessage = Exclude<Message, InstallSnapshot> | SnapshotChunk | SnapshotWanted

const VERSION = 1

const CONTEXT = z.string().max(READ_CONTEXT_LENGTH_MAX)
const TRANSFER = z
  .int()
  .min(0)
  .max(2 ** 32)
const OFFSET = z.int().min(0).max(SNAPSHOT_BYTES_MAX)

/** What follows version, kind and term. */
const SHAPES = {
  appendEntries: z.tuple([INDEX, TERM, INDEX, z.array(ENTRY).max(APPEND_ENTRIES_MAX)]),
  appendEntriesReply: z.tuple([INDEX, z.boolean(), INDEX, TERM]),
  requestVote: z.tuple([INDEX, TERM, z.boolean()]),
  preVote: z.tuple([INDEX, TERM, z.boolean()]),
  requestVoteReply: z.tuple([z.boolean(), INDEX, TERM]),
  preVoteReply: z.tuple([z.boolean(), INDEX, TERM]),
  heartbeat: z.tuple([INDEX, CONTEXT, INDEX]),
  heartbeatReply: z.tuple([CONTEXT, INDEX]),
  timeoutNow: z.tuple([]),
  propose: z.tuple([z.array(bytesUpTo(PAYLOAD_BYTES_MAX)).min(1).max(APPEND_ENTRIES_MAX)]),
  readIndex: z.tuple([CONTEXT.min(1)]),
  readIndexReply: z.tuple([CONTEXT.min(1), INDEX]),
  transferLeader: z.tuple([NODE]),
  snapshotChunk: z.tuple([
    TRANSFER,
    INDEX,
    TERM,
    CONFIGURATION,
    OFFSET,
    OFFSET,
    bytesUpTo(SNAPSHOT_CHUNK_BYTES_MAX),
  ]),
  snapshotWanted: z.tuple([TRANSFER, OFFSET]),
} as const
const HEAD = z.tuple([z.literal(VERSION), z.enum(Object.keys(SHAPES)), TERM], z.unknown())

export function encodeMessage(message: WireMessage): Uint8Array {
  return encode([VERSION, message.kind, message.term, ...body(message)])
}

/** Undefined for what no honest node sends. */
export function parseMessage(bytes: Uint8Array, from: NodeId, to: NodeId): WireMessage | undefined {
  let value: unknown
  try {
    value = decode(bytes, { bytesMax: MESSAGE_BYTES_MAX })
  } catch (error) {
    if (isCode(error, 'CODEC_MALFORMED') || isCode(error, 'CODEC_TOO_LARGE')) return undefined
    throw error
  }
  const head = HEAD.safeParse(value)
  if (!head.success) return undefined
  const [, kind, term, ...rest] = head.data
  const message = build(kind as WireMessage['kind'], { from, to, term }, rest)
  return message && isSensible(message) ? message : undefined
}

function body(message: WireMessage): Plain[] {
  switch (message.kind) {
    case 'appendEntries': {
      const { prevLogIndex, prevLogTerm, leaderCommit, entries } = message
      return [prevLogIndex, prevLogTerm, leaderCommit, entries.map(plainEntry)]
    }
    case 'appendEntriesReply':
      return [message.index, message.rejected, message.hintIndex, message.hintTerm]
    case 'requestVote':
    case 'preVote':
      return [message.lastLogIndex, message.lastLogTerm, message.transfer]
    case 'requestVoteReply':
    case 'preVoteReply':
      return [message.rejected, message.committedIndex, message.committedTerm]
    case 'heartbeat':
      return [message.leaderCommit, message.context, message.tick]
    case 'heartbeatReply':
      return [message.context, message.tick]
    case 'timeoutNow':
      return []
    case 'propose':
      return [message.entries.map(({ data }) => data)]
    case 'readIndex':
      return [message.context]
    case 'readIndexReply':
      return [message.context, message.index]
    case 'transferLeader':
      return [message.transferee]
    case 'snapshotChunk': {
      const { transfer, index, logTerm, configuration, sizeBytes, offset, data } = message
      const plain = plainConfiguration(configuration)
      return [transfer, index, logTerm, plain, sizeBytes, offset, data]
    }
    case 'snapshotWanted':
      return [message.transfer, message.offset]
    default:
      return unreachable(message)
  }
}

interface Envelope {
  from: NodeId
  to: NodeId
  term: Term
}

function build(
  kind: WireMessage['kind'],
  envelope: Envelope,
  rest: unknown[],
): WireMessage | undefined {
  switch (kind) {
    case 'appendEntries': {
      const fields = SHAPES.appendEntries.safeParse(rest).data
      if (!fields) return undefined
      const [prevLogIndex, prevLogTerm, leaderCommit, plain] = fields
      const entries = plain.map(
        (draft, at): Entry => ({ index: plus(prevLogIndex, at + 1), ...draft }),
      )
      return { kind, ...envelope, prevLogIndex, prevLogTerm, leaderCommit, entries }
    }
    case 'appendEntriesReply': {
      const fields = SHAPES.appendEntriesReply.safeParse(rest).data
      if (!fields) return undefined
      const [index, rejected, hintIndex, hintTerm] = fields
      return { kind, ...envelope, index, rejected, hintIndex, hintTerm }
    }
    case 'requestVote':
    case 'preVote': {
      const fields = SHAPES[kind].safeParse(rest).data
      if (!fields) return undefined
      const [lastLogIndex, lastLogTerm, transfer] = fields
      return { kind, ...envelope, lastLogIndex, lastLogTerm, transfer }
    }
    case 'requestVoteReply':
    case 'preVoteReply': {
      const fields = SHAPES[kind].safeParse(rest).data
      if (!fields) return undefined
      const [rejected, committedIndex, committedTerm] = fields
      return { kind, ...envelope, rejected, committedIndex, committedTerm }
    }
    case 'heartbeat': {
      const fields = SHAPES.heartbeat.safeParse(rest).data
      if (!fields) return undefined
      const [leaderCommit, context, tick] = fields
      return { kind, ...envelope, leaderCommit, context, tick }
    }
    case 'heartbeatReply': {
      const fields = SHAPES.heartbeatReply.safeParse(rest).data
      return fields && { kind, ...envelope, context: fields[0], tick: fields[1] }
    }
    case 'timeoutNow':
      return SHAPES.timeoutNow.safeParse(rest).success ? { kind, ...envelope } : undefined
    default:
      return buildOther(kind, envelope, rest)
  }
}

function buildOther(
  kind: Extract<
    WireMessage['kind'],
    | 'propose'
    | 'readIndex'
    | 'readIndexReply'
    | 'transferLeader'
    | 'snapshotChunk'
    | 'snapshotWanted'
  >,
  envelope: Envelope,
  rest: unknown[],
): WireMessage | undefined {
  switch (kind) {
    case 'propose': {
      const fields = SHAPES.propose.safeParse(rest).data
      const drafts = fields?.[0].map((data): EntryDraft => ({ kind: 'normal', data }))
      return drafts && { kind, ...envelope, entries: drafts }
    }
    case 'readIndex': {
      const fields = SHAPES.readIndex.safeParse(rest).data
      return fields && { kind, ...envelope, context: fields[0] }
    }
    case 'readIndexReply': {
      const fields = SHAPES.readIndexReply.safeParse(rest).data
      return fields && { kind, ...envelope, context: fields[0], index: fields[1] }
    }
    case 'transferLeader': {
      const fields = SHAPES.transferLeader.safeParse(rest).data
      return fields && { kind, ...envelope, transferee: fields[0] }
    }
    case 'snapshotChunk': {
      const fields = SHAPES.snapshotChunk.safeParse(rest).data
      if (!fields) return undefined
      const [transfer, index, logTerm, configuration, sizeBytes, offset, data] = fields
      const of = { transfer, index, logTerm, configuration, sizeBytes }
      return { kind, ...envelope, ...of, offset, data }
    }
    case 'snapshotWanted': {
      const fields = SHAPES.snapshotWanted.safeParse(rest).data
      return fields && { kind, ...envelope, transfer: fields[0], offset: fields[1] }
    }
    default:
      return unreachable(kind)
  }
}

/** What no shape tells: what a message may say beside what else it says. */
function isSensible(message: WireMessage): boolean {
  switch (message.kind) {
    case 'appendEntries':
      return message.term > 0 && message.prevLogTerm <= message.term && areInOrder(message)
    case 'snapshotChunk':
      return (
        message.term > 0 &&
        message.logTerm <= message.term &&
        message.offset + message.data.byteLength <= message.sizeBytes
      )
    // Handed to the leader as they are; in what term is the leader's to say.
    case 'propose':
    case 'readIndex':
      return message.term === 0
    default:
      return message.term > 0
  }
}

/** Raft §5.3: terms never fall along a log, nor go beyond the leader's own. */
function areInOrder(message: {
  prevLogTerm: Term
  term: Term
  entries: readonly Entry[]
}): boolean {
  let before = message.prevLogTerm
  for (const entry of message.entries) {
    if (entry.term < before || entry.term > message.term) return false
    if (entry.kind !== 'normal' && !isChange(entry)) return false
    before = entry.term
  }
  return true
}

function isChange(entry: Entry): boolean {
  const wanted = changeOf(entry)
  return wanted?.changes.every(({ node }) => parseNodeId(node) !== undefined) === true
}
