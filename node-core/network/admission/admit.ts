/** What an answer to a stranger does: admit by invite, put to wait, renew a chain. */
import { parseTimestamp, toTimestamp } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  checkInviteProof,
  checkInviteTime,
  type OwnerId,
  type Permission,
  parseMembership,
  parseSignedInvite,
  type SignedInvite,
  verifyMembership,
} from '../../identity/index.ts'
import { MEMBER_PREFIX, type MemberEntry, WAITING_PREFIX } from './entries.ts'
import type { AdmissionDeps, AdmissionErrorCode } from './index.ts'
import type { InviteBook } from './invite-book.ts'
import type { Issuer } from './issuer.ts'
import { WAITING_LIFETIME_MS, WAITING_MAX } from './limits.ts'
import type { MemberRecords } from './member-records.ts'
import type { JoinRequest } from './messages.ts'

/** What the parts of admission share. */
export interface AdmissionParts {
  records: MemberRecords
  /** By the shared state alone. */
  told: MemberRecords
  issuer: Issuer
  invites: InviteBook
}

export interface Newcomer {
  owner: OwnerId
  ownerKey: Uint8Array
  request: JoinRequest
  /** The request as it was signed. */
  sealed: Uint8Array
}

/** Throws INVITE_…, WRONG_NETWORK, FORBIDDEN; a use is taken only when all else has held. */
export async function admitByInvite(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  newcomer: Newcomer,
  wish: { invite: Uint8Array; proof: Uint8Array },
): Promise<Uint8Array[]> {
  const invite = readInvite(wish.invite)
  // One owner may have made invites for two networks, on this very node.
  if (invite.network.id !== deps.network.id) {
    throw refusal('WRONG_NETWORK', 'The invite is for another network.')
  }
  if (!Buffer.from(invite.issuer).equals(deps.ownerKey.publicKey)) throw elsewhere(invite)
  checkInviteTime(invite, deps.clock.wallMs())
  checkInviteProof(invite, newcomer.ownerKey, wish.proof)
  // Whether it may still be granted is settled before a use is taken.
  const { ownerName } = newcomer.request
  const { permissions } = invite
  const chain = parts.issuer.issue({ owner: newcomer.ownerKey, ownerName, permissions })
  try {
    await parts.invites.use(invite.serial, newcomer.owner)
  } catch (error) {
    if (error instanceof MyceliumError && error.code === 'INVITE_NOT_HERE') throw elsewhere(invite)
    throw error
  }
  await putMember(deps, newcomer.owner, { name: ownerName, permissions, membership: chain })
  return chain
}

/** Records an admission, and ends the wait of an owner that waited. */
export async function putMember(
  deps: Pick<AdmissionDeps, 'state' | 'clock'>,
  owner: OwnerId,
  member: { name: string; permissions: Permission[]; membership: Uint8Array[] },
): Promise<void> {
  const since = toTimestamp(deps.clock.wallMs())
  await deps.state.put(MEMBER_PREFIX + owner, { ...member, since })
  if (deps.state.get(WAITING_PREFIX + owner)) await deps.state.delete(WAITING_PREFIX + owner)
}

/** Puts the newcomer before the admins; since when it waits. */
export async function putToWait(
  deps: AdmissionDeps,
  records: MemberRecords,
  newcomer: Newcomer,
): Promise<string> {
  const { state, clock } = deps
  const asked = records.waiting(newcomer.owner)
  if (asked) return asked.since
  // A founder needs nobody's approval: its node signs for itself once it knows the genesis.
  if (records.isFounder(newcomer.owner)) return toTimestamp(clock.wallMs())
  const waiting = state.list(WAITING_PREFIX)
  if (waiting.length >= WAITING_MAX) await forgetLongWaiting(deps, records)
  if (state.list(WAITING_PREFIX).length >= WAITING_MAX) {
    throw refusal('RATE_LIMITED', 'Too many wait to be let in. Try again later.')
  }
  const since = toTimestamp(clock.wallMs())
  await state.put(WAITING_PREFIX + newcomer.owner, { since, request: newcomer.sealed })
  return since
}

async function forgetLongWaiting(deps: AdmissionDeps, records: MemberRecords): Promise<void> {
  const nowMs = deps.clock.wallMs()
  for (const { owner, state, since } of records.list()) {
    const sinceMs = parseTimestamp(since ?? '') ?? 0
    if (state === 'waiting' && nowMs - sinceMs > WAITING_LIFETIME_MS) {
      await deps.state.delete(WAITING_PREFIX + owner)
    }
  }
}

/** A member's chain that holds now: the one on record, or a new one signed here. */
export function currentChain(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  entry: MemberEntry,
  ownerKey: Uint8Array,
): Uint8Array[] {
  const check = { ...parts.records, network: deps.network, nowMs: deps.clock.wallMs() }
  try {
    verifyMembership(entry.membership, ownerKey, check)
    return entry.membership
  } catch (cause) {
    const { name: ownerName, permissions } = entry
    if (parts.issuer.mayIssue(permissions)) {
      return parts.issuer.issue({ owner: ownerKey, ownerName, permissions })
    }
    throw new MyceliumError<AdmissionErrorCode>(
      'CERTIFICATE_EXPIRED',
      'This node may not renew the certificate; another member may.',
      { cause },
    )
  }
}

/** Whoever shows the chain gets the next one: it is worth nothing without the owner's key. */
export function renewChain(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  membership: readonly Uint8Array[],
): Uint8Array[] {
  const { network } = deps
  const { records, issuer } = parts
  const leaf = membership[0]
  if (!leaf) throw refusal('JOIN_MALFORMED', 'There is no certificate to renew.')
  const ownerKey = parseMembership(network.id, leaf).owner
  const member = verifyMembership(membership, ownerKey, {
    network,
    nowMs: undefined,
    isRemoved: records.isRemoved,
    mayPassOn: records.mayPassOn,
    vouchedFor: records.vouchedFor,
  })
  const entry = records.member(member.ownerId)
  if (!entry) throw refusal('NOT_FOUND', 'There is no entry of this owner here.')
  const { name: ownerName, permissions } = entry
  return issuer.issue({ owner: ownerKey, ownerName, permissions })
}

function readInvite(bytes: Uint8Array): SignedInvite {
  try {
    return parseSignedInvite(bytes)
  } catch (cause) {
    throw new MyceliumError<AdmissionErrorCode>('INVITE_INVALID', 'The invite does not hold.', {
      cause,
    })
  }
}

function elsewhere(invite: SignedInvite): MyceliumError<AdmissionErrorCode> {
  const { addresses } = invite
  return new MyceliumError('INVITE_NOT_HERE', 'Ask the node that made this invite.', {
    details: { addresses },
  })
}

export function refusal(
  code: AdmissionErrorCode,
  message: string,
): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError(code, message)
}
