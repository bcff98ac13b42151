/**
 * What an engine writes down, in the order of what happened, and is made from again. The log beneath
 * has checked the bytes; a record of another shape is damage or another version's, and stops the
 * start rather than letting a node vote that has forgotten its votes.
 */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import { MyceliumError, unreachable } from '../../../base/errors/index.ts'
import { CERTIFICATE, type Certificate, plainCertificate } from './certificate.ts'
import { BLOCK_BYTES_MAX, RECORD_BYTES_MAX, SNAPSHOT_BYTES_MAX } from './limits.ts'
import { PROVEN_BLOCK, type ProvenBlock, plainProvenBlock } from './messages.ts'
import { bytesUpTo, parseBy } from './shapes.ts'
import { plainVote, VOTE, type Vote } from './vote.ts'

export type EngineRecord =
  /** An own one; durable before it is said. */
  | { kind: 'vote'; vote: Vote }
  | { kind: 'block'; block: Uint8Array }
  | { kind: 'certificate'; certificate: Certificate }
  /** The last block of an epoch; those of all epochs before the snapshot's stand before it. */
  | { kind: 'link'; link: ProvenBlock }
  /** Stands before the snapshot that contains it, for peers that lag. */
  | { kind: 'kept'; kept: ProvenBlock }
  | { kind: 'snapshot'; snapshot: Uint8Array }

export type RecordErrorCode =
  /** Not a record of this engine in a version that is known here. */
  'RECORD_MALFORMED'

export function encodeRecord(record: EngineRecord): Uint8Array {
  return encode([VERSION, record.kind, plainRecord(record)])
}

/** Throws RECORD_MALFORMED. */
export function parseRecord(bytes: Uint8Array): EngineRecord {
  const record = parseBy(RECORD, bytes, SNAPSHOT_BYTES_MAX + RECORD_BYTES_MAX)
  if (!record) {
    throw new MyceliumError<RecordErrorCode>('RECORD_MALFORMED', 'This is no record of Simplex.')
  }
  return record
}

function plainRecord(record: EngineRecord): unknown {
  switch (record.kind) {
    case 'vote':
      return plainVote(record.vote)
    case 'block':
      return record.block
    case 'certificate':
      return plainCertificate(record.certificate)
    case 'link':
      return plainProvenBlock(record.link)
    case 'kept':
      return plainProvenBlock(record.kept)
    case 'snapshot':
      return record.snapshot
    default:
      return unreachable(record)
  }
}

const VERSION = 1
const version = z.literal(VERSION)
const RECORD = z.union([
  z
    .tuple([version, z.literal('vote'), VOTE])
    .transform(([, kind, vote]): EngineRecord => ({ kind, vote })),
  z
    .tuple([version, z.literal('block'), bytesUpTo(BLOCK_BYTES_MAX)])
    .transform(([, kind, block]): EngineRecord => ({ kind, block })),
  z
    .tuple([version, z.literal('certificate'), CERTIFICATE])
    .transform(([, kind, certificate]): EngineRecord => ({ kind, certificate })),
  z
    .tuple([version, z.literal('link'), PROVEN_BLOCK])
    .transform(([, kind, link]): EngineRecord => ({ kind, link })),
  z
    .tuple([version, z.literal('kept'), PROVEN_BLOCK])
    .transform(([, kind, kept]): EngineRecord => ({ kind, kept })),
  z
    .tuple([version, z.literal('snapshot'), bytesUpTo(SNAPSHOT_BYTES_MAX)])
    .transform(([, kind, snapshot]): EngineRecord => ({ kind, snapshot })),
])
