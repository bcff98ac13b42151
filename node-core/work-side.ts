/** The half of a network's parts that run work: blobs, bundles, runners, reconciler, edge. */
import path from 'node:path'
import type { BundleShelf } from './api/handlers/index.ts'
import type { NamedPart } from './base/lifecycle/index.ts'
import { DEFAULT_PORTS, type NodeId, shortId } from './base/net/index.ts'
import { createBundleShelf, trustsPublisher } from './bundle-shelf.ts'
import type { Primary } from './control/primary/index.ts'
import { createEndpointSource } from './endpoints.ts'
import { tunnelRights } from './entrusted.ts'
import { createHeldBundles } from './held-bundles.ts'
import type { OwnerId } from './identity/index.ts'
import { keepEngine } from './kept-engine.ts'
import { engineAt } from './left-side.ts'
import type { NetworkSide } from './network-side.ts'
import { ownPortsOf } from './own-ports.ts'
import { createPortHolders } from './port-holders.ts'
import { createPublishedBundles } from './published-bundles.ts'
import { createPublishers } from './publishers.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import { createShieldSide } from './shield-side.ts'
import { fetchedImages, imagesOf, storeBytesOf, wantedOf } from './space-side.ts'
import { type BlobStore, createBlobStore } from './storage/blobs/index.ts'
import { createTlsSide, type TlsSide } from './tls-side.ts'
import { createAssigner } from './work/assigning/index.ts'
import { createBundles } from './work/bundles/index.ts'
import { type Commands, createCommands } from './work/commands/index.ts'
import { createDesired, type Desired } from './work/desired/index.ts'
import {
  createEdge,
  createGate,
  createInUse,
  createTunnelServer,
  type Edge,
  type Standing,
} from './work/edge/index.ts'
import { createLoads, createLoadTeller } from './work/load/index.ts'
import { createLogs, type LogNodes, type Logs } from './work/logs/index.ts'
import { place } from './work/placement/index.ts'
import {
  createReadiness,
  createReconciler,
  createWorkView,
  type Reconciler,
  type WorkView,
  workloadStatus,
} from './work/reconcile/index.ts'
import {
  type ContainerRunner,
  createContainerRunner,
  createEmptyImage,
} from './work/runners/container/index.ts'
import { createGpuLeases, grantedGpus } from './work/runners/gpus/index.ts'
import type { InstanceAccesses, Runner } from './work/runners/index.ts'
import { createProcessRunner, VOLUMES_FOLDER } from './work/runners/process/index.ts'
import { createSecrets, type Secrets } from './work/secrets/index.ts'
import { createSpace, type Space } from './work/space/index.ts'
import { createUsages, type Usages } from './work/usage/index.ts'
import { createVolumes, type Volumes } from './work/volumes/index.ts'

export interface WorkSide {
  desired: Desired
  view: WorkView
  containers: ContainerRunner
  runners: readonly Runner[]
  reconciler: Reconciler
  logs: Logs
  commands: Commands
  usage: Usages
  bundles: BundleShelf
  edge: Edge
  tls: TlsSide
  secrets: Secrets
  volumes: Volumes
  space: Space
  blobs: BlobStore
  /** In the order in which they start. */
  parts: NamedPart[]
}

