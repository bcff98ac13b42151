/** A node without disk or network behind the handlers: what the doors' tests speak to. Long for being every part of a node once. */

import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createMetrics } from '../../base/metrics/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import {
  nodeIdOf,
  type OwnerId,
  type Permission,
  parseNetworkId,
  parseOwnerId,
} from '../../identity/index.ts'
import type { Member } from '../../network/membership/index.ts'
import type { AuditEntry } from '../../work/commands/index.ts'
import type { Desired } from '../../work/desired/index.ts'
import { desiredOfState } from '../../work/desired/testing/no-primary.ts'
import type { EdgeCounts, EdgeRequest } from '../../work/edge/index.ts'
import type { InstanceLogLine, KeptLog } from '../../work/logs/index.ts'
import { createSimCommand } from '../../work/runners/sim-command.ts'
import { createSecrets } from '../../work/secrets/index.ts'
import type { Kept } from '../../work/space/index.ts'
import { type Instance, type KeptVolume, slotOf } from '../../work/spec/index.ts'
import type { InstanceUsage } from '../../work/usage/index.ts'
import {
  type ApiDeps,
  type BundleFacts,
  createKeyDoor,
  createPublish,
  createRouter,
  type MemberFacts,
  type NetworkParts,
  type SeedFacts,
  type SporeFacts,
} from '../handlers/index.ts'
import { createMemoryPrimary, type MemoryPrimary } from './memory-primary.ts'
import { memorySpace } from './memory-space.ts'
import { listenTo, memoryState } from './memory-state.ts'
import { memoryVolumes } from './memory-volumes.ts'

export const ADA = { node: nodeId('a1'), owner: ownerId('a0'), name: 'ada' }
export const BEN = { node: nodeId('b1'), owner: ownerId('b0'), name: 'ben' }
export const DIGEST = `sha256:${'d'.repeat(64)}`

export interface MemoryNode {
  deps: ApiDeps
  clock: SimClock
  /** Set by tests; read by the parts. */
  world: World
  router: ReturnType<typeof createRouter>
  publish: ReturnType<typeof createPublish>
  keys: ReturnType<typeof createKeyDoor>
  put(key: string, value: Plain, owner?: OwnerId): Promise<StateRecord>
  logLines: { level: string; message: string }[]
}

interface World {
  inNetwork: boolean
  permissions: Permission[]
  members: Member[]
  owners: MemberFacts[]
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
  /** 0 while it is not open. */
  tlsPort: number | undefined
  /** PEM. */
  authority: string
  edgeRequests: EdgeRequest[]
  seeds: SeedFacts[]
  volumes: KeptVolume[]
  keptSpace: Kept[]
  spore: SporeFacts | undefined
  calls: { what: string; with?: unknown }[]
  stopped: boolean
}

export function createMemoryNode(change: Partial<World> = {}): MemoryNode {
  const clock = createSimClock()
  const logger = createMemoryLogger()
  const world: World = {
    inNetwork: true,
    permissions: ['admin', 'invite', 'deploy', 'use'],
    members: [memberOf(ADA), memberOf(BEN)],
    owners: [ownerFacts(ADA, true), ownerFacts(BEN, false)],
    committee: [],
    instances: [],
    bundles: [],
    lines: [],
    kept: [],
    audit: [],
    usages: [],
    images: { 'hello:1': `sha256:${'e'.repeat(64)}` },
    edge: { requests: 0, open: 0, retries: 0, refusals: 0 },
    tlsPort: undefined,
    authority: '',
    edgeRequests: [],
    seeds: [],
    volumes: [],
    keptSpace: [],
    spore: undefined,
    calls: [],
    stopped: false,
    ...change,
  }
  const listeners = new Set<(parts: NetworkParts | undefined) => void>()
  const { state, put } = memoryState(ADA)
  const desired = desiredOfState({ state: { ...state, synced: true }, clock, logger })
  void desired.start()
  const parts = partsOf(world, state, desired)
  const joined = () => {
    world.inNetwork = true
    for (const listener of listeners) listener(parts)
    return { networkId: parts.id, admitted: true }
  }
  const deps: ApiDeps = {
    clock,
    logger,
    metrics: createMetrics(),
    network: () => (world.inNetwork ? parts : undefined),
    onNetwork: listenTo(listeners),
    onLog: () => () => {},
    node: {
      version: '0.0.0',
      id: ADA.node,
      peerId: '12D3KooWada',
      did: 'did:key:z6Mkada',
      owner: () => ({ id: ADA.owner, name: 'Ada' }),
      home: '/home/ada/.mycelium',
      name: () => 'ada',
      role: () => 'rhizomorph',
      labels: () => ({}),
      kinds: async () => [{ kind: 'process', ok: true }],
      api: () => 'http://127.0.0.1:7780',
      edge: () => 'http://127.0.0.1:8080',
      degraded: () => [],
      change: async (what) => void world.calls.push({ what: 'change', with: what }),
    },
    lifecycle: {
      found: async (input) => {
        world.calls.push({ what: 'found', with: input })
        return joined()
      },
      async join({ by }) {
        if ('invite' in by && by.invite.includes('spent')) {
          throw new MyceliumError('INVITE_SPENT', 'This invite was used up.')
        }
        return joined()
      },
      awaitingApproval: () => undefined,
      starting: () => undefined,
      async inspectInvite() {
        throw new MyceliumError('INVITE_INVALID', 'The link was cut short.')
      },
      nearby: async () => [],
      leave: async () => {
        world.inNetwork = false
        for (const listener of listeners) listener(undefined)
      },
      requestStop: () => {
        world.stopped = true
      },
    },
  }
  const router = createRouter(deps)
  const publish = createPublish(deps)
  const keys = createKeyDoor(deps)
  return { deps, clock, world, router, publish, keys, put, logLines: logger.lines }
}

