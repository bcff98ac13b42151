/** The discovery tiers of this node, wired: the spore document, and the seeds that hold it. */
import type { SeedFacts, SeedShelf } from './api/handlers/index.ts'
import { toTimestamp } from './base/clock/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { ClaimOutcome, Primary } from './control/primary/index.ts'
import type { RegistryView } from './control/registry/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import { sealMandate } from './control/succession/index.ts'
import { type FoundedNetwork, nodeIdOf, parseCredential } from './identity/index.ts'
import { type Admission, verifySeed } from './network/admission/index.ts'
import type { KnownSpores } from './network/discovery/index.ts'
import type { Membership } from './network/membership/index.ts'
import type { Mesh } from './network/mesh/index.ts'
import { createSeedKeeper, type SeedKeeper, type SeedState } from './network/seeds/index.ts'
import {
  createSpores,
  isNewerVersion,
  isSpore,
  type KnownNode,
  mandateIn,
  type PublishingPrimary,
  type Spores,
  verifySpore,
  versionText,
} from './network/spores/index.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import { createWitness, type WitnessPart } from './witness.ts'

export interface SporeSideDeps {
  network: FoundedNetwork
  mesh: Mesh
  state: ReplicatedState
  membership: Membership
  admission: () => Admission
  credential(): Uint8Array
  primary(): PublishingPrimary &
    Pick<Primary, 'recovery' | 'view' | 'status' | 'execute' | 'subscribe'>
}

export interface SporeSide {
  spores: Spores
  seeds: SeedKeeper
  mandate(payload: Uint8Array): Uint8Array | undefined
  claim(mandate: Uint8Array, view: RegistryView): Promise<ClaimOutcome>
  /** Looks whether the committee was overruled; started and stopped with the rest. */
  witness: WitnessPart
  /** As discovery wants them. */
  known: KnownSpores
  /** Verifies either kind of seed document and gives its addresses. */
  openSeed(bytes: Uint8Array): readonly string[]
  shelf: SeedShelf
}

export function createSporeSide(deps: RuntimeDeps, side: SporeSideDeps): SporeSide {
  const { network, mesh, state, membership } = side
  const { identity, disk, clock, random, logger } = deps
  function mandate(payload: Uint8Array): Uint8Array | undefined {
    if (!side.admission().permissions().has('admin')) return undefined
    const { membership: chain } = parseCredential(side.credential())
    return sealMandate(identity.ownerKey, network, payload, chain)
  }
  const members = (): KnownNode[] =>
    membership.list().flatMap(({ id, gone }) => {
      return gone ? [] : knownNode(state, membership, id)
    })
  const spores = createSpores({
    ...{ network, net: mesh, signer: identity.nodeKey, disk, clock, random, logger },
    ...{ mandate, members },
    primary: {
      view: () => side.primary().view(),
      status: () => side.primary().status(),
      proof: () => side.primary().proof(),
    },
    isAdmins: (node) => state.memberOf(node)?.permissions.has('admin') === true,
  })
  const seeds = createSeedKeeper({
    document: () => spores.current()?.bytes,
    isNewer: (document, found) => {
      if (!isSpore(found)) return verifySeed(textOf(found), { nowMs: 0, network }) !== undefined
      const ours = verifySpore(document, { network }).document.version
      return isNewerVersion(ours, verifySpore(found, { network }).document.version)
    },
    ...{ disk, clock, logger: logger.child('seeds') },
  })
  // Whoever reads of a later era hears by whose word it began.
  spores.subscribe(() => {
    const { bytes, document } = spores.current() ?? {}
    if (bytes && document && document.version.era > side.primary().status().era) {
      const mandate = mandateIn(bytes)
      if (mandate) void side.primary().recovery.learn(mandate)
    }
  })
  const witness = createWitness({
    ...{ network, net: mesh, signer: identity.nodeKey, members, seeds, spores },
    nameOf: (node) => membership.get(node)?.profile.name,
    ...{ primary: side.primary, clock, logger: logger.child('witness') },
  })
  const addresses = (): string[] =>
    spores.current()?.document.nodes.flatMap((node) => node.addresses) ?? []
  return {
    ...{ spores, seeds, mandate, witness, claim: witness.claim },
    known: { addresses, judge: spores.judge, subscribe: spores.subscribe },
    openSeed(bytes) {
      if (!isSpore(bytes)) {
        return verifySeed(textOf(bytes), { nowMs: clock.wallMs(), network }).addresses
      }
      return spores.take(bytes).document.nodes.flatMap((node) => node.addresses)
    },
    shelf: createShelf(spores, seeds),
  }
}

function createShelf(spores: Spores, seeds: SeedKeeper): SeedShelf {
  return {
    list: () => seeds.list().map(factsOf),
    publish: async (location, credentials) => factsOf(await seeds.publish(location, credentials)),
    forget: (location) => seeds.forget(location),
    spore() {
      const spore = spores.current()
      if (!spore) return undefined
      const { version, issuedAtMs, voters, nodes } = spore.document
      return {
        version: versionText(version),
        issuedAt: toTimestamp(issuedAtMs),
        voters: voters.map(nodeIdOf),
        nodes: nodes.length,
        bytes: spore.bytes,
      }
    },
  }
}

function factsOf({ location, writes, currentAtMs, problem }: SeedState): SeedFacts {
  return {
    ...{ location, writes },
    ...(currentAtMs !== undefined && { currentAt: toTimestamp(currentAtMs) }),
    ...(problem && { problem }),
  }
}

/** Its addresses count from where its own latest word about itself stands. */
function knownNode(state: ReplicatedState, membership: Membership, node: NodeId): KnownNode[] {
  const member = membership.get(node)
  const key = state.memberOf(node)?.nodeKey
  const record = state.get(`node/${node}/profile`)
  if (!member || !key || !record) return []
  const { owner, profile } = member
  const position = [record.incarnation, record.counter] as const
  return [{ node, key, owner, role: profile.role, addresses: profile.addresses, position }]
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
