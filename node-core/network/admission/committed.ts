/**
 * What the registry says of owners stands above what the shared state says (docs/adr/0023): changes go
 * there first, and what gossip brought otherwise is written anew as it was committed.
 */
import { MyceliumError } from '../../base/errors/index.ts'
import type { Primary, PrimaryStatus } from '../../control/primary/index.ts'
import type { Command } from '../../control/registry/index.ts'
import type { OwnerId, Permission } from '../../identity/index.ts'

/** What is needed of the Primary. */
export type OwnersRegistry = Pick<Primary, 'view' | 'execute' | 'subscribe'> & {
  status(): Pick<PrimaryStatus, 'committee' | 'inForce' | 'role'>
}

/** As this node's copy has it. */
export interface CommittedOwners {
  /** Undefined for whom the registry does not know, as a newcomer of whom it has yet to be told. */
  permissionsOf(owner: OwnerId): readonly Permission[] | undefined
  isRemoved(owner: OwnerId): boolean
}

/** By the shared state alone. */
export const UNCOMMITTED: CommittedOwners = {
  permissionsOf: () => undefined,
  isRemoved: () => false,
}

export function committedOwners(
  registry: () => Pick<Primary, 'view'> | undefined,
): CommittedOwners {
  return {
    permissionsOf: (owner) => registry()?.view()?.member(owner)?.permissions,
    isRemoved: (owner) => registry()?.view()?.removed(owner) !== undefined,
  }
}

const ORDER = ['admin', 'invite', 'deploy', 'use'] as const

/** One set has one form there. */
export function sortedPermissions(permissions: Iterable<Permission>): Permission[] {
  const held = new Set(permissions)
  return ORDER.filter((one) => held.has(one))
}

/** It knows the owner already, or does not yet and is told by the entry; an admin's node does that. */
const TOLD_OTHERWISE = ['EXISTS', 'NOT_FOUND', 'NO_PRIMARY', 'UNKNOWN_AUTHOR']

/**
 * False where the registry did not decide it: nobody votes, or, unless it is `needed`, no quorum is in
 * reach. What adds an owner or takes one away cannot contradict what is committed, so it goes all the
 * same; what changes rights could, and throws NO_QUORUM.
 */
export async function commit(
  registry: OwnersRegistry | undefined,
  command: Command,
  { needed }: { needed: boolean },
): Promise<boolean> {
  const { committee, inForce } = registry?.status() ?? {}
  if (!registry || !committee || (!inForce && !needed)) return false
  try {
    await registry.execute(command)
    return true
  } catch (error) {
    if (!(error instanceof MyceliumError)) throw error
    if (TOLD_OTHERWISE.includes(error.code)) return false
    if (error.code === 'NO_QUORUM' && !needed) return false
    throw error
  }
}
