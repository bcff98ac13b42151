/** The document that founds a network. Its hash, signature included, is the network's id. */
import { z } from 'zod'
import { encode, equalBytes } from '../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../base/net/index.ts'
import type { Random } from '../base/random/index.ts'
import { bytesOf, malformed, openEnvelope, parsePayload, sealEnvelope } from './envelope.ts'
import { parseNetworkId, sha256Hex } from './id-forms.ts'
import type { ConsensusEngine, FoundedNetwork, Signer } from './index.ts'
import { FOUNDERS_MAX, FOUNDING_VOTERS_MAX, GENESIS_BYTES_MAX } from './limits.ts'
import { name, timestamp } from './shapes.ts'
import { isPublicKey } from './signature.ts'

export interface GenesisRequest {
  name: string
  consensus: ConsensusEngine
  /** ISO 8601, as `toTimestamp` writes it. */
  createdAt: string
  /** Owners beside the one who signs. */
  coFounders?: readonly Uint8Array[]
  /** Under Simplex who votes first. */
  voters?: readonly NodeId[]
  /** Under Raft alone: a leader answers reads by its lease, for ever (docs/adr/0007). */
  leaseReads?: boolean
}

export function foundNetwork(
  founder: Signer,
  request: GenesisRequest,
  random: Random,
): FoundedNetwork {
  const payload = encode({
    ...formOf(request),
    name: request.name,
    createdAt: request.createdAt,
    founders: [founder.publicKey, ...(request.coFounders ?? [])],
    consensus: request.consensus,
    nonce: random.bytes(16),
  })
  return parseGenesis(sealEnvelope(founder, 'genesis', undefined, payload))
}

/** The first that says all of it, so that whoever chose nothing later can be read by every release. */
function formOf({ voters, leaseReads }: GenesisRequest) {
  if (voters) return { version: 2, voters: voters.map((node) => Buffer.from(node, 'hex')) }
  return leaseReads ? { version: 3, leaseReads } : { version: 1 }
}

/**
 * Throws IDENTITY_MALFORMED or SIGNATURE_INVALID. Whether it is the right network is the caller's.
 */
export function parseGenesis(bytes: Uint8Array): FoundedNetwork {
  const envelope = openEnvelope('genesis', undefined, bytes, { bytesMax: GENESIS_BYTES_MAX })
  const genesis = parsePayload(GENESIS, envelope.payload, 'genesis document')
  const signedByFounder = genesis.founders.some((key) => equalBytes(key, envelope.key))
  if (!signedByFounder) throw malformed('The genesis is signed by none of its founders.')
  const id = parseNetworkId(sha256Hex(bytes))
  if (!id) throw malformed('The genesis has no id.')
  return { id, genesis, bytes: Uint8Array.from(bytes) }
}

export function isFounder(network: FoundedNetwork, ownerKey: Uint8Array): boolean {
  return network.genesis.founders.some((key) => equalBytes(key, ownerKey))
}

const SHARED = {
  name,
  createdAt: timestamp,
  founders: z.array(bytesOf(32).refine(isPublicKey)).min(1).max(FOUNDERS_MAX),
  nonce: bytesOf(16),
}
const nodeId = bytesOf(32).transform((bytes, context): NodeId => {
  const node = parseNodeId(Buffer.from(bytes).toString('hex'))
  if (node) return node
  context.addIssue('not a node')
  return z.NEVER
})
const GENESIS = z.discriminatedUnion('version', [
  z
    .strictObject({ version: z.literal(1), consensus: z.enum(['raft', 'simplex']), ...SHARED })
    .transform((genesis) => ({ ...genesis, voters: [], leaseReads: false })),
  z
    .strictObject({
      version: z.literal(2),
      consensus: z.literal('simplex'),
      voters: z.array(nodeId).min(1).max(FOUNDING_VOTERS_MAX),
      ...SHARED,
    })
    .transform((genesis) => ({ ...genesis, leaseReads: false })),
  // A node that honours no lease beside a leader that counts on one would make its reads stale: a release
  // that knows of none has to refuse the whole document.
  z
    .strictObject({
      version: z.literal(3),
      consensus: z.literal('raft'),
      leaseReads: z.literal(true),
      ...SHARED,
    })
    .transform((genesis) => ({ ...genesis, voters: [] })),
])
