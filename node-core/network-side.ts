/**
 * The half of a network's parts that know who is there: mesh, shared state, membership, discovery,
 * admission. What an earlier part needs of a later one is handed over as a function, called only
 * once all of them run.
 */
import type { Database } from './base/database/index.ts'
import type { Lifecycle, NamedPart } from './base/lifecycle/index.ts'
import {
  createDatabaseStore,
  createSharedState,
  type ReplicatedState,
} from './control/state/index.ts'
import { firstContact } from './first-contact.ts'
import { writeCredential } from './home.ts'
import {
  type FoundedNetwork,
  type OwnerId,
  ownerIdOf,
  parseGenesis,
  verify,
  verifyCredential,
} from './identity/index.ts'
import {
  type Admission,
  committedOwners,
  createAdmission,
  type MemberRecords,
  memberRecords,
} from './network/admission/index.ts'
import { type Clocks, createClocks } from './network/clocks/index.ts'
import { type Cordons, createCordons } from './network/cordons/index.ts'
import { createDiscovery, type Discovery } from './network/discovery/index.ts'
import { createMembership, type Membership } from './network/membership/index.ts'
import { createMesh, type Mesh } from './network/mesh/index.ts'
import { LISTEN_DEFAULT } from './own-ports.ts'
import { watchRemoval } from './removal.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import { createSporeSide, type SporeSide, type SporeSideDeps } from './spore-side.ts'
import { openStateDatabase } from './state-database.ts'
import { capacityOf } from './this-computer.ts'
import { VERSION } from './version.ts'

export interface NetworkSide {
  network: FoundedNetwork
  mesh: Mesh
  state: ReplicatedState
  records: MemberRecords
  membership: Membership
  cordons: Cordons
  clocks: Clocks
  discovery: Discovery
  admission: Admission
  spores: SporeSide
  /** In the order in which they start. */
  parts: NamedPart[]
  /**
   * Started after everything else: from here on others ask this node things, and a crowd of them must
   * not come between its parts.
   */
  opening: NamedPart[]
  /** What this node shows now: it is renewed. */
  credential(): Uint8Array
  /** An admin removed this node's owner. */
  isRemoved(): boolean
  /** Another node runs with this node's key. */
  hasTwin(): boolean
}

/** Told to newcomers besides this node's own addresses. */
const CONTACTS_MAX = 16

export async function openNetworkSide(
  deps: RuntimeDeps,
  primary: SporeSideDeps['primary'],
): Promise<NetworkSide> {
  const network = parseGenesis(deps.stored.genesis)
  const slot = createCredentialSlot(deps, (bytes) => state.setCredential(bytes))
  const mesh = openMesh(deps, network, slot, {
    records: () => records,
    isRemoved: (owner) => spores.spores.isRemoved(owner),
  })
  const database = await openStateDatabase(deps.disk.root, deps.clock)
  const state = openState(deps, network, mesh, database)
  const records = memberRecords(state, network, committedOwners(primary))
  const cordons = createCordons({
    ...{ state, primary, owner: deps.identity.ownerId, clock: deps.clock, logger: deps.logger },
    permissions: () => admission.permissions(),
  })
  const membership = openMembership(deps, mesh, state, cordons)
  const clocks = createClocks({ ...common(deps, 'clocks'), net: mesh })
  const admission = createAdmission({
    ...common(deps, 'admission'),
    network,
    nodeKey: deps.identity.nodeKey,
    ownerKey: deps.identity.ownerKey,
    ownerName: deps.settings().ownerName ?? deps.name(),
    nodeName: deps.name,
    credential: slot,
    mesh,
    state,
    registry: primary,
    disk: deps.disk,
    contacts: () => contactsOf(deps, mesh, membership),
  })
  const spores = createSporeSide(deps, {
    ...{ network, mesh, state, membership, primary },
    admission: () => admission,
    credential: () => slot.current(),
  })
  const discovery = openDiscovery(deps, { mesh, state, membership, admission, spores })
  let twin = false
  state.onTwin((runs) => {
    twin = runs
  })
  return {
    ...{ network, mesh, state, records, membership, cordons, clocks },
    ...{ discovery, admission, spores },
    credential: () => slot.current(),
    isRemoved: () => records.isRemoved(deps.identity.ownerId),
    hasTwin: () => twin,
    parts: [
      { name: 'database', part: { start: async () => {}, stop: () => database.close() } },
      { name: 'state', part: state },
      watchRemoval({
        ...{ owner: deps.identity.ownerId, records, state, primary, logger: deps.logger },
      }),
      // Closed after all that speaks over it has stopped.
      { name: 'mesh', part: { start: async () => {}, stop: () => mesh.stop() } },
      { name: 'cordons', part: cordons },
      { name: 'membership', part: membership },
      { name: 'clocks', part: clocks },
      { name: 'doubts', part: renewDoubted(mesh, membership) },
      { name: 'admission', part: admission },
      { name: 'spores', part: spores.spores },
      { name: 'seeds', part: spores.seeds },
      { name: 'witness', part: spores.witness },
    ],
    opening: [
      { name: 'mesh opens', part: onStart(() => mesh.start()) },
      {
        name: 'addresses',
        part: onStart(() => membership.announce({ addresses: mesh.addresses() })),
      },
      { name: 'discovery', part: discovery },
      firstContact({ discovery, state, clock: deps.clock }),
    ],
  }
}