export function createWorkSide(
  deps: RuntimeDeps,
  side: NetworkSide,
  primary: Primary,
  access: InstanceAccesses,
): WorkSide {
  const { config, disk, identity } = deps
  const { network, mesh, state, membership } = side
  const ownPorts = ownPortsOf(config)
  const common = (module: string) => ({
    clock: deps.clock,
    random: deps.random,
    logger: deps.logger.child(module),
  })
  const nameOf = (node: NodeId): string => membership.get(node)?.profile.name ?? shortId(node)
  const desired = createDesired({
    ...{ primary, state, membership, disk, clock: deps.clock, logger: deps.logger },
    owner: identity.ownerId,
    permissions: () => side.admission.permissions(),
  })
  const view = createWorkView({
    ...{ desired, state, membership, logger: deps.logger },
    setting: (name) => primary.view()?.setting(name)?.value,
    isAdmin: (owner) =>
      side.records.isFounder(owner) || side.records.vouchedFor(owner)?.includes('admin') === true,
  })
  const makeRoom = async (): Promise<boolean> => (await space.reclaim()).freedBytes > 0
  const held = createHeldBundles({
    ...{ self: mesh.self, state, clock: deps.clock, logger: deps.logger },
    alive: () =>
      membership.list().flatMap(({ id, liveness }) => (liveness === 'alive' ? [id] : [])),
  })
  const blobs = createBlobStore(
    {
      ...common('blobs'),
      folder: path.join(disk.root, 'blobs'),
      net: mesh,
      holders: held.holdersOf,
      announce: held.announce,
      makeRoom,
      nameOf,
    },
    { storeBytesMax: storeBytesOf(config.spaceBudgetBytes) },
  )
  const publishers = createPublishers({
    ...{ primary, state, disk, clock: deps.clock, logger: deps.logger },
    permissions: () => side.admission.permissions(),
  })
  const trusted = (key: string): boolean => trustsPublisher({ state, network, publishers }, key)
  const bundles = createBundles({ blobs, trusted })
  const published = createPublishedBundles({
    ...{ self: mesh.self, owner: identity.ownerId, state, holders: held.holdersOf },
    nodes: () => membership.list().map(({ id }) => id),
    standing: (node) => standingOf(side, node),
  })
  const isNode = process.versions.electron === undefined
  const nodeRuntime = config.nodeRuntime ?? (isNode ? process.execPath : undefined)
  const engine = engineAt(config.engineSocket)
  const shields = createShieldSide(deps, network.id, engine)
  const gpus = createGpuLeases(grantedGpus(config.gpus))
  const containers = createContainerRunner(
    {
      ...common('containers'),
      ...{ node: identity.nodeId, owner: identity.ownerId, shield: shields.containers },
      network: network.id,
      net: mesh,
      ...{ blobs, makeRoom },
      fetched: fetchedImages(disk, deps.logger),
      folder: path.join(disk.root, 'images'),
      imagesWanted: () => imagesOf(view),
      vouches: (peer, owner) => vouchesFor(side, peer, owner),
      onEngine: (address) => keepEngine({ disk, logger: deps.logger }, address),
      nameOf,
    },
    {
      ...(nodeRuntime !== undefined && { nodeRuntime }),
      ...{ gpus, ownPorts },
      ...engine,
    },
  )
  const space = createSpace(
    {
      ...common('space'),
      ...{ blobs, images: containers.fetched, wanted: () => wantedOf(desired) },
      isKeeper: published.keeps,
    },
    config.spaceBudgetBytes === undefined ? {} : { budgetBytes: config.spaceBudgetBytes },
  )
  const programs = createProcessRunner(
    {
      ...common('programs'),
      ...{ node: identity.nodeId, owner: identity.ownerId, shield: shields.programs },
      network: network.id,
      bundles,
      folder: path.join(disk.root, 'instances'),
      volumesFolder: path.join(disk.root, VOLUMES_FOLDER),
    },
    { gpus, ownPorts, ...(nodeRuntime !== undefined && { nodeRuntime }) },
  )
  const logs = createLogs({
    ...common('logs'),
    net: mesh,
    view,
    disk,
    nodes: logNodes(side, nameOf),
    mayUse: (peer) => mayUse(side, peer),
  })
  const inUse = createInUse(deps.clock)
  const reconciler = createReconciler({
    ...common('reconciler'),
    view,
    state,
    membership,
    net: mesh,
    primary,
    access,
    keeper: logs.keeper,
    ...(config.strangers && { strangers: config.strangers }),
    untilUnused: inUse.untilUnused,
    runners: { container: containers, process: programs },
  })
  const assigner = createAssigner({
    ...{ self: mesh.self, consensus: network.genesis.consensus, view, primary },
    loads: createLoads({ state, counts: (node) => isHeard(side, node) }),
    past: desired.past,
    readiness: createReadiness({ state, membership, net: mesh, clock: deps.clock }),
    ...{ clock: deps.clock, logger: deps.logger },
  })
  const commands = createCommands({
    ...common('commands'),
    net: mesh,
    view,
    reconciler,
    disk,
    mayCommand: (peer, workload) => mayCommand(side, desired, peer, workload),
  })
  const usage = createUsages({
    ...common('usage'),
    net: mesh,
    view,
    runners: [containers, programs],
    mayUse: (peer) => mayUse(side, peer),
  })
  const secrets = createSecrets({
    ...{ primary, network: network.id, self: mesh.self, owner: identity.ownerId },
    ...{ key: identity.nodeKey, clock: deps.clock, random: deps.random, logger: deps.logger },
  })
  const ports = createPortHolders({
    ...{ view, owner: identity.ownerId, disk, logger: deps.logger.child('ports') },
  })
  const endpoints = createEndpointSource({
    ...{ view, membership, owner: identity.ownerId, ports },
    trouble: (name) => troubleOf(view, membership, name),
  })
  const gate = createGate({
    ...{ network: network.id, self: identity.nodeId, key: identity.nodeKey, clock: deps.clock },
    standing: (node) => standingOf(side, node),
  })
  const volumes = createVolumes({
    stores: { containers: containers.volumes, programs: programs.volumes },
    ...{ state, view, reconciler, net: mesh, disk },
    mayDelete: (peer, owner) => mayDelete(side, peer, owner),
    ...{ clock: deps.clock, logger: deps.logger },
  })
  const tunnels = createTunnelServer({
    ...common('tunnels'),
    net: mesh,
    ...{ instances: reconciler, inUse },
    ...tunnelRights({
      ...{ view, gate, service: (workload) => endpoints.service(workload) },
      mayUse: (peer) => mayUse(side, peer),
    }),
  })
  const tls = createTlsSide(deps, side, (node) => mayUse(side, node))
  const edge = createEdge(
    { ...common('edge'), self: identity.nodeId, net: mesh, endpoints, gate, inUse },
    {
      port: config.edgePort ?? DEFAULT_PORTS.edge,
      ownPorts,
      ...tls.edge,
      ...(config.edgeHost && { host: config.edgeHost }),
      ...(config.edgeNames && { names: config.edgeNames }),
    },
  )
  const teller = createLoadTeller({
    ...{ self: mesh.self, state, edge: edge.load, view, usage },
    isInSight: (node) => isInSight(side, node),
    ...{ clock: deps.clock, logger: deps.logger.child('load') },
  })
  return {
    ...{
      desired,
      view,
      containers,
      reconciler,
      logs,
      commands,
      usage,
      edge,
      tls,
      secrets,
      volumes,
    },
    ...{ space, blobs },
    runners: [containers, programs],
    bundles: createBundleShelf({
      ...{ state, network, publishers, bundles, published, desired, nameOf },
    }),
    parts: [
      { name: 'desired', part: desired },
      { name: 'publishers', part: publishers },
      { name: 'secrets', part: secrets },
      { name: 'held bundles', part: held },
      { name: 'blobs', part: blobs },
      // Stops after all that may be made of it.
      { name: 'image without files', part: createEmptyImage(deps, engine) },
      ...shields.parts,
      { name: 'containers', part: containers },
      { name: 'space', part: space },
      { name: 'programs', part: programs },
      { name: 'logs', part: logs },
      { name: 'reconciler', part: reconciler },
      { name: 'volumes', part: volumes },
      { name: 'assigner', part: assigner },
      { name: 'commands', part: commands },
      { name: 'usage', part: usage },
      { name: 'tunnels', part: tunnels },
      { name: 'ports', part: ports },
      { name: 'endpoints', part: { start: async () => {}, stop: async () => endpoints.stop() } },
      ...tls.parts,
      { name: 'edge', part: edge },
      { name: 'load', part: teller },
    ],
  }
}

