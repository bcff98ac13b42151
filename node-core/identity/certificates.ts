/**
 * The two kinds of certificate: network → owner (signed by an owner who may invite) and owner →
 * node. Who signed is the envelope's key and is not repeated in the payload.
 */
import { z } from 'zod'
import { parseTimestamp, toTimestamp } from '../base/clock/index.ts'
import { encode } from '../base/codec/index.ts'
import { MyceliumError } from '../base/errors/index.ts'
import type { Random } from '../base/random/index.ts'
import { bytesOf, openEnvelope, parseEnvelope, parsePayload, sealEnvelope } from './envelope.ts'
import type {
  EnvelopeContext,
  IdentityErrorCode,
  MembershipCertificate,
  NetworkId,
  NodeCertificate,
  Permission,
  Signer,
} from './index.ts'
import { CERTIFICATE_BYTES_MAX, CERTIFICATE_LIFETIME_MS } from './limits.ts'
import { name, networkBytes, permissions, sortPermissions, timestamp } from './shapes.ts'
import { isPublicKey } from './signature.ts'

export interface MembershipRequest {
  owner: Uint8Array
  ownerName: string
  permissions: Iterable<Permission>
  nowMs: number
}

/** Says nothing about whether the issuer may; `verifyMembership` does, for every reader alike. */
export function issueMembership(
  issuer: Signer,
  network: NetworkId,
  request: MembershipRequest,
  random: Random,
): Uint8Array {
  const payload = {
    network: Buffer.from(network, 'hex'),
    owner: request.owner,
    ownerName: request.ownerName,
    permissions: sortPermissions(request.permissions),
    serial: random.bytes(12),
    ...validity(request.nowMs),
  }
  return sealEnvelope(issuer, 'membership', network, encode(payload))
}

export function issueNodeCertificate(
  owner: Signer,
  network: NetworkId,
  request: { node: Uint8Array; nowMs: number },
): Uint8Array {
  const payload = {
    network: Buffer.from(network, 'hex'),
    node: request.node,
    ...validity(request.nowMs),
  }
  return sealEnvelope(owner, 'node', network, encode(payload))
}

/**
 * Checks form, network and signature. Throws IDENTITY_MALFORMED, WRONG_NETWORK, SIGNATURE_INVALID.
 */
export function parseMembership(network: NetworkId, bytes: Uint8Array): MembershipCertificate {
  const { payload, key } = open('membership', MEMBERSHIP, network, bytes)
  const serial = Buffer.from(payload.serial).toString('hex')
  return { ...payload, network, issuer: key, serial }
}

/**
 * Checks form, network and signature. Throws IDENTITY_MALFORMED, WRONG_NETWORK, SIGNATURE_INVALID.
 */
export function parseNodeCertificate(network: NetworkId, bytes: Uint8Array): NodeCertificate {
  const { payload, key } = open('node', NODE, network, bytes)
  return { ...payload, network, owner: key }
}

/** The span in which a certificate holds, in milliseconds since the Unix epoch. */
export function spanOf(certificate: { notBefore: string; notAfter: string }) {
  return {
    notBeforeMs: parseTimestamp(certificate.notBefore) ?? Number.POSITIVE_INFINITY,
    notAfterMs: parseTimestamp(certificate.notAfter) ?? Number.NEGATIVE_INFINITY,
  }
}

function open<Shape extends z.ZodType<{ network: Uint8Array }>>(
  context: EnvelopeContext,
  shape: Shape,
  network: NetworkId,
  bytes: Uint8Array,
): { payload: z.infer<Shape>; key: Uint8Array } {
  const limits = { bytesMax: CERTIFICATE_BYTES_MAX }
  // The network is compared first: another network's document fails the signature check as well,
  // since the network is part of what is signed, but its holder deserves the better reason.
  const claimed = parsePayload(
    shape,
    parseEnvelope(bytes, limits).payload,
    `${context} certificate`,
  )
  if (Buffer.from(claimed.network).toString('hex') !== network) {
    throw new MyceliumError<IdentityErrorCode>(
      'WRONG_NETWORK',
      'The certificate is of another network.',
    )
  }
  return { payload: claimed, key: openEnvelope(context, network, bytes, limits).key }
}

function validity(nowMs: number): { notBefore: string; notAfter: string } {
  return { notBefore: toTimestamp(nowMs), notAfter: toTimestamp(nowMs + CERTIFICATE_LIFETIME_MS) }
}

const publicKey = bytesOf(32).refine(isPublicKey)
const SPAN = { notBefore: timestamp, notAfter: timestamp }

const MEMBERSHIP = z
  .strictObject({
    network: networkBytes,
    owner: publicKey,
    ownerName: name,
    permissions,
    serial: bytesOf(12),
    ...SPAN,
  })
  .refine(hasPermittedSpan)

const NODE = z
  .strictObject({ network: networkBytes, node: publicKey, ...SPAN })
  .refine(hasPermittedSpan)

/** Nobody can grant more than one lifetime ahead. */
function hasPermittedSpan(certificate: { notBefore: string; notAfter: string }): boolean {
  const { notBeforeMs, notAfterMs } = spanOf(certificate)
  const lengthMs = notAfterMs - notBeforeMs
  return lengthMs > 0 && lengthMs <= CERTIFICATE_LIFETIME_MS
}
