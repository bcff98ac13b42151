/** The parts of a node that is in a network, as its tests set them. */
import { createSimClock } from '../../base/clock/index.ts'
import { createSimDisk } from '../../base/disk/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createVoting } from '../../control/voting/index.ts'
import { nodeIdOf, type Permission, parseNetworkId } from '../../identity/index.ts'
import type { ClockVerdict } from '../../network/clocks/index.ts'
import type { Member } from '../../network/membership/index.ts'
import type { AuditEntry } from '../../work/commands/index.ts'
import type { Desired } from '../../work/desired/index.ts'
import type { EdgeCounts, EdgeRequest, TcpService } from '../../work/edge/index.ts'
import type { InstanceLogLine, KeptLog } from '../../work/logs/index.ts'
import { createSimCommand } from '../../work/runners/sim-command.ts'
import { createSecrets } from '../../work/secrets/index.ts'
import type { Kept, Stayed } from '../../work/space/index.ts'
import { type Instance, type KeptVolume, slotOf } from '../../work/spec/index.ts'
import type { InstanceUsage } from '../../work/usage/index.ts'
import type { LeftVolume } from '../../work/volumes/index.ts'
import type {
  BundleFacts,
  Left,
  MemberFacts,
  NetworkParts,
  SeedFacts,
  SporeFacts,
} from '../handlers/index.ts'
import { ADA, bundleFacts, never } from './memory-facts.ts'
import { createMemoryPrimary, type MemoryPrimary } from './memory-primary.ts'
import { memorySpace } from './memory-space.ts'
import { memoryVolumes } from './memory-volumes.ts'

export interface World {
  inNetwork: boolean
  /** What cannot be done when it leaves. */
  left?: Left
  permissions: Permission[]
  members: Member[]
  owners: MemberFacts[]
  clocks: ClockVerdict
  /** Nodes that vote. */
  committee: NodeId[]
  instances: Instance[]
  bundles: BundleFacts[]
  lines: InstanceLogLine[]
  kept: KeptLog[]
  audit: AuditEntry[]
  usages: InstanceUsage[]
  images: Record<string, string>
  edge: EdgeCounts
  services: TcpService[]
  /** 0 while it is not open. */
  tlsPort: number | undefined
  /** PEM. */
  authority: string
  edgeRequests: EdgeRequest[]
  seeds: SeedFacts[]
  volumes: KeptVolume[]
  leftVolumes: LeftVolume[]
  keptSpace: Kept[]
  /** What a reclaim cannot free. */
  stayingSpace: Stayed[]
  spore: SporeFacts | undefined
  /** Ids of instances whose nodes were not given them. */
  unassigned: string[]
  calls: { what: string; with?: unknown }[]
  /** With which removals are refused. */
  refuseRemoval?: Error | undefined
  stopped: boolean
  /** The network’s time moves on to this. */
  tellTime(nowMs: number): void
}

