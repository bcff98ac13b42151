import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import { findOne } from './finding.ts'
import type { ApiDeps, MemberFacts, NetworkParts } from './index.ts'
import { ownersNow } from './present.ts'
import { committeeRoleOf } from './primary.ts'

/** Invites, and the owners that are in or wait to be let in. */
export function memberHandlers(build: Builder, deps: ApiDeps) {
  const { members, invites } = build
  const book = () => inNetwork(deps).members
  const owners = () => ownersNow(inNetwork(deps))
  return {
    invites: {
      create: invites.create.handler(({ input }) => {
        const lacking = lacks(inNetwork(deps), input.permissions)
        if (lacking) throw lacking
        const { expiresInSeconds, ...rest } = input
        return book().createInvite({ ...rest, expiresInMs: expiresInSeconds * 1_000 })
      }),
    },
    members: {
      list: members.list.handler(() => ({ members: owners() })),
      approve: members.approve.handler(async ({ input }) => {
        const { owner } = ownerOf(owners(), input.owner)
        await book().approve(owner, input.permissions)
        return ownerOf(owners(), owner)
      }),
      grant: members.grant.handler(async ({ input }) => {
        const { owner, founder, permissions } = ownerOf(owners(), input.owner)
        if (founder) throw failure('CONFLICT', 'A founder holds every permission for ever.')
        const granted = changed(permissions, input)
        if (granted.length === 0) throw failure('CONFLICT', NOTHING_LEFT)
        await book().grant(owner, granted)
        return ownerOf(owners(), owner)
      }),
      remove: members.remove.handler(async ({ input }) => {
        const { owner, founder, state, name } = ownerOf(owners(), input.owner)
        if (input.ifState !== undefined && state !== input.ifState) {
          const why = `${name} does not wait to be let in any more.`
          throw failure('CONFLICT', why, { reason: 'NOT_WAITING' })
        }
        if (founder) throw failure('CONFLICT', 'A founder cannot be removed.')
        const parts = inNetwork(deps)
        await book().remove(owner, { before: () => takeOutOfCommittee(parts, owner) })
        return {}
      }),
    },
  }
}

type Permissions = MemberFacts['permissions']

function changed(
  held: Permissions,
  { how, permissions }: { how: 'set' | 'add' | 'take'; permissions: Permissions },
): Permissions {
  switch (how) {
    case 'set':
      return permissions
    case 'add':
      return [...new Set([...held, ...permissions])]
    case 'take':
      return held.filter((each) => !permissions.includes(each))
  }
}

const NOTHING_LEFT = 'It would hold no permission any more. To keep it out: members remove.'

/**
 * Whoever is removed is heard by nobody any more, so its votes are taken away while they still count
 * for those who stay. Where another node has to be promoted first, that is said; where nothing can be
 * changed, it goes all the same, since removal keeps somebody out.
 */
async function takeOutOfCommittee(parts: NetworkParts, owner: OwnerId): Promise<void> {
  const theirs = parts.membership.list().filter((member) => member.owner === owner)
  for (const { id } of theirs) {
    if (!committeeRoleOf(parts, id)) continue
    try {
      await parts.primary.change('withdraw', id)
    } catch (error) {
      if (isCode(error, 'LAST_VOTER')) throw failure('CONFLICT', LAST_VOTER, LAST_VOTER_REASON)
      if (!(error instanceof MyceliumError)) throw error
    }
  }
}

const LAST_VOTER_REASON = { reason: 'LAST_VOTER' }
const LAST_VOTER =
  'The only node that keeps the registry belongs to this owner, and all keys would go with it. ' +
  'Promote another node first.'

/** Nobody invites with more than they hold themselves. */
function lacks(parts: NetworkParts, wanted: MemberFacts['permissions']) {
  const held = parts.permissions()
  const missing = held.has('admin') ? [] : wanted.filter((permission) => !held.has(permission))
  if (missing.length === 0) return undefined
  return failure('FORBIDDEN', `You cannot give what you do not hold: ${missing.join(', ')}.`, {
    permissions: missing,
  })
}

function ownerOf(members: MemberFacts[], text: OwnerId | string): MemberFacts {
  return findOne(members, text, {
    what: 'owner',
    idOf: ({ owner }) => owner,
    nameOf: ({ name }) => name,
  })
}
