/**
 * Owners: how they come in, what they may do, and how they are put out. As in the shared state
 * (docs/adr/0003): founders are above everything, founders alone decide about admins, nobody grants
 * more than it holds, and a removal is for good. Founders stay admins, so there always is one.
 */
import { z } from 'zod'
import { parseTimestamp } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  checkInviteProof,
  type OwnerId,
  ownerIdOf,
  parseSignedInvite,
  type SignedInvite,
} from '../../identity/index.ts'
import { mayGrant, permissionsOf, whyNotOverrule } from './authors.ts'
import { kind, kindForStrangers, type Origin } from './kind.ts'
import { INVITE_BYTES_MAX, INVITES_MAX, MEMBERS_MAX } from './limits.ts'
import { done, type RefusalCode, refuse } from './refusals.ts'
import { bytesUpTo, ownerId, ownerName, permissions, publicKey } from './shapes.ts'
import type { State } from './state.ts'

/** By whoever may invite: this key is a member. Value: null. */
export const admit = kind(
  1,
  z.strictObject({ owner: publicKey, name: ownerName, permissions }),
  (state, author, { owner: key, name, permissions }) => {
    if (!mayGrant(author.permissions, permissions)) return refuse('FORBIDDEN')
    const owner = ownerIdOf(key)
    const refusal = whyNotAdmit(state, owner)
    if (refusal) return refuse(refusal)
    const admittedBy = author.owner
    state.members.set(owner, {
      ...{ key, name, permissions, admittedBy },
      sinceMs: state.clock.timeMs,
    })
    return done()
  },
)

/**
 * The version of the rules from which on nobody comes in by an invite here: no release has sent it, and
 * admission counts the uses of an invite at the node that made it, so one would let two in.
 */
const JOIN_CLOSED_SINCE = 7

/** By the newcomer: an invite, and the proof that it holds it. Value: null. */
export const join = kindForStrangers(
  1,
  z.strictObject({
    invite: bytesUpTo(INVITE_BYTES_MAX),
    proof: bytesUpTo(INVITE_BYTES_MAX),
    name: ownerName,
  }),
  (body, origin) => {
    const invite = provenInvite(body, origin)
    return invite && { invite, key: origin.key, name: body.name }
  },
  ({ state, ids: { owner } }, { invite, key, name }) => {
    if (state.members.get(owner) && !state.removed.get(owner)) return done()
    if (state.version >= JOIN_CLOSED_SINCE) return refuse('FORBIDDEN')
    const issuer = ownerIdOf(invite.issuer)
    const held = permissionsOf(state, issuer)
    if (typeof held === 'string' || !mayGrant(held, invite.permissions)) return refuse('FORBIDDEN')
    const refusal = whyNotAdmit(state, owner) ?? countUse(state, issuer, invite)
    if (refusal) return refuse(refusal)
    const { permissions } = invite
    state.members.set(owner, {
      ...{ key, name, permissions, admittedBy: issuer },
      sinceMs: state.clock.timeMs,
    })
    return done()
  },
)

/** By an admin: these permissions and no others. Value: null. */
export const grant = kind(
  1,
  z.strictObject({ owner: ownerId, permissions }),
  (state, author, { owner, permissions }) => {
    const held = state.members.get(owner)
    const refusal = whyNotOverrule(state, author, owner)
    if (refusal) return refuse(refusal)
    if (!held) return refuse('NOT_FOUND')
    if (!mayGrant(author.permissions, permissions)) return refuse('FORBIDDEN')
    state.members.set(owner, { ...held, permissions })
    return done()
  },
)

/** By an admin: out for good, its nodes too. What it runs stays until somebody ends it. Value: null. */
export const remove = kind(1, z.strictObject({ owner: ownerId }), (state, author, { owner }) => {
  const refusal = whyNotOverrule(state, author, owner)
  if (refusal) return refuse(refusal)
  if (!state.members.get(owner)) return refuse('NOT_FOUND')
  state.removed.set(owner, { by: author.owner, atMs: state.clock.timeMs })
  state.sessions.forget(owner)
  for (const node of state.nodes.table.keys()) {
    if (state.nodes.table.get(node)?.owner === owner) state.sessions.forget(node)
  }
  return done()
})

function whyNotAdmit(state: State, owner: OwnerId): RefusalCode | undefined {
  if (state.founders.has(owner)) return 'FOUNDER'
  if (state.removed.get(owner)) return 'REMOVED'
  // One key is an owner or a node, so that it never means two.
  if (state.members.get(owner) || state.nodes.table.get(owner)) return 'EXISTS'
  return state.members.size >= MEMBERS_MAX ? 'LIMIT_REACHED' : undefined
}

/** Takes one use, or says why there is none. */
function countUse(state: State, issuer: OwnerId, invite: SignedInvite): RefusalCode | undefined {
  const expiresMs = parseTimestamp(invite.expiresAt) ?? 0
  if (expiresMs < state.clock.timeMs) return 'EXPIRED'
  const name = `${issuer}/${invite.serial}`
  const used = state.invites.get(name)?.used ?? 0
  if (used >= invite.uses) return 'SPENT'
  if (used === 0 && state.invites.size >= INVITES_MAX && !dropExpired(state)) return 'LIMIT_REACHED'
  state.invites.set(name, { used: used + 1, expiresMs })
  return undefined
}

/** An invite that is over is refused by its time, whatever was counted. */
function dropExpired(state: State): boolean {
  for (const name of state.invites.keys()) {
    const invite = state.invites.get(name)
    if (invite && invite.expiresMs < state.clock.timeMs) state.invites.delete(name)
  }
  return state.invites.size < INVITES_MAX
}

function provenInvite(
  body: { invite: Uint8Array; proof: Uint8Array },
  { network, key }: Origin,
): SignedInvite | undefined {
  try {
    const invite = parseSignedInvite(body.invite)
    checkInviteProof(invite, key, body.proof)
    return invite.network.id === network.id ? invite : undefined
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}
