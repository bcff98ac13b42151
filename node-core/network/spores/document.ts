/** What is signed: the document in its canonical bytes, and which of two is newer. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import { sortedKeys, toEra } from '../../control/succession/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import type { Position, SporeDocument, SporeErrorCode, SporeVersion } from './index.ts'
import {
  SPORE_ADDRESS_LENGTH_MAX,
  SPORE_ADDRESSES_MAX,
  SPORE_BYTES_MAX,
  SPORE_NODES_MAX,
  SPORE_OWNERS_MAX,
  SPORE_REMOVED_MAX,
} from './limits.ts'

const VERSION = 1
const count = z.int().min(0)
const key = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength === 32)
const ownerId = z.custom<OwnerId>(
  (value) => typeof value === 'string' && parseOwnerId(value) !== undefined,
)
const nodeId = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
const address = z.string().min(1).max(SPORE_ADDRESS_LENGTH_MAX)
const permission = z.enum(['admin', 'invite', 'deploy', 'use'])

const DOCUMENT = z.strictObject({
  v: z.literal(VERSION),
  version: z.tuple([count, count, count]),
  issuedAtMs: count,
  voters: z.array(key).min(1).max(64),
  nodes: z
    .array(
      z.strictObject({
        key,
        owner: ownerId,
        role: z.enum(['sclerotia', 'rhizomorph', 'hypha']),
        addresses: z.array(address).max(SPORE_ADDRESSES_MAX),
        position: z.tuple([count, count]),
      }),
    )
    .max(SPORE_NODES_MAX),
  owners: z
    .array(z.strictObject({ key, permissions: z.array(permission).max(4) }))
    .max(SPORE_OWNERS_MAX),
  removedOwners: z.array(ownerId).max(SPORE_REMOVED_MAX),
  removedNodes: z.array(nodeId).max(SPORE_REMOVED_MAX),
})

export function encodeDocument(document: SporeDocument): Uint8Array {
  const { version, issuedAtMs, voters, nodes, owners, removedOwners, removedNodes } = document
  return encode({
    ...{ v: VERSION, issuedAtMs, nodes, owners, removedOwners, removedNodes },
    version: [version.era, version.index, version.edition],
    voters: sortedKeys(voters),
  })
}

/** Throws SPORE_INVALID. */
export function parseDocument(payload: Uint8Array): SporeDocument {
  const parsed = DOCUMENT.safeParse(decodeOrRefuse(payload))
  if (!parsed.success) throw invalid('The bytes are not a spore document.', parsed.error)
  const { v: _, version, ...rest } = parsed.data
  const [era, index, edition] = version
  return { ...rest, version: { era: toEra(era), index: index as LogIndex, edition } }
}

export function isNewerVersion(one: SporeVersion, other: SporeVersion): boolean {
  if (one.era !== other.era) return one.era > other.era
  if (one.index !== other.index) return one.index > other.index
  return one.edition > other.edition
}

export function isBefore([incarnation, counter]: Position, other: Position): boolean {
  return incarnation < other[0] || (incarnation === other[0] && counter < other[1])
}

/** `era.index.edition`. */
export function versionText({ era, index, edition }: SporeVersion): string {
  return `${era}.${index}.${edition}`
}

export function decodeOrRefuse(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { bytesMax: SPORE_BYTES_MAX })
  } catch (cause) {
    throw invalid('The bytes are not canonical DAG-CBOR.', cause)
  }
}

export function invalid(message: string, cause?: unknown): MyceliumError<SporeErrorCode> {
  return new MyceliumError('SPORE_INVALID', message, { cause })
}
