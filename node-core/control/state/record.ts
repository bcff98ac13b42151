/**
 * A record as it is signed, stored and sent. Whoever holds the bytes and the credential they name can
 * check them without asking anyone.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { decode, encode, type Plain } from '../../base/codec/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  type NetworkId,
  type OwnerId,
  type Signer,
  signedBytes,
  type VerifiedMember,
} from '../../identity/index.ts'
import type { StateErrorCode, StateRecord } from './index.ts'
import { isKey, nodeOfKey } from './keys.ts'
import { RECORD_BYTES_MAX, SEQUENCE_MAX, VALUE_BYTES_MAX } from './limits.ts'
import { isAfter, type Position } from './position.ts'

/** A checked record with its proof. */
export interface SignedRecord extends StateRecord {
  readonly position: Position
  /** The author's position before this record: whoever stood there misses nothing up to here. */
  readonly previous: Position
  /** Hash of the credential it was written under. */
  readonly credential: string
  readonly bytes: Uint8Array
  /** Hash of `bytes`. */
  readonly id: string
}

/** What an author puts into a record. */
export interface Draft {
  key: string
  value: Plain | undefined
  generation: number
  claim: OwnerId | undefined
  position: Position
  previous: Position
  credential: string
}

/** What a record says before its author is known to have said it. */
export interface UnverifiedRecord extends Draft {
  author: NodeId
  payload: Uint8Array
  signature: Uint8Array
  bytes: Uint8Array
}

export type Verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

const VERSION = 1
/** Of every hash in the map: of records and of credentials. */
export const HASH_BYTES = 16

const bytesOf = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength === length)
const sequence = z.int().min(0).max(SEQUENCE_MAX)
const ENVELOPE = z.tuple([z.instanceof(Uint8Array), bytesOf(64)])
const PAYLOAD = z.tuple([
  z.literal(VERSION),
  bytesOf(32),
  z.tuple([sequence, sequence.min(1)]),
  z.tuple([sequence, sequence]),
  z.string().refine(isKey),
  // Empty for a tombstone. The codec has seen to it that whatever is in it is plain.
  z.array(z.custom<Plain>()).max(1),
  sequence,
  bytesOf(HASH_BYTES),
  bytesOf(32).nullable(),
])

export function signRecord(
  draft: Draft,
  author: VerifiedMember,
  signer: Signer,
  network: NetworkId,
): SignedRecord {
  const payload = encode([
    VERSION,
    fromHex(author.nodeId),
    draft.position,
    draft.previous,
    draft.key,
    draft.value === undefined ? [] : [boundedValue(draft.value)],
    draft.generation,
    fromHex(draft.credential),
    draft.claim === undefined ? null : fromHex(draft.claim),
  ])
  const signature = signer.sign(signedBytes('state', network, payload))
  const bytes = new Uint8Array(encode([payload, signature]))
  return toRecord({ ...draft, author: author.nodeId, bytes }, author.ownerId)
}

/** Checks size, form and shape. Undefined for what no honest node would send. */
export function parseRecord(received: Uint8Array): UnverifiedRecord | undefined {
  if (received.byteLength > RECORD_BYTES_MAX) return undefined
  // A copy: what stays must not keep the whole message it came in.
  const bytes = new Uint8Array(received)
  const envelope = ENVELOPE.safeParse(decodeOrNothing(bytes))
  if (!envelope.success) return undefined
  const [payload, signature] = envelope.data
  const parsed = PAYLOAD.safeParse(decodeOrNothing(payload))
  if (!parsed.success) return undefined
  const [, author, position, previous, key, value, generation, credential, claim] = parsed.data
  const authorId = toHex(author) as NodeId
  const owner = nodeOfKey(key)
  if (owner !== undefined ? owner !== authorId || generation !== 0 : generation < 1)
    return undefined
  if (!isAfter(position, previous)) return undefined
  if (value.length > 0 && encode(value[0]).byteLength > VALUE_BYTES_MAX) return undefined
  return {
    author: authorId,
    position,
    previous,
    key,
    value: value[0],
    generation,
    credential: toHex(credential),
    claim: claim === null ? undefined : (toHex(claim) as OwnerId),
    payload,
    signature,
    bytes,
  }
}

/** The record, or undefined when the signature is not that of the credential's node. */
export function verifyRecord(
  record: UnverifiedRecord,
  author: VerifiedMember,
  network: NetworkId,
  verify: Verify,
): SignedRecord | undefined {
  if (author.nodeId !== record.author) return undefined
  const message = signedBytes('state', network, record.payload)
  if (!verify(author.nodeKey, message, record.signature)) return undefined
  return toRecord(record, author.ownerId)
}

/** 16 bytes of SHA-256, as hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256')
    .update(bytes)
    .digest('hex')
    .slice(0, 2 * HASH_BYTES)
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

export function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

function toRecord(
  draft: Draft & { author: NodeId; bytes: Uint8Array },
  owner: OwnerId,
): SignedRecord {
  return {
    key: draft.key,
    value: draft.value,
    author: draft.author,
    owner,
    incarnation: draft.position[0],
    counter: draft.position[1],
    generation: draft.generation,
    ...(draft.claim === undefined ? {} : { claim: draft.claim }),
    position: draft.position,
    previous: draft.previous,
    credential: draft.credential,
    bytes: draft.bytes,
    id: hashOf(draft.bytes),
  }
}

function boundedValue(value: Plain): Plain {
  const sizeBytes = encode(value).byteLength
  if (sizeBytes > VALUE_BYTES_MAX) {
    throw new MyceliumError<StateErrorCode>(
      'TOO_LARGE',
      `A value of ${sizeBytes} bytes is too large.`,
    )
  }
  return value
}

function decodeOrNothing(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { bytesMax: RECORD_BYTES_MAX })
  } catch (error) {
    if (isCode(error, 'CODEC_MALFORMED') || isCode(error, 'CODEC_TOO_LARGE')) return undefined
    throw error
  }
}