function logNodes({ mesh, membership }: NetworkSide, nameOf: (node: NodeId) => string): LogNodes {
  const others = () =>
    membership.list().filter(({ id, liveness }) => id !== mesh.self && liveness === 'alive')
  return {
    live: () => others().map(({ id }) => id),
    // A Hypha only uses the network, and keeps nothing for others.
    serving: () =>
      others()
        .filter(({ profile }) => profile.role !== 'hypha')
        .map(({ id }) => id),
    nameOf,
    subscribe: (listener) =>
      membership.subscribe(({ liveness }, previous) => {
        if (liveness !== previous) listener()
      }),
  }
}

/** Its owner's own, and admins': on their word a name of an image means what they say. */
function vouchesFor(side: NetworkSide, peer: NodeId, owner: OwnerId): boolean {
  const standing = standingOf(side, peer)
  return standing !== undefined && (standing.owner === owner || standing.permissions.has('admin'))
}

/** Their owner, while it may deploy, and admins. */
function mayDelete({ state, records }: NetworkSide, peer: NodeId, owner: OwnerId): boolean {
  const member = state.memberOf(peer)
  const permissions = member && records.standing(member.ownerId, member.permissions)
  if (!permissions) return false
  return permissions.has('admin') || (member.ownerId === owner && permissions.has('deploy'))
}

