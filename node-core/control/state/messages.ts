/** What nodes say to each other about the map, and the one parser of each. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { isCode } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  AUTHORS_MAX,
  CREDENTIAL_BYTES_MAX,
  DELTA_CREDENTIALS_MAX,
  DIGEST_CREDENTIALS_MAX,
  MESSAGE_BYTES_MAX,
  PUSH_RECORDS_MAX,
  RECORD_BYTES_MAX,
  SEQUENCE_MAX,
} from './limits.ts'
import { isAfter, type Position } from './position.ts'
import { fromHex, toHex } from './record.ts'

export interface DigestEntry {
  author: NodeId
  mark: Position
  /** 16 bytes over the records up to the mark. */
  fingerprint: Uint8Array
}

export interface Digest {
  authors: DigestEntry[]
  /** Hashes of the credentials at hand. */
  credentials: Uint8Array[]
}

/** Every standing record of a stream in `(from, to]`, as the sender says. */
export interface Range {
  author: NodeId
  from: Position
  to: Position
  records: Uint8Array[]
  /** A record at or after `to`, when none of `records` is one. */
  head?: Uint8Array
}

export interface Delta {
  credentials: Uint8Array[]
  ranges: Range[]
}

/** `state/1`, asked. */
export type Question =
  | { kind: 'root'; root: Uint8Array }
  | { kind: 'exchange'; digest: Digest; delta: Delta }

/** `state/1`, answered: `same` or `digest` to a root, `delta` to an exchange. */
export type Answer =
  | { kind: 'same' }
  | { kind: 'digest'; digest: Digest }
  /** `digest` after the exchange, when there is more to exchange. */
  | { kind: 'delta'; delta: Delta; digest?: Digest }

/** The `state` topic: fresh records, and credentials that some may lack. */
export interface Push {
  credentials: Uint8Array[]
  records: Uint8Array[]
}

const bytesOf = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength === length)
const bytesUpTo = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= length)
const sequence = z.int().min(0).max(SEQUENCE_MAX)
const POSITION = z.tuple([sequence, sequence])
const AUTHOR = bytesOf(32).transform((bytes) => toHex(bytes) as NodeId)
const DIGEST = z
  .tuple([
    z.array(z.tuple([AUTHOR, POSITION, bytesOf(16)])).max(AUTHORS_MAX),
    z.array(bytesOf(16)).max(DIGEST_CREDENTIALS_MAX),
  ])
  .transform(
    ([authors, credentials]): Digest => ({
      authors: authors.map(([author, mark, fingerprint]) => ({ author, mark, fingerprint })),
      credentials,
    }),
  )
const RANGE = z
  .tuple([
    AUTHOR,
    POSITION,
    POSITION,
    z.array(bytesUpTo(RECORD_BYTES_MAX)),
    bytesUpTo(RECORD_BYTES_MAX).nullable(),
  ])
  .refine(([, from, to]) => isAfter(to, from))
  .transform(
    ([author, from, to, records, head]): Range => ({
      author,
      from,
      to,
      records,
      ...(head === null ? {} : { head }),
    }),
  )
const CREDENTIALS = z.array(bytesUpTo(CREDENTIAL_BYTES_MAX))
const DELTA = z
  .tuple([CREDENTIALS.max(DELTA_CREDENTIALS_MAX), z.array(RANGE).max(AUTHORS_MAX)])
  .transform(([credentials, ranges]): Delta => ({ credentials, ranges }))
const QUESTION = z.union([
  z.tuple([z.literal('root'), bytesOf(16)]).transform(([kind, root]): Question => ({ kind, root })),
  z
    .tuple([z.literal('exchange'), DIGEST, DELTA])
    .transform(([kind, digest, delta]): Question => ({ kind, digest, delta })),
])
const ANSWER = z.union([
  z.tuple([z.literal('same')]).transform((): Answer => ({ kind: 'same' })),
  z.tuple([z.literal('digest'), DIGEST]).transform(([kind, digest]): Answer => ({ kind, digest })),
  z
    .tuple([z.literal('delta'), DELTA, DIGEST.nullable()])
    .transform(([kind, delta, digest]): Answer => ({ kind, delta, ...(digest ? { digest } : {}) })),
])
const PUSH = z
  .tuple([
    z.literal('push'),
    CREDENTIALS.max(4),
    z.array(bytesUpTo(RECORD_BYTES_MAX)).max(PUSH_RECORDS_MAX),
  ])
  .transform(([, credentials, records]): Push => ({ credentials, records }))

export function encodeQuestion(question: Question): Uint8Array {
  return question.kind === 'root'
    ? encode(['root', question.root])
    : encode(['exchange', plainDigest(question.digest), plainDelta(question.delta)])
}

export function encodeAnswer(answer: Answer): Uint8Array {
  if (answer.kind === 'same') return encode(['same'])
  if (answer.kind === 'digest') return encode(['digest', plainDigest(answer.digest)])
  const digest = answer.digest ? plainDigest(answer.digest) : null
  return encode(['delta', plainDelta(answer.delta), digest])
}

export function encodePush(push: Push): Uint8Array {
  return encode(['push', push.credentials, push.records])
}

export const parseQuestion = (bytes: Uint8Array): Question | undefined => parse(QUESTION, bytes)
export const parseAnswer = (bytes: Uint8Array): Answer | undefined => parse(ANSWER, bytes)
export const parsePush = (bytes: Uint8Array): Push | undefined => parse(PUSH, bytes)

function parse<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array) {
  try {
    return shape.safeParse(decode(bytes, { bytesMax: MESSAGE_BYTES_MAX })).data
  } catch (error) {
    if (isCode(error, 'CODEC_MALFORMED') || isCode(error, 'CODEC_TOO_LARGE')) return undefined
    throw error
  }
}

function plainDigest(digest: Digest) {
  return [
    digest.authors.map(({ author, mark, fingerprint }) => [fromHex(author), mark, fingerprint]),
    digest.credentials,
  ]
}

function plainDelta(delta: Delta) {
  const ranges = delta.ranges.map(({ author, from, to, records, head }) => {
    return [fromHex(author), from, to, records, head ?? null]
  })
  return [delta.credentials, ranges]
}
