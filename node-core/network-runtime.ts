/** The life of this node in one network: its parts started in order, and the face they show the API. */
import type { NetworkParts, Reason } from './api/handlers/index.ts'
import { isCode, messageOf } from './base/errors/index.ts'
import { type Lifecycle, startInOrder, stopInReverse } from './base/lifecycle/index.ts'
import { wrongClock } from './clock-side.ts'
import type { Role } from './identity/index.ts'
import { openInstanceSide } from './instance-side.ts'
import { lateWrites } from './late-writes.ts'
import { leaveCommittee, leaveRegistry } from './leaving.ts'
import { type NetworkSide, openNetworkSide } from './network-side.ts'
import { openedOf } from './opened.ts'
import { createPrimarySide, type PrimarySide } from './primary-side.ts'
import { REMOVED, TURNED_AWAY } from './removal.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import { createOutside } from './work/shield/index.ts'
import { createUpkeep } from './work/upkeep/index.ts'
import { createWorkSide, type WorkSide } from './work-side.ts'

export interface NetworkRuntime extends Lifecycle {
  readonly parts: NetworkParts
  /** `http://127.0.0.1:8080`; undefined while it does not listen. */
  readonly edge: string | undefined
  /** What this node can run now, and why not the rest. */
  kinds(): Promise<{ kind: string; ok: boolean; reason?: Reason }[]>
  degraded(): Reason[]
  /** Copies that run here in containers, or may while their engine is away. */
  containers(): { workload: string; index: number }[]
  /** Tells the network what the owner changed about this node. */
  announce(change: { name?: string; role?: Role; labels?: Record<string, string> }): Promise<void>
  /**
   * Says goodbye for good. Before `stop`, which ends what runs here. What the others could not be told.
   * Throws LAST_VOTER or NO_QUORUM unless by force.
   */
  leave(how: { force: boolean }): Promise<Reason | undefined>
}

/** Opens the database; `start` does the rest. */
export async function openNetworkRuntime(deps: RuntimeDeps): Promise<NetworkRuntime> {
  // Asked only once both run.
  const side = await openNetworkSide(deps, () => own.primary)
  const own = createPrimarySide(deps, side)
  const instances = await openInstanceSide(deps, side, own, {
    view: () => work.view,
    secrets: () => work.secrets,
    dialer: () => work.edge,
    outside: createOutside({ owner: deps.identity.ownerId, opened: openedOf(deps) }),
  })
  const work = createWorkSide(deps, side, own.primary, instances.doors)
  const upkeep = createUpkeep({
    ...{ self: side.mesh.self, owner: deps.identity.ownerId },
    ...{ primary: own.primary, view: work.view, selfDoubt: () => side.membership.selfDoubt },
    ...{ clock: deps.clock, logger: deps.logger.child('upkeep') },
  })
  // After the parts that it stands on, and before others can ask it anything; so it stops before the
  // mesh closes.
  const all = [
    ...[...side.parts, ...own.parts, instances.part, ...work.parts],
    ...[{ name: 'upkeep', part: upkeep }, ...side.opening],
  ]
  return {
    parts: partsOf(side, work, own),
    get edge() {
      return work.edge.port === 0 ? undefined : `http://${edgeHostOf(deps)}:${work.edge.port}`
    },
    start: () => startInOrder(all),
    async stop() {
      // Others take the work over while it ends here.
      await side.membership.leave().catch((error: unknown) => {
        deps.logger.warn('could not say goodbye', { why: messageOf(error) })
      })
      for (const { name, error } of await stopInReverse(all)) {
        deps.logger.error('a part did not stop cleanly', { part: name, why: messageOf(error) })
      }
    },
    kinds: () => kindsOf(work),
    containers: () =>
      work.reconciler.local().filter(({ kind, startedAt, ended }) => {
        return kind === 'container' && startedAt !== undefined && !ended
      }),
    degraded: () => [
      ...degradedOf(side, own),
      ...edgeMoved(deps, work),
      ...portsTaken(work),
      ...work.tls.degraded(work.edge),
    ],
    async announce(change) {
      await side.membership.announce(change)
      if (change.role) await tellRole(own, side, change.role)
    },
    async leave({ force }) {
      const refused = await leaveCommittee(own, side, deps).catch((error: unknown) => {
        if (!force) throw error
        return error
      })
      const waits = !isCode(refused, 'NO_QUORUM')
      const stays = await leaveRegistry(own, side, deps, { waits })
      await side.membership.leave({ forGood: true })
      return stays
    },
  }
}

/** Where this computer's own programs reach the edge, which may listen on all addresses. */
function edgeHostOf({ config: { edgeHost = '127.0.0.1' } }: RuntimeDeps): string {
  if (edgeHost === '0.0.0.0' || edgeHost === '::') return '127.0.0.1'
  return edgeHost.includes(':') ? `[${edgeHost}]` : edgeHost
}

/** So that whoever looks next sees it. Where it cannot be told now, the Primary goes on trying. */
async function tellRole(
  { primary }: PrimarySide,
  { mesh }: NetworkSide,
  role: Role,
): Promise<void> {
  if (!primary.status().inForce) return
  const command = { kind: 'node.role', body: { node: mesh.self, role } } as const
  await primary.execute(command, { signal: AbortSignal.timeout(TELL_ROLE_MS) }).catch(() => {})
}

