import { createBuilder } from './base.ts'
import { bundleHandlers } from './bundles.ts'
import { catalogueHandlers } from './catalogue.ts'
import { commandHandlers } from './commands.ts'
import { edgeHandlers } from './edge.ts'
import { eventHandlers } from './events.ts'
import { importHandler } from './imports.ts'
import type { ApiDeps } from './index.ts'
import { ownKeys } from './keys-by-owner.ts'
import { kvHandlers } from './kv.ts'
import { leaseHandlers } from './leases.ts'
import { lockHandlers } from './locks.ts'
import { memberHandlers } from './members.ts'
import { collectMetrics } from './metrics.ts'
import { networkHandlers } from './network.ts'
import { nodeHandlers } from './node.ts'
import { nodeListHandlers } from './nodes.ts'
import { ownerHandlers } from './owner.ts'
import { primaryHandlers } from './primary.ts'
import { proposalHandlers } from './proposals.ts'
import { recoveryHandlers } from './recovery.ts'
import { reputationHandlers } from './reputation.ts'
import { secretHandlers } from './secrets.ts'
import { seedHandlers } from './seeds.ts'
import { spaceHandlers } from './space.ts'
import { volumeHandlers } from './volumes.ts'
import { workloadHandlers } from './workloads.ts'

/** Every operation of the contract. Does nothing until a door calls it. */
export function createRouter(deps: ApiDeps) {
  const build = createBuilder(deps)
  collectMetrics(deps)
  const keys = { ...deps, primary: ownKeys(deps) }
  return build.router({
    node: nodeHandlers(build, deps),
    owner: ownerHandlers(build, deps),
    network: networkHandlers(build, deps),
    ...nodeListHandlers(build, deps),
    ...memberHandlers(build, deps),
    primary: primaryHandlers(build, deps),
    proposals: proposalHandlers(build, deps),
    reputation: reputationHandlers(build, deps),
    seeds: seedHandlers(build, deps),
    recovery: recoveryHandlers(build, deps),
    kv: kvHandlers(build, keys),
    leases: leaseHandlers(build, keys),
    locks: lockHandlers(build, keys),
    secrets: secretHandlers(build, deps),
    volumes: volumeHandlers(build, deps),
    space: spaceHandlers(build, deps),
    workloads: { ...workloadHandlers(build, deps), import: importHandler(build) },
    catalogue: catalogueHandlers(build, deps),
    edge: edgeHandlers(build, deps),
    commands: commandHandlers(build, deps),
    ...bundleHandlers(build, deps),
    events: eventHandlers(build, deps),
  })
}
export type Router = ReturnType<typeof createRouter>