export function partsOf(
  world: World,
  state: NetworkParts['state'],
  desired: NetworkParts['desired'] & Pick<Desired, 'list'>,
): NetworkParts {
  const primary = createMemoryPrimary(world.committee)
  world.tellTime = primary.tellTime
  return {
    genesis: {
      name: 'Garden',
      createdAt: '2026-11-20T00:00:00.000Z',
      consensus: 'raft',
      leaseReads: false,
    },
    id: parseNetworkId('c'.repeat(64)) ?? never(),
    permissions: () => new Set(world.permissions),
    state,
    membership: {
      self: ADA.node,
      get: (id) => world.members.find((member) => member.id === id),
      list: () => world.members,
      subscribe: () => () => {},
      async sleep(word = {}) {
        const asleep = { since: '2026-11-20T00:00:00.000Z', ...word }
        world.members = world.members.map((one) => (one.id === ADA.node ? { ...one, asleep } : one))
      },
      async wake() {
        world.members = world.members.map(({ asleep: _, ...one }) => one)
      },
    },
    clocks: { verdict: () => world.clocks },
    cordons: {
      async set({ id }, { cordoned, draining }) {
        world.members = world.members.map((one) =>
          one.id === id ? { ...one, cordoned, draining } : one,
        )
      },
    },
    mesh: {
      peerId: '12D3KooWada',
      addresses: () => ['/ip4/127.0.0.1/tcp/4000'],
      connected: () => [],
      onPeer: () => () => {},
    },
    ...{ primary, voting: votingOf(primary), desired },
    secrets: secretsOf(primary),
    volumes: memoryVolumes(world),
    space: memorySpace(world),
    blobs: { traffic: () => ({ sentBytes: 5, receivedBytes: 7 }) },
    discoveryTier: () => 'latent',
    seedDocument: async () => ({ version: 1 }),
    seeds: {
      list: () => world.seeds,
      async publish(location, credentials) {
        world.calls.push({ what: 'publish', with: Object.keys(credentials).sort().join() })
        const seed = { location, writes: true }
        world.seeds.push(seed)
        return seed
      },
      forget: async (location) => {
        const at = world.seeds.findIndex((seed) => seed.location === location)
        if (at >= 0) world.seeds.splice(at, 1)
        return at >= 0
      },
      spore: () => world.spore,
    },
    members: {
      createInvite: async ({ uses }) => ({
        invite: 'mycelium://join?x',
        expiresAt: '2026-11-21T00:00:00.000Z',
        uses,
      }),
      list: () => world.owners,
      approve: async (owner) => void world.calls.push({ what: 'approve', with: owner }),
      grant: async (owner, permissions) => {
        world.calls.push({ what: 'grant', with: { owner, permissions } })
        world.owners = world.owners.map((one) => {
          return one.owner === owner ? { ...one, permissions: [...permissions] } : one
        })
      },
      async remove(owner, { before } = {}) {
        if (world.refuseRemoval) throw world.refuseRemoval
        await before?.()
        world.calls.push({ what: 'remove', with: owner })
      },
    },
    placementInput: () => ({
      nodes: world.members.map((member) => ({
        id: member.id,
        live: member.liveness === 'alive',
        left: member.liveness === 'left',
        cordoned: member.cordoned,
        draining: member.draining || member.asleep !== undefined,
        ...(member.asleep && { asleep: true }),
        labels: member.profile.labels,
        site: '',
        owner: member.owner,
        kinds: member.profile.kinds,
        capacity: member.profile.capacity,
      })),
      workloads: desired.list(),
      instances: world.instances,
      dataOf: new Map(
        world.volumes.map(({ workload, index, node }) => [slotOf(workload, index), [node]]),
      ),
      majority: true,
    }),
    entrusted: () => (instance) => !world.unassigned.includes(instance.id),
    async *readLogs(of, options) {
      world.calls.push({ what: 'logs', with: { of, options } })
      yield* world.lines
    },
    keptLogs: async () => world.kept,
    usage: { of: async () => world.usages, here: async () => world.usages },
    async runCommand(instance, request) {
      world.calls.push({ what: 'run', with: { instance, request } })
      return createSimCommand(request)
    },
    audit: async (count) => world.audit.slice(-count),
    bundles: {
      list: () => world.bundles,
      async publish(content) {
        let sizeBytes = 0
        for await (const chunk of content) sizeBytes += chunk.byteLength
        const bundle = bundleFacts({ sizeBytes })
        world.bundles.push(bundle)
        return bundle
      },
      async unpublish(digest) {
        world.bundles = world.bundles.filter((one) => one.digest !== digest)
        return { digest, others: [] }
      },
      publishers: () => [],
      onPublisher: () => () => {},
      trust: async (key) => void world.calls.push({ what: 'trust', with: key }),
      untrust: async (key) => void world.calls.push({ what: 'untrust', with: key }),
    },
    images: {
      list: async () => [],
      resolve: async (reference) => {
        const imageId = world.images[reference]
        return imageId === undefined ? undefined : { imageId, exposes: [] }
      },
    },
    tls: {
      port: () => world.tlsPort,
      zones: ['garden.localhost', 'garden.internal'],
      authority: async () => world.authority,
      urlOf: (workload) => {
        return world.tlsPort ? `https://${workload}.garden.localhost:${world.tlsPort}/` : undefined
      },
    },
    edge: {
      counts: () => ({ ...world.edge }),
      ...{ services: () => world.services, traffic: () => new Map() },
      requests: () => world.edgeRequests,
      issuePass: (workload) => ({ pass: `mycelium-pass.${workload}`, expiresAtMs: 0 }),
    },
  }
}

function votingOf({ networkId, ...primary }: MemoryPrimary): NetworkParts['voting'] {
  const voting = createVoting({
    ...{ primary, owner: primary.owner, network: networkId, disk: createSimDisk() },
    ...{ clock: createSimClock(), random: createSeededRandom(3), logger: createMemoryLogger() },
  })
  void voting.start()
  return voting
}

function secretsOf({ nodeKey, networkId, ...primary }: MemoryPrimary): NetworkParts['secrets'] {
  return createSecrets({
    ...{ primary, owner: primary.owner, network: networkId },
    ...{ self: nodeIdOf(nodeKey.publicKey), key: nodeKey },
    ...{ clock: createSimClock(), random: createSeededRandom(2), logger: createMemoryLogger() },
  })
}
