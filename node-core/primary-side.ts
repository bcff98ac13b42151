/** The Primary of this node, wired: what it needs of identity, mesh, shared state and admission. */
import type { NamedPart } from './base/lifecycle/index.ts'
import {
  createPrimary,
  type NodeFacts,
  type OwnerFacts,
  type Primary,
} from './control/primary/index.ts'
import { createVoting, type Voting } from './control/voting/index.ts'
import { parseCredential } from './identity/index.ts'
import type { MemberRecords } from './network/admission/index.ts'
import type { NetworkSide } from './network-side.ts'
import type { RuntimeDeps } from './runtime-deps.ts'

export interface PrimarySide {
  primary: Primary
  voting: Voting
  /** Started once the mesh runs; stopped before it closes. */
  parts: NamedPart[]
}

export function createPrimarySide(deps: RuntimeDeps, side: NetworkSide): PrimarySide {
  const { network, mesh, state, records } = side
  const primary = createPrimary({
    ...{ network, state, net: mesh, disk: deps.disk },
    signer: deps.identity.nodeKey,
    role: () => deps.settings().role ?? 'rhizomorph',
    certificate: () => parseCredential(side.credential()).node,
    permissionsOf: (node) => {
      if (node === mesh.self) return side.admission.permissions()
      const member = state.memberOf(node)
      return member && records.standing(member.ownerId, member.permissions)
    },
    isHub: (node) => {
      const role = side.membership.get(node)?.profile.role
      return role === 'sclerotia' || role === 'rhizomorph'
    },
    mandate: side.spores.mandate,
    claim: side.spores.claim,
    owners: () => ownersIn(records),
    isCrowded: () => side.membership.isCrowded(),
    nodes: () => nodesIn(side, deps.clock.monotonicMs()),
    clock: deps.clock,
    random: deps.random,
    logger: deps.logger,
  })
  const { disk, clock, random, logger, identity } = deps
  const voting = createVoting({
    ...{ primary, owner: identity.ownerId, network: network.id },
    ...{ disk, clock, random, logger },
  })
  const parts = [
    { name: 'primary', part: primary },
    { name: 'voting', part: voting },
  ]
  return { primary, voting, parts }
}

function nodesIn({ membership }: NetworkSide, nowMs: number): NodeFacts[] {
  return membership.list().map(({ id: node, liveness, profile, sinceMs }) => {
    const { role, labels, addresses, capacity } = profile
    const upMs = liveness === 'alive' ? Math.max(1, nowMs - sinceMs) : 0
    const { cpuMillis, memoryBytes } = capacity
    return { node, role, labels, addresses, upMs, cpuMillis, memoryBytes }
  })
}

/** Whoever was let in, and whoever was removed after that. */
function ownersIn(records: MemberRecords): OwnerFacts[] {
  return records.list().flatMap(({ owner, state }) => {
    const entry = records.member(owner)
    if (!entry || state === 'waiting') return []
    const { ownerKey: key, name, permissions } = entry
    return [{ owner, key, name, permissions, removed: state === 'removed' }]
  })
}
