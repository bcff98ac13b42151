/** The side that is asked: answers strangers over `join`, and members over `renew/1`. */
import { parseTimestamp, toTimestamp } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  checkInviteProof,
  checkInviteTime,
  type OwnerId,
  ownerIdOf,
  type Permission,
  parseMembership,
  parseSignedInvite,
  peerIdOf,
  type SignedInvite,
  verifyMembership,
} from '../../identity/index.ts'
import { MEMBER_PREFIX, type MemberEntry, type MemberRecords, WAITING_PREFIX } from './entries.ts'
import type { AdmissionDeps, AdmissionErrorCode } from './index.ts'
import type { InviteBook } from './invite-book.ts'
import type { Issuer } from './issuer.ts'
import { ADDRESSES_MAX, WAITING_LIFETIME_MS, WAITING_MAX } from './limits.ts'
import {
  type Answer,
  encodeAnswer,
  type JoinRequest,
  openJoinRequest,
  parseQuestion,
} from './messages.ts'
import { createQuestionRate } from './question-rate.ts'

export interface Gate {
  /** Never throws: a refusal is an answer. */
  answer(body: Uint8Array, remotePeerId: string): Promise<Uint8Array>
}

export interface GateParts {
  records: MemberRecords
  issuer: Issuer
  invites: InviteBook
}

export function createGate(deps: AdmissionDeps, parts: GateParts): Gate {
  const { clock, logger } = deps
  const mayAsk = createQuestionRate()
  const inTurn = createTurns()

  return {
    async answer(body, remotePeerId) {
      try {
        if (!mayAsk(remotePeerId, clock.monotonicMs())) {
          throw refusal('RATE_LIMITED', 'Too many questions. Try again in a minute.')
        }
        return encodeAnswer(await answerTo(deps, { ...parts, inTurn }, body, remotePeerId))
      } catch (error) {
        if (!(error instanceof MyceliumError)) throw error
        logger.info('A newcomer was refused.', { code: error.code, peer: remotePeerId })
        return encodeAnswer(asRefusal(error))
      }
    },
  }
}

async function answerTo(
  deps: AdmissionDeps,
  parts: GateParts & { inTurn: Turns },
  body: Uint8Array,
  remotePeerId: string,
): Promise<Answer> {
  const question = parseQuestion(body)
  switch (question.ask) {
    case 'about':
      return aboutAnswer(deps, parts.records)
    case 'renew':
      return admitted(deps, renewChain(deps, parts, question.membership))
    case 'join': {
      if (question.network !== deps.network.id) {
        throw refusal('WRONG_NETWORK', 'This node is in another network.')
      }
      const { ownerKey, request } = openJoinRequest(deps.network.id, question.request)
      // Noise has proven who is on the line: a request cannot be shown by another node.
      if (peerIdOf(request.node) !== remotePeerId) {
        throw refusal('JOIN_MALFORMED', 'The request is another node’s.')
      }
      const owner = ownerIdOf(ownerKey)
      const newcomer = { owner, ownerKey, request, sealed: question.request }
      return parts.inTurn(() => answerJoin(deps, parts, newcomer))
    }
  }
}

interface Newcomer {
  owner: OwnerId
  ownerKey: Uint8Array
  request: JoinRequest
  /** The request as it was signed. */
  sealed: Uint8Array
}

async function answerJoin(
  deps: AdmissionDeps,
  parts: GateParts,
  newcomer: Newcomer,
): Promise<Answer> {
  const { records } = parts
  const { wish } = newcomer.request
  if (records.isRemoved(newcomer.owner)) {
    throw refusal('MEMBER_REMOVED', 'This owner was removed from the network.')
  }
  const entry = records.member(newcomer.owner)
  // Another computer of a member: it is in already, and an invite stays unused.
  if (entry) return admitted(deps, currentChain(deps, parts, entry, newcomer.ownerKey))
  switch (wish.kind) {
    case 'invite':
      return admitted(deps, await admitByInvite(deps, parts, newcomer, wish))
    case 'ask':
      return putToWait(deps, records, newcomer)
    case 'poll': {
      const asked = records.waiting(newcomer.owner)
      if (!asked) throw refusal('NOT_FOUND', 'Nobody of this name waits to be let in.')
      return waitingAnswer(deps, asked.since)
    }
  }
}

async function admitByInvite(
  deps: AdmissionDeps,
  parts: GateParts,
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

async function putToWait(
  deps: AdmissionDeps,
  records: MemberRecords,
  newcomer: Newcomer,
): Promise<Answer> {
  const { state, clock } = deps
  const asked = records.waiting(newcomer.owner)
  if (asked) return waitingAnswer(deps, asked.since)
  if (records.isFounder(newcomer.owner)) return waitingAnswer(deps, toTimestamp(clock.wallMs()))
  const waiting = state.list(WAITING_PREFIX)
  if (waiting.length >= WAITING_MAX) await forgetLongWaiting(deps, records)
  if (state.list(WAITING_PREFIX).length >= WAITING_MAX) {
    throw refusal('RATE_LIMITED', 'Too many wait to be let in. Try again later.')
  }
  const since = toTimestamp(clock.wallMs())
  await state.put(WAITING_PREFIX + newcomer.owner, { since, request: newcomer.sealed })
  return waitingAnswer(deps, since)
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
function currentChain(
  deps: AdmissionDeps,
  parts: GateParts,
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
  parts: GateParts,
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
    isMember: records.isMember,
  })
  const entry = records.member(member.ownerId)
  if (!entry) throw refusal('NOT_FOUND', 'There is no entry of this owner here.')
  const { name: ownerName, permissions } = entry
  return issuer.issue({ owner: ownerKey, ownerName, permissions })
}

function aboutAnswer(deps: AdmissionDeps, records: MemberRecords): Answer {
  return {
    answer: 'about',
    network: deps.network.id,
    name: deps.network.genesis.name,
    node: deps.mesh.self,
    nodeName: deps.nodeName(),
    members: records.countMembers(),
  }
}

function admitted(deps: AdmissionDeps, membership: Uint8Array[]): Answer {
  const addresses = [...new Set([...deps.mesh.addresses(), ...deps.contacts()])]
  return {
    answer: 'admitted',
    genesis: deps.network.bytes,
    membership,
    addresses: addresses.slice(0, ADDRESSES_MAX),
  }
}

function waitingAnswer(deps: AdmissionDeps, since: string): Answer {
  return { answer: 'waiting', genesis: deps.network.bytes, since }
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

function asRefusal(error: MyceliumError): Answer {
  const addresses =
    error.details && 'addresses' in error.details && Array.isArray(error.details.addresses)
      ? { addresses: error.details.addresses.map(String) }
      : {}
  return { answer: 'refused', code: error.code, message: error.message.slice(0, 200), ...addresses }
}

type Turns = <T>(run: () => Promise<T>) => Promise<T>

/** One request after the other, so that two never take the same last use of an invite. */
function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const mine = last.then(run)
    last = mine.catch(() => undefined)
    return mine
  }
}

function refusal(code: AdmissionErrorCode, message: string): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError(code, message)
}
