/**
 * Invites: signed by an owner who may invite, carried by people as `mycelium://join?invite=…`.
 *
 * The link holds the signed part and, outside it, the seed of a one-time key. The newcomer signs
 * its owner key with that key and sends the signed part only, so that whoever relays or logs a
 * request cannot use the invite.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseTimestamp } from '../base/clock/index.ts'
import { decode, encode, equalBytes } from '../base/codec/index.ts'
import { MyceliumError } from '../base/errors/index.ts'
import type { Random } from '../base/random/index.ts'
import { verifyMembership } from './credential.ts'
import { bytesOf, openEnvelope, parseEnvelope, parsePayload, sealEnvelope } from './envelope.ts'
import { isFounder, parseGenesis } from './genesis.ts'
import type {
  FoundedNetwork,
  IdentityErrorCode,
  Invite,
  InviteRequest,
  SignedInvite,
  Signer,
} from './index.ts'
import { generateKey, keyFromSeed } from './keys.ts'
import {
  ADDRESS_LENGTH_MAX,
  CHAIN_LENGTH_MAX,
  INVITE_ADDRESSES_MAX,
  INVITE_LINK_LENGTH_MAX,
  INVITE_USES_MAX,
} from './limits.ts'
import { name, permissions, role, sortPermissions, timestamp } from './shapes.ts'
import { isPublicKey } from './signature.ts'

export function createInvite(
  issuer: Signer,
  network: FoundedNetwork,
  request: InviteRequest,
  random: Random,
): { invite: Invite; link: string } {
  const oneTime = generateKey(random)
  const serial = random.bytes(12)
  // Addresses and the issuer's chain are what makes a link long. The chain goes first: without it a
  // newcomer cannot check the issuer's right before it asks, but the network checks it all the
  // same.
  const chain = isFounder(network, issuer.publicKey) ? [] : request.issuerMembership
  for (const [issuerMembership, addressesMax] of [
    [chain, INVITE_ADDRESSES_MAX],
    [chain, 2],
    [[], INVITE_ADDRESSES_MAX],
    [[], 1],
  ] as const) {
    const payload = encode({
      genesis: network.bytes,
      issuerName: request.issuerName,
      addresses: request.addresses.slice(0, addressesMax),
      issuerMembership,
      serial,
      permissions: sortPermissions(request.permissions),
      role: request.role,
      expiresAt: request.expiresAt,
      uses: request.uses,
      oneTimeKey: oneTime.publicKey,
    })
    const signed = sealEnvelope(issuer, 'invite', network.id, payload)
    const link = encodeLink({ signed, seed: oneTime.seed })
    if (link.length <= INVITE_LINK_LENGTH_MAX) return { invite: parseInvite(link), link }
  }
  throw invalid('The invite does not fit into a link.')
}

/**
 * Reads a link. Throws INVITE_INVALID for one that is cut, mistyped, altered or signed by nobody.
 */
export function parseInvite(link: string): Invite {
  const body = decodeLink(link)
  try {
    const signed = parseSignedInvite(body.signed)
    const oneTime = keyFromSeed(body.seed)
    if (!equalBytes(oneTime.publicKey, signed.oneTimePublicKey)) throw invalid('The key is wrong.')
    return { ...signed, oneTimeKey: body.seed }
  } catch (cause) {
    throw invalid('This invite is damaged or was not made by a member.', cause)
  }
}

/** The signed part, as a newcomer shows it. Throws IdentityErrorCode; expiry is not judged. */
export function parseSignedInvite(bytes: Uint8Array): SignedInvite {
  const limits = { bytesMax: INVITE_LINK_LENGTH_MAX }
  const claimed = parsePayload(PAYLOAD, parseEnvelope(bytes, limits).payload, 'invite')
  const network = parseGenesis(claimed.genesis)
  const { key: issuer } = openEnvelope('invite', network.id, bytes, limits)
  requireIssuer(network, issuer, claimed)
  return {
    ...claimed,
    network,
    issuer,
    serial: Buffer.from(claimed.serial).toString('hex'),
    oneTimePublicKey: claimed.oneTimeKey,
    signed: Uint8Array.from(bytes),
  }
}

/** Throws INVITE_EXPIRED. A newcomer passes a tolerance, since its clock may be the wrong one. */
export function checkInviteTime(invite: SignedInvite, nowMs: number, toleranceMs = 0): void {
  const expiresAtMs = parseTimestamp(invite.expiresAt) ?? Number.NEGATIVE_INFINITY
  if (nowMs > expiresAtMs + toleranceMs) {
    throw new MyceliumError<IdentityErrorCode>('INVITE_EXPIRED', 'This invite has expired.')
  }
}

