/** Nodes of one network with spore documents, over a simulated network, and a Primary that is told. */
import { createSimClock } from '../../base/clock/index.ts'
import { createSimDisk } from '../../base/disk/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createRegistry, type RegistryView } from '../../control/registry/index.ts'
import { type CertifiedChain, sealMandate, toEra } from '../../control/succession/index.ts'
import {
  type ConsensusEngine,
  foundNetwork,
  generateKey,
  issueMembership,
  type KeyPair,
  nodeIdOf,
  ownerIdOf,
} from '../../identity/index.ts'
import { createSpores, type KnownNode, type Spores } from './index.ts'

export const START_MS = Date.parse('2026-11-25T12:00:00.000Z')

export interface SporeNodeUnderTest {
  id: NodeId
  key: KeyPair
  spores: Spores
  start(): Promise<void>
}

export interface SporeWorld {
  nodes: SporeNodeUnderTest[]
  network: ReturnType<typeof foundNetwork>
  founder: KeyPair
  /** What every node's Primary says. */
  primary: { voters: NodeId[]; leader: NodeId | undefined; height: number; era: number }
  view: { -readonly [Key in keyof RegistryView]: RegistryView[Key] }
  members: KnownNode[]
  /** What one node knows of the members where it is not what all know. */
  heard: Map<NodeId, KnownNode[]>
  links: ReturnType<typeof createSimNetwork>
  /** Nodes whose owner signs mandates. */
  admins: Set<NodeId>
  /** Under Simplex how the committee is proven. */
  proof: CertifiedChain | undefined
  advance(ms: number): Promise<void>
  end(): Promise<void>
}

export function createSporeWorld(
  seed: number,
  count: number,
  consensus: ConsensusEngine = 'raft',
): SporeWorld {
  const random = createSeededRandom(seed)
  const clock = createSimClock({ wallStartMs: START_MS })
  const links = createSimNetwork({ clock, random: createSeededRandom(seed + 1) })
  const founder = generateKey(random)
  const createdAt = new Date(START_MS).toISOString()
  const keys = Array.from({ length: count }, () => generateKey(random))
  // Under Simplex the first four are named in the genesis.
  const voters = keys.slice(0, 4).map(({ publicKey }) => nodeIdOf(publicKey))
  const network = foundNetwork(
    founder,
    { name: 'Garden', consensus, createdAt, ...(consensus === 'simplex' && { voters }) },
    random,
  )
  const permissions = ['admin', 'invite', 'deploy', 'use'] as const
  const membership = issueMembership(
    founder,
    network.id,
    { owner: founder.publicKey, ownerName: 'Ada', permissions, nowMs: START_MS },
    random,
  )
  const { view } = createRegistry({ network, voters: [] })
  const world: SporeWorld = {
    ...{ network, founder, links, nodes: [], members: [], admins: new Set() },
    heard: new Map(),
    proof: undefined,
    view: { ...view },
    primary: { voters: [], leader: undefined, height: 10, era: 0 },
    async advance(ms) {
      for (let passed = 0; passed < ms; passed += 5) {
        clock.advance(5)
        for (let turn = 0; turn < 40; turn++) await Promise.resolve()
      }
    },
    async end() {
      const stopping = Promise.all(world.nodes.map(({ spores }) => spores.stop()))
      await world.advance(50)
      await stopping
    },
  }
  for (const [at, key] of keys.entries()) {
    const id = nodeIdOf(key.publicKey)
    const disk = createSimDisk()
    const make = (): Spores =>
      createSpores({
        ...{ network, net: links.node(id), signer: key, disk, clock },
        ...{ random: createSeededRandom(at), logger: createSilentLogger() },
        mandate: (payload) =>
          world.admins.has(id) ? sealMandate(founder, network, payload, [membership]) : undefined,
        primary: {
          proof: () => world.proof,
          view: () => (world.primary.voters.includes(id) ? world.view : undefined),
          status: () => ({
            role: world.primary.leader === id ? 'leader' : 'voter',
            inForce: world.primary.leader !== undefined,
            committee: { voters: world.primary.voters, leader: world.primary.leader },
            caughtUp: true,
            height: world.primary.height,
            era: toEra(world.primary.era),
          }),
        },
        members: () => world.heard.get(id) ?? world.members,
        isAdmins: (node) => world.admins.has(node),
      })
    const node: SporeNodeUnderTest = {
      ...{ id, key, spores: make() },
      async start() {
        node.spores = make()
        await node.spores.start()
      },
    }
    world.nodes.push(node)
    world.members.push({
      ...{ node: id, key: key.publicKey, owner: ownerIdOf(founder.publicKey) },
      ...{ role: 'rhizomorph' as const, position: [1, 1] as const },
      addresses: [`/ip4/10.0.0.${at + 1}/tcp/4000`],
    })
  }
  return world
}