/** Whoever falls silent may be there all the same, behind a connection that an outage has put to sleep. */
function renewDoubted(mesh: Mesh, membership: Membership): Lifecycle {
  let unsubscribe = (): void => {}
  return {
    async start() {
      unsubscribe = membership.subscribe(({ id, liveness }) => {
        if (liveness === 'suspect' || liveness === 'dead') mesh.renew(id)
      })
    },
    async stop() {
      unsubscribe()
    },
  }
}

function onStart(start: () => Promise<void>): Lifecycle {
  return { start, stop: async () => {} }
}

function common(deps: RuntimeDeps, module: string) {
  const { clock, random, logger } = deps
  return { clock, random, logger: logger.child(module) }
}

function createCredentialSlot(deps: RuntimeDeps, use: (bytes: Uint8Array) => void) {
  let current = deps.stored.credential
  return {
    current: () => current,
    async replace(credential: Uint8Array) {
      await writeCredential(deps.disk, credential)
      current = credential
      use(credential)
    },
  }
}

function openMesh(
  deps: RuntimeDeps,
  network: FoundedNetwork,
  slot: { current(): Uint8Array },
  judges: { records(): MemberRecords; isRemoved(owner: OwnerId): boolean },
): Mesh {
  const { config, clock } = deps
  const { records } = judges
  /** By the shared state, or by a higher tier that it has not caught up with. */
  const isRemoved = (owner: OwnerId): boolean =>
    records().isRemoved(owner) || judges.isRemoved(owner)
  return createMesh(
    {
      ...common(deps, 'mesh'),
      nodeKey: deps.identity.nodeKey,
      networkId: network.id,
      credential: () => slot.current(),
      verify: (bytes) =>
        verifyCredential(bytes, { ...records(), network, nowMs: clock.wallMs(), isRemoved }),
      isTrusted: (member) => records().isTrusted(member) && !isRemoved(member.ownerId),
    },
    {
      listen: config.listen ?? LISTEN_DEFAULT,
      mdns: config.mdns ?? true,
      ...(config.announce ? { announce: config.announce } : {}),
      ...(config.peersMax ? { peersMax: config.peersMax } : {}),
    },
  )
}