function partsOf(
  world: World,
  state: NetworkParts['state'],
  desired: NetworkParts['desired'] & Pick<Desired, 'list'>,
): NetworkParts {
  const primary = createMemoryPrimary(world.committee)
  return {
    genesis: { name: 'Garden', createdAt: '2026-11-20T00:00:00.000Z', consensus: 'raft' },
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
    primary,
    desired,
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
      remove: async (owner) => void world.calls.push({ what: 'remove', with: owner }),
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
      ...{ services: () => [], traffic: () => new Map() },
      requests: () => world.edgeRequests,
      issuePass: (workload) => ({ pass: `mycelium-pass.${workload}`, expiresAtMs: 0 }),
    },
  }
}

function secretsOf({ nodeKey, networkId, ...primary }: MemoryPrimary): NetworkParts['secrets'] {
  return createSecrets({
    ...{ primary, owner: primary.owner, network: networkId },
    ...{ self: nodeIdOf(nodeKey.publicKey), key: nodeKey },
    ...{ clock: createSimClock(), random: createSeededRandom(2), logger: createMemoryLogger() },
  })
}

export function memberOf(
  who: { node: NodeId; owner: OwnerId; name: string },
  change: Partial<Member> = {},
): Member {
  return {
    id: who.node,
    owner: who.owner,
    ownerName: who.name,
    profile: {
      name: who.name,
      role: 'rhizomorph',
      version: '0.0.0',
      addresses: ['/ip4/127.0.0.1/tcp/4000'],
      labels: {},
      kinds: ['container', 'process'],
      capacity: { cpuMillis: 2_000, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 },
    },
    liveness: 'alive',
    cordoned: false,
    draining: false,
    sinceMs: 0,
    ...change,
  }
}

export function ownerFacts(who: typeof ADA, founder: boolean): MemberFacts {
  return {
    owner: who.owner,
    name: who.name,
    state: 'member',
    permissions: founder ? ['admin', 'invite', 'deploy', 'use'] : ['deploy', 'use'],
    founder,
    nodes: [who.node],
    since: '2026-11-20T00:00:00.000Z',
  }
}

export function bundleFacts(change: Partial<BundleFacts> = {}): BundleFacts {
  return {
    digest: DIGEST,
    name: 'greeter',
    version: '1.0.0',
    publisher: 'f'.repeat(64),
    trusted: true,
    sizeBytes: 10,
    ...change,
  }
}

export function instanceFacts(change: Partial<Instance> = {}): Instance {
  return {
    id: 'web-0-abcdef',
    workload: 'web',
    index: 0,
    generation: 1,
    node: ADA.node,
    status: 'Running',
    health: 'healthy',
    ports: { '80': 49_153 },
    startedAt: '2026-11-20T00:00:00.000Z',
    restarts: 0,
    ...change,
  }
}

function nodeId(prefix: string): NodeId {
  return parseNodeId(prefix.padEnd(64, '0')) ?? never()
}
function ownerId(prefix: string): OwnerId {
  return parseOwnerId(prefix.padEnd(64, '0')) ?? never()
}
function never(): never {
  throw new Error('A test id is malformed.')
}