/** What the newcomer sends beside the signed part: its owner key under the one-time key. */
export function proveInvite(invite: Invite, ownerKey: Uint8Array): Uint8Array {
  const payload = encode({ serial: invite.serial, owner: ownerKey })
  return sealEnvelope(keyFromSeed(invite.oneTimeKey), 'invite-proof', invite.network.id, payload)
}

/** Throws INVITE_INVALID unless the one-time key has signed exactly this owner. */
export function checkInviteProof(
  invite: SignedInvite,
  ownerKey: Uint8Array,
  proof: Uint8Array,
): void {
  try {
    const envelope = openEnvelope('invite-proof', invite.network.id, proof, { bytesMax: 512 })
    const claimed = parsePayload(PROOF, envelope.payload, 'proof of an invite')
    if (!equalBytes(envelope.key, invite.oneTimePublicKey)) throw invalid('Signed by another key.')
    if (claimed.serial !== invite.serial) throw invalid('For another invite.')
    if (!equalBytes(claimed.owner, ownerKey)) throw invalid('For another owner.')
  } catch (cause) {
    throw invalid('The newcomer does not hold this invite.', cause)
  }
}

const PREFIX = 'mycelium://join?invite='
/** The first byte of a link's body, so that a later form is told from a damaged one. */
const LINK_VERSION = 1
const CHECKSUM_BYTES = 4

interface LinkBody {
  signed: Uint8Array
  seed: Uint8Array
}

/** `mycelium://join?invite=` and base64url of version, checksum, DAG-CBOR `{ seed, signed }`. */
function encodeLink(body: LinkBody): string {
  const bytes = encode({ signed: body.signed, seed: body.seed })
  const framed = Buffer.concat([Buffer.of(LINK_VERSION), checksum(bytes), bytes])
  return PREFIX + framed.toString('base64url')
}

function decodeLink(link: string): LinkBody {
  // Browsers and chats write `//join/?` for `//join?` and leave blanks around what is pasted.
  const match = /^mycelium:\/\/join\/?\?invite=([A-Za-z0-9_-]+)$/i.exec(link.trim())
  const text = match?.[1] ?? ''
  const framed = new Uint8Array(Buffer.from(text, 'base64url'))
  const bytes = framed.subarray(1 + CHECKSUM_BYTES)
  const whole =
    link.length <= 2 * INVITE_LINK_LENGTH_MAX &&
    Buffer.from(framed).toString('base64url') === text &&
    framed[0] === LINK_VERSION &&
    equalBytes(framed.subarray(1, 1 + CHECKSUM_BYTES), checksum(bytes))
  if (!whole) throw invalid('This invite link is incomplete or mistyped.')
  const body = BODY.safeParse(decode(bytes))
  if (!body.success) throw invalid('This invite link is incomplete or mistyped.')
  return body.data
}

function checksum(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES)
}

function requireIssuer(
  network: FoundedNetwork,
  issuer: Uint8Array,
  claimed: z.infer<typeof PAYLOAD>,
): void {
  if (isFounder(network, issuer) || claimed.issuerMembership.length === 0) return
  const check = { network, nowMs: undefined }
  const held = verifyMembership(claimed.issuerMembership, issuer, check).permissions
  const mayInvite = held.has('admin') || held.has('invite')
  if (!mayInvite || !claimed.permissions.every((permission) => held.has(permission))) {
    throw new MyceliumError<IdentityErrorCode>('FORBIDDEN', 'Its issuer may not invite for that.')
  }
}

function invalid(message: string, cause?: unknown): MyceliumError<IdentityErrorCode> {
  return new MyceliumError('INVITE_INVALID', message, { cause })
}

const BODY = z.strictObject({ signed: z.instanceof(Uint8Array), seed: bytesOf(32) })
const PROOF = z.strictObject({ serial: z.string().length(24), owner: bytesOf(32) })
const PAYLOAD = z.strictObject({
  genesis: z.instanceof(Uint8Array),
  issuerName: name,
  addresses: z.array(z.string().min(1).max(ADDRESS_LENGTH_MAX)).max(INVITE_ADDRESSES_MAX),
  issuerMembership: z.array(z.instanceof(Uint8Array)).max(CHAIN_LENGTH_MAX),
  serial: bytesOf(12),
  permissions,
  role,
  expiresAt: timestamp,
  uses: z.number().int().min(1).max(INVITE_USES_MAX),
  oneTimeKey: bytesOf(32).refine(isPublicKey),
})
