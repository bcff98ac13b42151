/** Credentials and the chain rule (docs/adr/0001): who a node is, judged from the genesis alone. */
import { z } from 'zod'
import { encode, equalBytes } from '../base/codec/index.ts'
import { MyceliumError } from '../base/errors/index.ts'
import { parseMembership, parseNodeCertificate, spanOf } from './certificates.ts'
import { parsePayload } from './envelope.ts'
import { isFounder } from './genesis.ts'
import { nodeIdOf, ownerIdOf } from './id-forms.ts'
import type {
  ChainIssuer,
  Credential,
  CredentialCheck,
  FoundedNetwork,
  IdentityErrorCode,
  MembershipCertificate,
  Permission,
  VerifiedMember,
  VerifiedMembership,
} from './index.ts'
import { CHAIN_LENGTH_MAX, CLOCK_TOLERANCE_MS, CREDENTIAL_BYTES_MAX } from './limits.ts'

export function encodeCredential(credential: Credential): Uint8Array {
  return encode({ node: credential.node, membership: credential.membership })
}

export function parseCredential(bytes: Uint8Array): Credential {
  if (bytes.byteLength > CREDENTIAL_BYTES_MAX) throw refusal('IDENTITY_MALFORMED', 'Too large.')
  return parsePayload(CREDENTIAL, bytes, 'credential')
}

/**
 * Reasons in this order: IDENTITY_MALFORMED, WRONG_NETWORK, SIGNATURE_INVALID,
 * CERTIFICATE_UNTRUSTED, MEMBER_REMOVED, CERTIFICATE_EXPIRED.
 */
export function verifyCredential(bytes: Uint8Array, check: CredentialCheck): VerifiedMember {
  const credential = parseCredential(bytes)
  const node = parseNodeCertificate(check.network.id, credential.node)
  const member = verifyMembership(credential.membership, node.owner, check)
  const span = spanOf(node)
  if (check.nowMs !== undefined) requireValid(span, check.nowMs)
  return {
    nodeId: nodeIdOf(node.node),
    nodeKey: node.node,
    ownerId: member.ownerId,
    ownerKey: node.owner,
    ownerName: member.ownerName,
    permissions: member.permissions,
    issuers: member.issuers,
    notAfterMs: Math.min(span.notAfterMs, member.notAfterMs),
  }
}

/** The chain of one owner alone, as an admission or an invite shows it. Reasons as above. */
export function verifyMembership(
  chain: readonly Uint8Array[],
  ownerKey: Uint8Array,
  check: CredentialCheck,
): VerifiedMembership {
  const { network, nowMs, isRemoved = () => false } = check
  const { mayPassOn = ({ owner }) => !isRemoved(owner), vouchedFor = () => undefined } = check
  if (chain.length > CHAIN_LENGTH_MAX) throw refusal('IDENTITY_MALFORMED', 'The chain is too long.')
  const certificates = chain.map((bytes) => parseMembership(network.id, bytes))
  const leaf = certificates[0]
  if (!leaf || !equalBytes(leaf.owner, ownerKey)) throw untrusted('It is not this owner’s.')
  requireChainToFounder(network, certificates)

  const ownerId = ownerIdOf(ownerKey)
  const founder = isFounder(network, ownerKey)
  // Founders are named in the genesis for ever; nobody can remove them.
  if (!founder && isRemoved(ownerId)) throw refusal('MEMBER_REMOVED', 'The owner was removed.')
  const issuers = issuersOf(certificates)
  const holds = founder || issuers.every(mayPassOn)
  const vouched = holds ? leaf.permissions : vouchedFor(ownerId)
  if (!vouched) throw untrusted('It was issued by an owner who may no longer do so.')
  const span = spanOf(leaf)
  if (nowMs !== undefined) requireValid(span, nowMs)
  return {
    ownerId,
    ownerName: leaf.ownerName,
    permissions: new Set(
      founder ? EVERY_PERMISSION : leaf.permissions.filter((one) => vouched.includes(one)),
    ),
    issuers,
    founder,
    notAfterMs: span.notAfterMs,
  }
}

const EVERY_PERMISSION: readonly Permission[] = ['admin', 'invite', 'deploy', 'use']

const CREDENTIAL = z.strictObject({
  node: z.instanceof(Uint8Array),
  membership: z.array(z.instanceof(Uint8Array)).min(1).max(CHAIN_LENGTH_MAX),
})

/**
 * Each certificate by the owner of the next one, the last by a founder; nobody grants what it
 * lacks.
 */
function requireChainToFounder(
  network: FoundedNetwork,
  certificates: readonly MembershipCertificate[],
): void {
  for (const [at, lower] of certificates.entries()) {
    const upper = certificates[at + 1]
    if (isFounder(network, lower.issuer)) {
      if (upper) throw untrusted('The chain goes on past a founder.')
      return
    }
    if (!upper) throw untrusted('The chain does not lead to a founder.')
    requireGrant(upper, lower)
  }
}

function requireGrant(upper: MembershipCertificate, lower: MembershipCertificate): void {
  if (!equalBytes(upper.owner, lower.issuer)) throw untrusted('The chain is broken.')
  const held = new Set(upper.permissions)
  if (!held.has('invite') && !held.has('admin')) throw untrusted('Its issuer may not invite.')
  // Among these is admin: only a founder or an admin makes an admin.
  if (!lower.permissions.every((permission) => held.has(permission))) {
    throw untrusted('It grants more than its issuer holds.')
  }
  // The chain model: the upper one must have held when the lower one was issued, not now.
  const issuedAtMs = spanOf(lower).notBeforeMs
  const span = spanOf(upper)
  if (!holdsAt(span, issuedAtMs)) throw untrusted('Its issuer was not a member when it was issued.')
}

/** A chain ends below the founder, so whoever owns one of its upper certificates is none. */
function issuersOf(certificates: readonly MembershipCertificate[]): ChainIssuer[] {
  return certificates.slice(1).map(({ owner, permissions }, at) => ({
    owner: ownerIdOf(owner),
    held: permissions,
    passedOn: certificates[at]?.permissions ?? [],
  }))
}

type Span = ReturnType<typeof spanOf>

function requireValid(span: Span, nowMs: number): void {
  if (!holdsAt(span, nowMs)) {
    throw refusal('CERTIFICATE_EXPIRED', 'The certificate has expired or does not hold yet.')
  }
}

function holdsAt(span: Span, atMs: number): boolean {
  return (
    atMs >= span.notBeforeMs - CLOCK_TOLERANCE_MS && atMs <= span.notAfterMs + CLOCK_TOLERANCE_MS
  )
}

function untrusted(message: string): MyceliumError<IdentityErrorCode> {
  return refusal('CERTIFICATE_UNTRUSTED', message)
}

function refusal(code: IdentityErrorCode, message: string): MyceliumError<IdentityErrorCode> {
  return new MyceliumError(code, message)
}
