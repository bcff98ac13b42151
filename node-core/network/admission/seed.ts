/** The seed document, `spore.json`: JSON for people, signed over its canonical form by one node. */
import { z } from 'zod'
import { parseTimestamp, toTimestamp } from '../../base/clock/index.ts'
import { encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  type FoundedNetwork,
  parseGenesis,
  parseNetworkId,
  type Signer,
  signedBytes,
  verify,
  verifyCredential,
} from '../../identity/index.ts'
import type { AdmissionErrorCode, SeedDocument, VerifiedSeed } from './index.ts'
import { ADDRESSES_MAX, SEED_BYTES_MAX, SEED_LIFETIME_MS } from './limits.ts'

export interface SeedRequest {
  addresses: readonly string[]
  /** The credential of the node whose key signs. */
  credential: Uint8Array
  nowMs: number
}

export function createSeed(
  nodeKey: Signer,
  network: FoundedNetwork,
  request: SeedRequest,
): SeedDocument {
  const unsigned = {
    version: 1 as const,
    network: network.id,
    name: network.genesis.name,
    genesis: base64(network.bytes),
    addresses: request.addresses.slice(0, ADDRESSES_MAX),
    issuedAt: toTimestamp(request.nowMs),
    expiresAt: toTimestamp(request.nowMs + SEED_LIFETIME_MS),
    credential: base64(request.credential),
  }
  const signature = nodeKey.sign(signedBytes('seed', network.id, encode(unsigned)))
  return { ...unsigned, signature: base64(signature) }
}

/**
 * Reads a seed document. Throws SEED_INVALID, WRONG_NETWORK (when one is given), SEED_STALE.
 * Without a network the document names its own, and whoever handed it over is all there is to
 * trust.
 */
export function verifySeed(
  text: string,
  check: { nowMs: number; network?: FoundedNetwork },
): VerifiedSeed {
  const { signature, ...unsigned } = parseSeed(text)
  if (check.network && unsigned.network !== check.network.id) {
    throw refusal('WRONG_NETWORK', 'The seed document is of another network.')
  }
  const network = genesisOf(unsigned)
  const node = signerOf(unsigned, network)
  const signed = signedBytes('seed', network.id, encode(unsigned))
  if (!verify(node.nodeKey, signed, bytesOf(signature))) {
    throw refusal('SEED_INVALID', 'The seed document was altered or is not signed.')
  }
  requireFresh(unsigned, check.nowMs)
  const { addresses, issuedAt, expiresAt } = unsigned
  return { network, addresses, node: node.nodeId, issuedAt, expiresAt }
}

type UnsignedSeed = Omit<SeedDocument, 'signature'>

function parseSeed(text: string): z.infer<typeof SEED> {
  if (Buffer.byteLength(text) > SEED_BYTES_MAX) {
    throw refusal('SEED_INVALID', 'The seed document is too large.')
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw refusal('SEED_INVALID', 'The seed document is not JSON.', cause)
  }
  const parsed = SEED.safeParse(json)
  if (parsed.success) return parsed.data
  throw refusal('SEED_INVALID', 'The file is not a signed seed document.', parsed.error)
}

function genesisOf(seed: UnsignedSeed): FoundedNetwork {
  try {
    const network = parseGenesis(bytesOf(seed.genesis))
    if (network.id === seed.network && network.genesis.name === seed.name) return network
  } catch (cause) {
    throw refusal('SEED_INVALID', 'The seed document’s genesis does not hold.', cause)
  }
  throw refusal('SEED_INVALID', 'The seed document and its genesis disagree.')
}

/** A document outlives the credential of its signer: its own dates say how long it is good. */
function signerOf(seed: UnsignedSeed, network: FoundedNetwork) {
  try {
    return verifyCredential(bytesOf(seed.credential), { network, nowMs: undefined })
  } catch (cause) {
    throw refusal('SEED_INVALID', 'The seed document was not signed by a member.', cause)
  }
}

function requireFresh(seed: UnsignedSeed, nowMs: number): void {
  const issuedAtMs = parseTimestamp(seed.issuedAt) ?? 0
  const expiresAtMs = parseTimestamp(seed.expiresAt) ?? 0
  if (expiresAtMs - issuedAtMs > SEED_LIFETIME_MS) {
    throw refusal('SEED_INVALID', 'The seed document claims to be good for too long.')
  }
  if (nowMs > expiresAtMs) {
    throw refusal('SEED_STALE', `The seed document was good until ${seed.expiresAt}.`)
  }
}

/** One spelling: the last character of base64 has bits that many readers pass over. */
const base64Bytes = z.base64().refine((text) => base64(bytesOf(text)) === text)
const timestamp = z.string().refine((text) => parseTimestamp(text) !== undefined)
const SEED = z.strictObject({
  version: z.literal(1),
  network: z.string().transform((text, context) => {
    const id = parseNetworkId(text)
    if (!id) context.addIssue('Not a network id.')
    return id ?? z.NEVER
  }),
  name: z.string(),
  genesis: base64Bytes,
  addresses: z.array(z.string().min(1).max(256)).min(1).max(ADDRESSES_MAX),
  issuedAt: timestamp,
  expiresAt: timestamp,
  credential: base64Bytes,
  signature: base64Bytes,
})

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function refusal(
  code: AdmissionErrorCode,
  message: string,
  cause?: unknown,
): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError(code, message, { cause })
}