/** Whose workload it is, and who holds `deploy`; and admins. Asked of what this node itself knows. */
function mayCommand(
  { state, records }: NetworkSide,
  desired: Desired,
  peer: NodeId,
  workload: string,
): { owner: string; may: boolean } {
  const member = state.memberOf(peer)
  const permissions = member && records.standing(member.ownerId, member.permissions)
  if (!member || !permissions) return { owner: member?.ownerId ?? '', may: false }
  const own = desired.get(workload)?.owner === member.ownerId && permissions.has('deploy')
  return { owner: member.ownerId, may: own || permissions.has('admin') }
}

/** What it says of its edge counts: it is in sight, and its owner may use the network. */
function isHeard(side: NetworkSide, node: NodeId): boolean {
  return isInSight(side, node) && mayUse(side, node)
}

function isInSight({ membership }: NetworkSide, node: NodeId): boolean {
  const liveness = membership.get(node)?.liveness
  return liveness === 'alive' || liveness === 'suspect'
}

/** Why nothing of a workload answers, for people. */
function troubleOf(view: WorkView, membership: NetworkSide['membership'], name: string): string {
  const desired = view.desired(name)
  const input = view.placementInput()
  if (!desired) return ''
  if (input.committed && !input.committed.bound.has(name)) {
    return 'The committee is out of reach, which would have to wake it.'
  }
  const seen = input.instances
    .filter(({ workload }) => workload === name)
    .map((instance) => ({ instance, lost: membership.get(instance.node)?.liveness === 'dead' }))
  const { status, conditions } = workloadStatus(desired, seen, place(input))
  return status === 'Asleep' ? '' : conditions.map(({ message }) => message).join(' ')
}

function mayUse(side: NetworkSide, peer: NodeId): boolean {
  const { permissions } = standingOf(side, peer) ?? {}
  return permissions !== undefined && (permissions.has('use') || permissions.has('admin'))
}

/** The owner of a node and what that owner may do now. */
function standingOf({ state, records }: NetworkSide, node: NodeId): Standing | undefined {
  const member = state.memberOf(node)
  const permissions = member && records.standing(member.ownerId, member.permissions)
  return permissions && { owner: member.ownerId, permissions }
}
