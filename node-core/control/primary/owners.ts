/**
 * Owners may come in and go by the shared state (docs/adr/0003), without a quorum; the registry, which
 * authorises by what it holds itself, is told of it by commands of an admin's node.
 */
import type { Command } from '../registry/index.ts'
import type { OwnerFacts } from './index.ts'
import type { KnownOwner } from './queries.ts'

const ORDER = ['admin', 'invite', 'deploy', 'use'] as const

/** What the registry has yet to be told. Founders are in it from the beginning. */
export function untold(
  known: readonly KnownOwner[],
  owners: readonly OwnerFacts[],
  isFounder: (owner: OwnerFacts['owner']) => boolean,
): Command[] {
  const byOwner = new Map(known.map((one) => [one.owner, one]))
  return owners.flatMap((facts): Command[] => {
    const { owner, key, name, removed } = facts
    const held = byOwner.get(owner)
    if (isFounder(owner) || held?.removed) return []
    if (removed) return held ? [{ kind: 'member.remove', body: { owner } }] : []
    const permissions = ORDER.filter((one) => facts.permissions.includes(one))
    if (permissions.length === 0) return []
    // What they may do is decided there from then on (docs/adr/0023).
    return held ? [] : [{ kind: 'member.admit', body: { owner: key, name, permissions } }]
  })
}