function openState(
  deps: RuntimeDeps,
  network: FoundedNetwork,
  mesh: Mesh,
  database: Database,
): ReplicatedState {
  const { tombstoneTtlMs, gcIntervalMs } = deps.config
  return createSharedState(
    {
      ...common(deps, 'state'),
      network: network.id,
      founders: new Set(network.genesis.founders.map(ownerIdOf)),
      signer: deps.identity.nodeKey,
      credential: deps.stored.credential,
      verify,
      verifyCredential: (bytes) => verifyCredential(bytes, { network, nowMs: undefined }),
      net: mesh,
      store: createDatabaseStore(database),
    },
    {
      ...(tombstoneTtlMs ? { tombstoneTtlMs } : {}),
      ...(gcIntervalMs ? { gcIntervalMs } : {}),
    },
  )
}

function openMembership(
  deps: RuntimeDeps,
  mesh: Mesh,
  state: ReplicatedState,
  cordons: Cordons,
): Membership {
  const { config, disk } = deps
  const settings = deps.settings()
  return createMembership(
    {
      ...common(deps, 'membership'),
      net: mesh,
      ...{ state, cordons },
      links: () =>
        mesh
          .connected()
          .map(({ id, latencyMs }) =>
            latencyMs === undefined ? { to: id } : { to: id, latencyMs },
          ),
    },
    {
      profile: {
        name: deps.name(),
        role: settings.role ?? 'rhizomorph',
        version: VERSION,
        // Told once the mesh listens and the runners have been asked.
        addresses: [],
        kinds: [],
        labels: config.labels ?? settings.labels ?? {},
        capacity: capacityOf(disk.root, config.gpus),
      },
    },
  )
}

function openDiscovery(
  deps: RuntimeDeps,
  parts: Pick<NetworkSide, 'mesh' | 'state' | 'membership' | 'admission' | 'spores'>,
): Discovery {
  const { config, disk } = deps
  const { mesh, state, membership, admission, spores } = parts
  return createDiscovery(
    {
      ...common(deps, 'discovery'),
      mesh,
      members: {
        list: () =>
          membership.list().flatMap(({ id, owner, profile, gone }) => {
            if (gone) return []
            const record = state.get(`node/${id}/profile`)
            const position = record && ([record.incarnation, record.counter] as const)
            const isPassing = profile.role === 'hypha'
            const { addresses } = profile
            return { id, owner, addresses, isPassing, ...(position && { position }) }
          }),
        subscribe: (listener) => onAddresses(membership, listener),
        isCrowded: membership.isCrowded,
      },
      disk,
      seeds: () => spores.seeds.stores(),
      openSeed: spores.openSeed,
      spores: spores.known,
      writeSeed: () =>
        disk.writeAtomic(
          'spore.json',
          new TextEncoder().encode(`${JSON.stringify(admission.seedDocument(), null, 2)}\n`),
        ),
    },
    {
      bootstrap: [...(config.bootstrap ?? []), ...(deps.settings().contacts ?? [])],
      ...(config.peersMax ? { peersMax: config.peersMax } : {}),
      ...(config.exchangeIntervalMs ? { exchangeIntervalMs: config.exchangeIntervalMs } : {}),
      ...(config.discoveryIntervalMs ? { discoveryIntervalMs: config.discoveryIntervalMs } : {}),
    },
  )
}

/** Members change often (load, latency); where they can be dialled changes rarely. */
function onAddresses(membership: Membership, listener: () => void): () => void {
  const told = new Map<string, string>()
  return membership.subscribe(({ id, liveness, profile }) => {
    const says = [liveness, ...profile.addresses].join(' ')
    if (told.get(id) === says) return
    told.set(id, says)
    listener()
  })
}

/** Addresses of members that answer now, then of those that let this node in. */
function contactsOf(deps: RuntimeDeps, mesh: Mesh, membership: Membership): string[] {
  const alive = membership
    .list()
    .filter(({ id, liveness }) => liveness === 'alive' && id !== mesh.self)
    .flatMap(({ profile }) => profile.addresses)
  return [...alive, ...(deps.settings().contacts ?? [])].slice(0, CONTACTS_MAX)
}
