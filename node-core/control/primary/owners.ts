/**
 * Owners come in, change and go by the shared state (docs/adr/0003); the registry, which authorises
 * by what it holds itself, is told of it by commands of an admin's node.
 */
import type { Command, RegistryView } from '../registry/index.ts'
import type { OwnerFacts } from './index.ts'

type View = Pick<RegistryView, 'member' | 'removed'>

const ORDER = ['admin', 'invite', 'deploy', 'use'] as const

/** What the registry has yet to be told. Founders are in it from the beginning. */
export function untold(
  view: View,
  owners: readonly OwnerFacts[],
  isFounder: (owner: OwnerFacts['owner']) => boolean,
): Command[] {
  return owners.flatMap((facts): Command[] => {
    const { owner, key, name, removed } = facts
    if (isFounder(owner) || view.removed(owner)) return []
    const held = view.member(owner)
    if (removed) return held ? [{ kind: 'member.remove', body: { owner } }] : []
    const permissions = ORDER.filter((one) => facts.permissions.includes(one))
    if (permissions.length === 0) return []
    if (!held) return [{ kind: 'member.admit', body: { owner: key, name, permissions } }]
    if (held.permissions.join() === permissions.join()) return []
    return [{ kind: 'member.grant', body: { owner, permissions } }]
  })
}
