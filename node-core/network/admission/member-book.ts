/** What a member does for others: invites, approval, changes of permissions, removal. */
import { toTimestamp } from '../../base/clock/index.ts'
import {
  createInvite,
  isFounder,
  type OwnerId,
  ownerIdOf,
  type Permission,
} from '../../identity/index.ts'
import { type AdmissionParts, putMember, refusal } from './admit.ts'
import { commit, sortedPermissions } from './committed.ts'
import { MEMBER_PREFIX, REMOVED_PREFIX, WAITING_PREFIX } from './entries.ts'
import type {
  Admission,
  AdmissionDeps,
  CreatedInvite,
  InviteOrder,
  RemovalOptions,
} from './index.ts'
import { forbidden } from './issuer.ts'

export type MemberBook = Pick<Admission, 'createInvite' | 'approve' | 'grant' | 'remove'>

export function createMemberBook(deps: AdmissionDeps, parts: AdmissionParts): MemberBook {
  return {
    createInvite: (order) => makeInvite(deps, parts, order),
    approve: (owner, permissions) => approve(deps, parts, owner, permissions),
    grant: (owner, permissions) => grant(deps, parts, owner, permissions),
    remove: (owner, options) => remove(deps, parts, owner, options),
  }
}

async function makeInvite(
  deps: AdmissionDeps,
  { issuer, invites, records }: AdmissionParts,
  { role, permissions, uses, expiresInMs }: InviteOrder,
): Promise<CreatedInvite> {
  if (!issuer.mayIssue(permissions)) {
    throw forbidden('This owner may not invite with these permissions.')
  }
  const { clock, mesh, network, ownerKey, ownerName, random } = deps
  const nowMs = clock.wallMs()
  const expiresAt = toTimestamp(nowMs + expiresInMs)
  const request = {
    addresses: [...mesh.addresses()].sort((a, b) => rank(a) - rank(b)),
    issuerName: records.member(ownerIdOf(ownerKey.publicKey))?.name ?? ownerName,
    issuerMembership: issuer.chain(),
    ...{ permissions, role, expiresAt, uses },
  }
  const { invite, link } = createInvite(ownerKey, network, request, random)
  const { serial } = invite
  await invites.add({ serial, uses, expiresAtMs: nowMs + expiresInMs }, nowMs)
  return { invite: link, expiresAt, uses }
}

async function approve(
  deps: AdmissionDeps,
  { records, issuer }: AdmissionParts,
  owner: OwnerId,
  permissions: Iterable<Permission>,
): Promise<void> {
  issuer.require('admin')
  if (records.isMember(owner)) throw refusal('CONFLICT', 'This owner is a member already.')
  if (records.isRemoved(owner)) throw refusal('CONFLICT', 'This owner was removed for good.')
  const waiting = records.waiting(owner)
  if (!waiting) throw refusal('NOT_FOUND', 'No such owner waits to be let in.')
  const { ownerKey, ownerName } = waiting
  const granted = sortedPermissions(permissions)
  const membership = issuer.issue({ owner: ownerKey, ownerName, permissions: granted })
  const body = { owner: ownerKey, name: ownerName, permissions: granted }
  await commit(deps.registry?.(), { kind: 'member.admit', body }, { needed: false })
  await putMember(deps, owner, { name: ownerName, permissions: granted, membership })
}

/** What is committed goes into the shared state as well: who has no copy goes by that. */
async function grant(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  owner: OwnerId,
  permissions: Iterable<Permission>,
): Promise<void> {
  requireAbove(deps, parts, owner)
  const granted = sortedPermissions(permissions)
  if (!parts.records.isMember(owner)) throw refusal('NOT_FOUND', 'No such owner is a member.')
  if (!parts.issuer.mayIssue(granted)) throw forbidden('Nobody can grant more than they hold.')
  const body = { owner, permissions: granted }
  await commit(deps.registry?.(), { kind: 'member.grant', body }, { needed: true })
  await stateWriting(deps, parts).grant(owner, granted)
}

async function remove(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  owner: OwnerId,
  { before }: RemovalOptions = {},
): Promise<void> {
  requireAbove(deps, parts, owner)
  const { told } = parts
  if (told.isMember(owner)) {
    await before?.()
    await commit(deps.registry?.(), { kind: 'member.remove', body: { owner } }, { needed: false })
    await stateWriting(deps, parts).remove(owner)
    return
  }
  if (!told.waiting(owner)) {
    throw refusal('NOT_FOUND', 'No such owner is a member or waits to be one.')
  }
  await deps.state.delete(WAITING_PREFIX + owner)
}

/** The halves of a change that go into the shared state. */
export function stateWriting(
  { state, clock }: Pick<AdmissionDeps, 'state' | 'clock'>,
  { told, issuer }: Pick<AdmissionParts, 'told' | 'issuer'>,
) {
  return {
    async grant(owner: OwnerId, permissions: readonly Permission[]): Promise<void> {
      const entry = told.isMember(owner) ? told.member(owner) : undefined
      if (!entry) throw refusal('NOT_FOUND', 'No such owner is a member.')
      const { name, since, ownerKey } = entry
      const wasAdmin = entry.admin || entry.certifiedAdmin || entry.permissions.includes('admin')
      await state.put(MEMBER_PREFIX + owner, {
        ...{ name, since, permissions: [...permissions] },
        membership: issuer.issue({ owner: ownerKey, ownerName: name, permissions }),
        standing: state.standing(owner),
        ...(wasAdmin ? { admin: true } : {}),
      })
    },
    async remove(owner: OwnerId): Promise<void> {
      const at = toTimestamp(clock.wallMs())
      await state.put(REMOVED_PREFIX + owner, { at, standing: state.standing(owner) })
    },
  }
}

/** Whoever was admitted as an admin answers to the founders alone (docs/adr/0003). */
function requireAbove(
  deps: AdmissionDeps,
  { records, told, issuer }: AdmissionParts,
  owner: OwnerId,
): void {
  issuer.require('admin')
  if (records.isFounder(owner)) throw forbidden('A founder’s rights are for ever.')
  const isCertified = told.member(owner)?.certifiedAdmin === true
  // The registry goes by what it has, and would refuse.
  const isAdmin = isCertified || records.member(owner)?.permissions.includes('admin') === true
  if (isAdmin && !isFounder(deps.network, deps.ownerKey.publicKey)) {
    throw forbidden('Only a founder can change an admin.')
  }
}

/** Addresses that only this computer can dial come last. */
function rank(address: string): number {
  return /^\/(ip4\/127\.|ip6\/::1\/)/.test(address) ? 1 : 0
}
