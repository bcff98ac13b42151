/** A node without disk or network behind the handlers: what the doors' tests speak to. */
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createMetrics } from '../../base/metrics/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { createCatalogue } from '../../work/catalogue/index.ts'
import { NOTE } from '../../work/catalogue/testing/note.ts'
import { desiredOfState } from '../../work/desired/testing/no-primary.ts'
import {
  type ApiDeps,
  createKeyDoor,
  createPublish,
  createRouter,
  type NetworkParts,
} from '../handlers/index.ts'
import { ADA, BEN, memberOf, ownerFacts } from './memory-facts.ts'
import { partsOf, type World } from './memory-parts.ts'
import { memorySpace } from './memory-space.ts'
import { listenTo, memoryState } from './memory-state.ts'
import { memoryLeftData } from './memory-volumes.ts'
import { withPast } from './with-past.ts'

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

export function createMemoryNode(change: Partial<World> = {}): MemoryNode {
  const clock = createSimClock()
  const logger = createMemoryLogger()
  const world: World = {
    inNetwork: true,
    permissions: ['admin', 'invite', 'deploy', 'use'],
    members: [memberOf(ADA), memberOf(BEN)],
    owners: [ownerFacts(ADA, true), ownerFacts(BEN, false)],
    clocks: { off: new Map(), apart: new Map() },
    committee: [],
    instances: [],
    bundles: [],
    lines: [],
    kept: [],
    audit: [],
    usages: [],
    images: { 'hello:1': `sha256:${'e'.repeat(64)}` },
    edge: { requests: 0, open: 0, retries: 0, refusals: 0 },
    services: [],
    tlsPort: undefined,
    authority: '',
    edgeRequests: [],
    seeds: [],
    volumes: [],
    leftVolumes: [],
    keptSpace: [],
    stayingSpace: [],
    unassigned: [],
    spore: undefined,
    calls: [],
    stopped: false,
    tellTime: () => {},
    ...change,
  }
  const listeners = new Set<(parts: NetworkParts | undefined) => void>()
  const { state, put } = memoryState(ADA)
  const held = desiredOfState({ state: { ...state, synced: true }, clock, logger })
  const desired = withPast(held, clock.wallMs)
  void desired.start()
  const parts = partsOf(world, state, desired)
  const joined = () => {
    world.inNetwork = true
    for (const listener of listeners) listener(parts)
    return { networkId: parts.id, networkName: 'Garden', nodeName: 'ada', admitted: true }
  }
  const deps: ApiDeps = {
    clock,
    logger,
    metrics: createMetrics(),
    network: () => (world.inNetwork ? parts : undefined),
    onNetwork: listenTo(listeners),
    onLog: () => () => {},
    catalogue: createCatalogue({ entries: [NOTE], random: createSeededRandom(1) }),
    leftData: memoryLeftData(world),
    leftSpace: () => (world.inNetwork ? undefined : memorySpace(world)),
    node: {
      version: '0.0.0',
      id: ADA.node,
      peerId: '12D3KooWada',
      did: 'did:key:z6Mkada',
      owner: () => ({ id: ADA.owner, name: 'Ada' }),
      exportOwner: async (passphrase = 'made') => ({ owner: ADA.owner, sealed: 'AB', passphrase }),
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
      async join({ by, owner }) {
        if (owner) world.calls.push({ what: 'join as', with: owner })
        if ('invite' in by && by.invite.includes('spent')) {
          throw new MyceliumError('INVITE_SPENT', 'This invite was used up.')
        }
        return joined()
      },
      awaitingApproval: () => undefined,
      starting: () => undefined,
      stopping: () => false,
      notStarted: () => undefined,
      async inspectInvite() {
        throw new MyceliumError('INVITE_INVALID', 'The link was cut short.')
      },
      nearby: async () => [],
      leave: async () => {
        world.inNetwork = false
        for (const listener of listeners) listener(undefined)
        return world.left ?? {}
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
