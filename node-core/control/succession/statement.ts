/** The canonical bytes of a statement about a committee. */
import { z } from 'zod'
import { decode, encode, equalBytes, type Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { ERAS_MAX } from '../consensus/simplex/index.ts'
import type { CommitteeStatement, EndedEra, Era, SuccessionErrorCode } from './index.ts'
import {
  CERTIFICATE_BYTES_MAX,
  FOLLOWED_BYTES_MAX,
  STATEMENT_BYTES_MAX,
  STATEMENT_VOTERS_MAX,
  TERMS_MAX,
} from './limits.ts'

const count = z.int().min(0)
const era = count.max(ERAS_MAX - 1).transform(toEra)
const index = count.transform((value) => value as LogIndex)
const key = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength === 32)
const bytesUpTo = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength <= length)
const nodeId = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)

const ENDED = z.strictObject({
  era,
  voters: z.array(nodeId).min(1).max(STATEMENT_VOTERS_MAX),
  last: index,
  term: count,
  terms: z.array(z.tuple([count, index])).max(TERMS_MAX),
  revision: count,
  atMs: count,
  certified: z
    .strictObject({
      certificate: bytesUpTo(CERTIFICATE_BYTES_MAX).nullable(),
      state: bytesUpTo(32),
    })
    .exactOptional(),
  followed: bytesUpTo(FOLLOWED_BYTES_MAX).exactOptional(),
})
const STATEMENT = z
  .strictObject({
    v: z.literal(1),
    era,
    index,
    voters: z.array(key).min(1).max(STATEMENT_VOTERS_MAX),
    ended: ENDED.exactOptional(),
  })
  .refine(({ voters }) => voters.every((one, at) => at === 0 || before(voters[at - 1], one)))
  .refine(({ era, ended }) => !ended || ended.era < era)

export function encodeStatement(statement: CommitteeStatement): Uint8Array {
  const { era, index, voters, ended } = statement
  const plain: Plain = {
    ...{ v: 1, era, index, voters: sortedKeys(voters) },
    ...(ended && { ended: plainEnd(ended) }),
  }
  return encode(plain)
}

function plainEnd({ certified, voters, ...rest }: EndedEra): Plain {
  return {
    ...{ ...rest, voters: [...voters].sort() },
    ...(certified && { certified: { ...certified } }),
  }
}

/** Throws SUCCESSION_MALFORMED. */
export function parseStatement(payload: Uint8Array): CommitteeStatement {
  const parsed = STATEMENT.safeParse(decodeOrRefuse(payload, STATEMENT_BYTES_MAX))
  if (!parsed.success) throw malformed('The bytes do not name a committee.')
  const { v: _, ...statement } = parsed.data
  return statement
}

export function sortedKeys(keys: readonly Uint8Array[]): Uint8Array[] {
  return [...keys].sort(Buffer.compare)
}

/** The same era and the same voters, whatever the index. */
export function isSameCommittee(one: CommitteeStatement, other: CommitteeStatement): boolean {
  return (
    one.era === other.era &&
    one.voters.length === other.voters.length &&
    one.voters.every((voter, at) => equalBytes(voter, other.voters[at] ?? new Uint8Array()))
  )
}

export function toEra(value: number): Era {
  return value as Era
}

export function decodeOrRefuse(bytes: Uint8Array, bytesMax: number): unknown {
  try {
    return decode(bytes, { bytesMax })
  } catch (cause) {
    throw malformed('The bytes are not canonical DAG-CBOR.', cause)
  }
}

export function malformed(message: string, cause?: unknown): MyceliumError<SuccessionErrorCode> {
  return new MyceliumError('SUCCESSION_MALFORMED', message, { cause })
}

export function untrusted(message: string, cause?: unknown): MyceliumError<SuccessionErrorCode> {
  return new MyceliumError('SUCCESSION_UNTRUSTED', message, { cause })
}

function before(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) < 0
}
