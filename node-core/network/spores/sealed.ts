/** A document with its genesis, the proof of its committee, and that committee's signatures. */
import { z } from 'zod'
import { encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  type CommitteeStatement,
  type Era,
  encodeChain,
  hasMajority,
  isSameCommittee,
  parseChain,
  type VoterSignature,
  verifyCertified,
  verifyChain,
} from '../../control/succession/index.ts'
import { type FoundedNetwork, nodeIdOf, type OwnerId, parseGenesis } from '../../identity/index.ts'
import { decodeOrRefuse, invalid, parseDocument } from './document.ts'
import type { SporeDocument, SporeErrorCode, VerifiedSpore } from './index.ts'
import { SPORE_LIFETIME_MS } from './limits.ts'

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const SEALED = z.strictObject({
  spore: z.literal(1),
  genesis: bytes,
  chain: bytes,
  document: bytes,
  signatures: z.array(z.tuple([z.int().min(0).max(64), bytes])).max(64),
})

export type SealedSpore = Omit<z.infer<typeof SEALED>, 'spore'>

export function sealSpore(parts: {
  genesis: Uint8Array
  chain: Parameters<typeof encodeChain>[0]
  document: Uint8Array
  signatures: readonly VoterSignature[]
}): Uint8Array {
  return encode({ ...parts, spore: 1, chain: encodeChain(parts.chain) })
}

/** Whether bytes that were read from a seed look like one; the other kind is JSON. */
export function isSpore(bytes: Uint8Array): boolean {
  return bytes[0] !== undefined && bytes[0] >> 5 === 5
}

export interface SporeCheck {
  /** Without one the document names its own, and whoever handed it over is all there is to trust. */
  network?: FoundedNetwork
  /** Undefined: its age is not judged. */
  nowMs?: number
  isRemoved?: (owner: OwnerId) => boolean
  /** The copy of the registry here: of its own era it knows what a committee of the past may not know. */
  copy?: { era: Era; indexMax: number; isRemovedNode(node: NodeId): boolean } | undefined
}

/** Throws SPORE_INVALID, WRONG_NETWORK, SPORE_STALE. */
export function verifySpore(bytes: Uint8Array, check: SporeCheck): VerifiedSpore {
  const parsed = SEALED.safeParse(decodeOrRefuse(bytes))
  if (!parsed.success) throw invalid('The bytes are not a spore document.', parsed.error)
  const { genesis, chain, document: payload, signatures } = parsed.data
  const network = genesisOf(genesis)
  if (check.network && check.network.id !== network.id) {
    throw new MyceliumError<SporeErrorCode>('WRONG_NETWORK', 'It is of another network.')
  }
  const document = parseDocument(payload)
  const committee = committeeOf(network, chain, document, check.isRemoved)
  const { era, index } = document.version
  if (!isSameCommittee(committee, { ...document, era, index }) || index < committee.index) {
    throw invalid('The document and its committee disagree.')
  }
  const copy = check.copy?.era === era ? check.copy : undefined
  if (copy && index > copy.indexMax) {
    throw invalid('The document is of an entry that its committee has not come to.')
  }
  const counting = signatures.filter(([at]) => {
    const key = committee.voters[at]
    return key === undefined || copy?.isRemovedNode(nodeIdOf(key)) !== true
  })
  const signed = { context: 'spore', network: network.id, payload } as const
  if (!hasMajority(committee.voters, counting, signed)) {
    throw invalid('Too few of the committee have signed the document.')
  }
  const { nowMs } = check
  if (nowMs !== undefined && nowMs > document.issuedAtMs + SPORE_LIFETIME_MS) {
    throw new MyceliumError<SporeErrorCode>('SPORE_STALE', 'The spore document is too old.')
  }
  return { network, document, committee, bytes }
}

/** The proof of its committee, for whoever publishes the next one. Throws SPORE_INVALID. */
export function chainIn(bytes: Uint8Array) {
  const parsed = SEALED.safeParse(decodeOrRefuse(bytes))
  if (!parsed.success) throw invalid('The bytes are not a spore document.', parsed.error)
  return parseChain(parsed.data.chain)
}

function genesisOf(bytes: Uint8Array): FoundedNetwork {
  try {
    return parseGenesis(bytes)
  } catch (cause) {
    throw invalid('The document’s genesis does not hold.', cause)
  }
}

function committeeOf(
  network: FoundedNetwork,
  bytes: Uint8Array,
  { voters }: SporeDocument,
  isRemoved?: SporeCheck['isRemoved'],
): CommitteeStatement {
  try {
    const chain = parseChain(bytes)
    if (!('certified' in chain)) return verifyChain(network, chain, isRemoved)
    const certified = verifyCertified(network, chain, isRemoved)
    // Blocks name nodes by their ids, which are the hashes of these keys.
    const named = new Set(certified.voters)
    const isSame = voters.length === named.size && voters.every((key) => named.has(nodeIdOf(key)))
    if (!isSame) throw invalid('The document and its committee disagree.')
    return { era: certified.era, index: certified.index, voters }
  } catch (cause) {
    throw invalid('Its committee cannot be proven.', cause)
  }
}
