/** Steps that many tests of admission begin with. */

import { ownerIdOf, type Permission } from '../../../identity/index.ts'
import type { OwnerEntry } from '../index.ts'
import { joinByInvite } from '../index.ts'
import type { World, WorldNode } from './world.ts'

export const DAY_MS = 86_400_000

export const order = (permissions: Permission[] = ['deploy', 'use'], uses = 1) =>
  ({ role: 'rhizomorph', permissions, uses, expiresInMs: DAY_MS }) as const

/** A member that `host` has let in. */
export async function joinWith(
  world: World,
  host: WorldNode,
  permissions: Permission[],
  name = 'Bob',
): Promise<WorldNode> {
  const { invite } = await host.admission.createInvite(order(permissions))
  const newcomer = world.newcomer(name)
  return world.settle(newcomer, await joinByInvite(newcomer, invite))
}

/** Where a newcomer asks: the founder's node. */
export const targetOf = (world: World) => ({
  network: world.network.id,
  addresses: [world.founder.address],
})

/** What the founder's node says of an owner. */
export function entryOf(
  world: World,
  node: { ownerKey: { publicKey: Uint8Array } },
): OwnerEntry | undefined {
  const id = ownerIdOf(node.ownerKey.publicKey)
  return world.founder.admission.list().find(({ owner }) => owner === id)
}