/** How long whoever changes this node's role waits for the registry to have it. */
const TELL_ROLE_MS = 2_000

function partsOf(side: NetworkSide, work: WorkSide, own: PrimarySide): NetworkParts {
  const { primary, voting } = own
  const { network, mesh, state, membership, cordons, discovery, admission } = side
  return {
    genesis: network.genesis,
    id: network.id,
    permissions: () => admission.permissions(),
    ...{ state, membership, cordons, mesh },
    clocks: side.clocks,
    ...{ primary, voting },
    discoveryTier: () => (primary.status().inForce ? 'primary' : discovery.tier()),
    seedDocument: async () => ({ ...admission.seedDocument() }),
    seeds: side.spores.shelf,
    members: admission,
    desired: work.desired,
    secrets: work.secrets,
    volumes: work.volumes,
    placementInput: () => work.view.placementInput(),
    entrusted: () => work.view.entrusted(),
    usage: work.usage,
    runCommand: (instance, request) => work.commands.run(instance, request),
    audit: (count) => work.commands.audit(count),
    readLogs: (of, options) => work.logs.read(of, options),
    keptLogs: (of) => work.logs.kept(of),
    bundles: work.bundles,
    images: work.containers.images,
    ...{ space: work.space, blobs: work.blobs },
    edge: work.edge,
    tls: {
      port: () => work.edge.tls()?.port,
      zones: work.tls.authority.zones,
      authority: () => work.tls.authority.certificate(),
      urlOf: (workload) => work.tls.urlOf(workload, work.edge),
    },
  }
}

async function kindsOf({ runners }: WorkSide) {
  return Promise.all(
    runners.map(async (runner) => {
      const available = await runner.available()
      if (available.ok) {
        const { notes = [] } = available
        return { kind: runner.kind, ok: true, ...(notes.length > 0 && { notes: [...notes] }) }
      }
      const { code, message } = available
      return { kind: runner.kind, ok: false, reason: { code, message } }
    }),
  )
}

function degradedOf(side: NetworkSide, { primary }: PrimarySide): Reason[] {
  const { hasTwin, isRemoved, discovery, membership } = side
  const { trouble, committee, inForce, guarantee } = primary.status()
  // Whoever is refused by all has nothing to wait for, and nothing to recover.
  const removed = isRemoved()
  return [
    ...(hasTwin() ? [TWIN] : []),
    ...(removed ? [REMOVED] : discovery.isTurnedAway() ? [TURNED_AWAY] : []),
    ...profileRefused(membership.refused()),
    ...(trouble ? [trouble] : []),
    ...(committee && !inForce && !explains(trouble) && !removed ? [NO_QUORUM] : []),
    ...(guarantee === 'void' ? [NO_PROMISE] : []),
    ...lateWrites(primary.recovery.reports()),
    ...wrongClock(side),
  ]
}

/** Whether it is why nothing can be written. */
function explains(trouble: Reason | undefined): boolean {
  return trouble !== undefined && trouble.code !== 'STATE_TOO_LARGE'
}

/** Or nobody would know why this computer is in no list. */
function profileRefused(fields: readonly string[]): Reason[] {
  const message =
    `No node lists this computer: what it says of itself (${fields.join(', ')}) is larger than the ` +
    'network takes. Give it less of that and start it anew.'
  return fields.length > 0 ? [{ code: 'PROFILE_REFUSED', message }] : []
}

/** Its addresses are what people keep: they lead nowhere, or into another program. */
function edgeMoved({ config: { edgePortWanted: wanted } }: RuntimeDeps, { edge }: WorkSide) {
  const { port } = edge
  if (wanted === undefined || port === 0 || port === wanted) return []
  const message =
    `Another program had port ${wanted} when this node started, so its edge listens on port ${port} ` +
    `until it starts again and finds ${wanted} free: addresses with ${wanted} do not lead here. To ` +
    `keep ${port}, write it into config.toml (port, under [edge]).`
  return [{ code: 'EDGE_PORT_MOVED', message }]
}

/** Ports that workloads publish and this node does not have; whose rules keep them shut here is no fault. */
function portsTaken({ edge }: WorkSide): Reason[] {
  return edge.services().flatMap(({ reason, code = 'PORT_TAKEN', port, workload }) => {
    const message = `${workload} publishes port ${port}, and this computer cannot: ${reason}`
    return reason === undefined || code === 'NOT_PUBLIC' ? [] : [{ code: `EDGE_${code}`, message }]
  })
}

const NO_QUORUM = {
  code: 'NO_QUORUM',
  message:
    'Too few of the committee are in reach: the registry can be read as it was last seen, and ' +
    'nothing can be written to it. What runs goes on. If the others are gone for good, on a ' +
    'computer of an admin, one that votes if any is left: mycelium recover',
}

const NO_PROMISE = {
  code: 'NO_PROMISE',
  message:
    'More of the committee lied than it bears: it is no longer promised that all nodes hold the same. ' +
    'Compare several nodes before you rely on an answer, and let nobody in again whom you do not know.',
}

const TWIN = {
  code: 'IDENTITY_IN_USE',
  message: "Another computer runs with this node's identity. Stop one of the two.",
}
