import type { OwnerId } from '../../identity/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import { findOne } from './finding.ts'
import type { ApiDeps, MemberFacts, NetworkParts } from './index.ts'

/** Invites, and the owners that are in or wait to be let in. */
export function memberHandlers(build: Builder, deps: ApiDeps) {
  const { members, invites } = build
  const book = () => inNetwork(deps).members
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
      list: members.list.handler(() => ({ members: book().list() })),
      approve: members.approve.handler(async ({ input }) => {
        const { owner } = ownerOf(book().list(), input.owner)
        await book().approve(owner, input.permissions)
        return ownerOf(book().list(), owner)
      }),
      grant: members.grant.handler(async ({ input }) => {
        const { owner, founder } = ownerOf(book().list(), input.owner)
        if (founder) throw failure('CONFLICT', 'A founder holds every permission for ever.')
        await book().grant(owner, input.permissions)
        return ownerOf(book().list(), owner)
      }),
      remove: members.remove.handler(async ({ input }) => {
        const { owner, founder } = ownerOf(book().list(), input.owner)
        if (founder) throw failure('CONFLICT', 'A founder cannot be removed.')
        await book().remove(owner)
        return {}
      }),
    },
  }
}

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
