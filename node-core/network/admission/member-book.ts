/** What a member does for others: invites, approval, changes of permissions, removal. */
import { toTimestamp } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createInvite, type OwnerId } from '../../identity/index.ts'
import {
  MEMBER_PREFIX,
  type MemberEntry,
  ownerKeyOf,
  REMOVED_PREFIX,
  WAITING_PREFIX,
} from './entries.ts'
import { type GateParts, putMember } from './gate.ts'
import type { Admission, AdmissionDeps, AdmissionErrorCode } from './index.ts'
import { forbidden } from './issuer.ts'
import { GRANTS_KEPT_MAX } from './limits.ts'

export type MemberBook = Pick<Admission, 'createInvite' | 'approve' | 'grant' | 'remove'>

export function createMemberBook(deps: AdmissionDeps, parts: GateParts): MemberBook {
  const { state, clock, mesh, network, ownerKey, random } = deps
  const { records, issuer, invites } = parts

  /** Whoever an admin has admitted as admin answers to the founders alone (docs/adr/0003). */
  const requireAbove = (owner: OwnerId): void => {
    issuer.require('admin')
    if (records.isFounder(owner)) throw forbidden('A founder’s rights are for ever.')
    const admin = records.member(owner)?.permissions.includes('admin') ?? false
    if (admin && !isOwnerFounder()) throw forbidden('Only a founder can change an admin.')
  }
  const isOwnerFounder = (): boolean =>
    network.genesis.founders.some((key) => Buffer.from(key).equals(ownerKey.publicKey))
  /** Up to where each of the owner's nodes is heard now: what it wrote until here stands. */
  const throughOf = (owner: OwnerId): Record<string, [number, number]> => {
    const streams = state.streams()
    const through: Record<string, [number, number]> = {}
    for (const node of records.nodesOf(owner)) {
      const [incarnation, counter] = streams[node] ?? [0, 0]
      through[node] = [incarnation, counter]
    }
    return through
  }

  return {
    async createInvite({ role, permissions, uses, expiresInMs }) {
      if (!issuer.mayIssue(permissions)) {
        throw forbidden('This owner may not invite with these permissions.')
      }
      const nowMs = clock.wallMs()
      const expiresAt = toTimestamp(nowMs + expiresInMs)
      const addresses = [...mesh.addresses()].sort((a, b) => rank(a) - rank(b))
      const issuerMembership = issuer.chain()
      const issuerName = deps.ownerName
      const request = {
        ...{ addresses, issuerName, issuerMembership },
        ...{ permissions, role, expiresAt, uses },
      }
      const { invite, link } = createInvite(ownerKey, network, request, random)
      const { serial } = invite
      await invites.add({ serial, uses, expiresAtMs: nowMs + expiresInMs }, nowMs)
      return { invite: link, expiresAt, uses }
    },

    async approve(owner, permissions) {
      issuer.require('admin')
      if (records.isMember(owner)) throw refusal('CONFLICT', 'This owner is a member already.')
      if (records.isRemoved(owner)) throw refusal('CONFLICT', 'This owner was removed for good.')
      const waiting = records.waiting(owner)
      if (!waiting) throw refusal('NOT_FOUND', 'No such owner waits to be let in.')
      const { ownerKey: key, ownerName } = waiting
      const membership = issuer.issue({ owner: key, ownerName, permissions })
      await putMember(deps, owner, {
        name: ownerName,
        permissions: [...new Set(permissions)],
        membership,
      })
    },

    async grant(owner, permissions) {
      requireAbove(owner)
      const entry = records.isMember(owner) ? records.member(owner) : undefined
      const key = entry && ownerKeyOf(network, entry, owner)
      if (!entry || !key) throw refusal('NOT_FOUND', 'No such owner is a member.')
      const membership = issuer.issue({ owner: key, ownerName: entry.name, permissions })
      await state.put(MEMBER_PREFIX + owner, {
        name: entry.name,
        since: entry.since,
        permissions: [...new Set(permissions)],
        membership,
        through: throughOf(owner),
        earlier: earlierOf(entry),
      })
    },

    async remove(owner) {
      requireAbove(owner)
      if (records.isMember(owner)) {
        const at = toTimestamp(clock.wallMs())
        await state.put(REMOVED_PREFIX + owner, { at, through: throughOf(owner) })
        return
      }
      if (!records.waiting(owner))
        throw refusal('NOT_FOUND', 'No such owner is or will be a member.')
      await state.delete(WAITING_PREFIX + owner)
    },
  }
}

function earlierOf(entry: MemberEntry): NonNullable<MemberEntry['earlier']> {
  const { earlier = [], permissions, through } = entry
  const all = through ? [...earlier, { permissions, through }] : earlier
  return all.slice(-GRANTS_KEPT_MAX)
}

/** Addresses that only this computer can dial come last. */
function rank(address: string): number {
  return /^\/(ip4\/127\.|ip6\/::1\/)/.test(address) ? 1 : 0
}

function refusal(code: AdmissionErrorCode, message: string): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError(code, message)
}
