import type { Status } from '../contract/index.ts'
import { type Builder, inNetwork, refuseWhileStopping } from './base.ts'
import type { ApiDeps, NetworkParts, Reason } from './index.ts'
import { WARNINGS_MAX } from './limits.ts'
import { presentNodes } from './present.ts'
import { backboneOf, lagNow, primaryView, roleOf } from './primary.ts'
import { ownerNameOf } from './workload-view.ts'

/** This node: health, status, what it says of itself, its diagnostics. */
export function nodeHandlers(build: Builder, deps: ApiDeps) {
  const startedMs = deps.clock.monotonicMs()
  const health = () => ({
    status: 'ok' as const,
    version: deps.node.version,
    node: deps.node.id,
  })
  const status = () => statusOf(deps, (deps.clock.monotonicMs() - startedMs) / 1_000)
  const { node } = build
  const latest: Warning[] = []
  deps.onLog((line) => {
    latest.push({ at: new Date(deps.clock.wallMs()).toISOString(), ...line })
    if (latest.length > WARNINGS_MAX) latest.shift()
  })
  return {
    health: node.health.handler(health),
    livez: node.livez.handler(health),
    readyz: node.readyz.handler(health),
    status: node.status.handler(status),
    change: node.change.handler(async ({ input }) => {
      await deps.node.change({
        ...(input.name !== undefined && { name: input.name }),
        ...(input.role !== undefined && { role: input.role }),
        ...(input.labels !== undefined && { labels: input.labels }),
      })
      return status()
    }),
    stop: node.stop.handler(() => {
      deps.lifecycle.requestStop()
      return {}
    }),
    debugState: node.debugState.handler(async () => ({
      ...debugState(deps, await status()),
      warnings: latest,
    })),
  }
}

/** Without its fields, which may name what is nobody else's business. */
interface Warning {
  at: string
  level: string
  module: string
  message: string
}

async function statusOf(deps: ApiDeps, uptimeSeconds: number): Promise<Status> {
  const { node } = deps
  const parts = deps.network()
  if (!parts) refuseWhileStopping(deps)
  const asked = node.role()
  const role = parts ? roleOf(parts, node.id, asked) : asked
  const backbone = parts && backboneOf(parts, node.id, asked)
  const waiting = deps.lifecycle.awaitingApproval()
  const api = node.api()
  const edge = node.edge()
  const starting = deps.lifecycle.starting()
  const [kinds, lag] = await Promise.all([node.kinds(), parts && lagNow(parts)])
  const primary = parts && primaryView(parts, lag)
  const electron = process.versions.electron
  return {
    node: {
      id: node.id,
      name: node.name(),
      peerId: node.peerId,
      did: node.did,
      owner: ownerView(deps),
      permissions: parts ? [...parts.permissions()] : [],
      addresses: parts ? parts.mesh.addresses() : [],
      labels: node.labels(),
      kinds,
      home: node.home,
    },
    ...(parts && {
      network: {
        id: parts.id,
        name: parts.genesis.name,
        consensus: parts.genesis.consensus,
        createdAt: parts.genesis.createdAt,
        ...(parts.genesis.leaseReads && { leaseReads: true }),
      },
    }),
    ...(waiting && { awaitingApproval: waiting }),
    ...(starting !== undefined && { starting }),
    role,
    ...(role !== asked && { roleAsked: asked }),
    ...(backbone && { backbone }),
    peers: parts ? parts.mesh.connected().length : 0,
    uptimeSeconds,
    versions: {
      mycelium: node.version,
      node: process.versions.node,
      ...(electron !== undefined && { electron }),
    },
    discoveryTier: parts ? parts.discoveryTier() : 'none',
    ...(primary && { primary }),
    ...(edge !== undefined && { edge }),
    ...(parts && tlsView(parts)),
    ...(api !== undefined && { api }),
    degraded: [...node.degraded(), ...alone(deps)],
  }
}

/** By the name that the network knows it by: the home's own may be that of its computer. */
function ownerView({ node, network }: ApiDeps): Status['node']['owner'] {
  const parts = network()
  const { id, name } = node.owner()
  return { id, name: (parts && ownerNameOf(parts, id)) || name }
}

function tlsView({ tls }: NetworkParts): Pick<Status, 'tls'> {
  const port = tls.port()
  if (port === undefined) return {}
  return { tls: { ...(port > 0 && { port }), zones: [...tls.zones] } }
}

/** A node that knows others and reaches none of them says so. */
function alone(deps: ApiDeps): Reason[] {
  const parts = deps.network()
  if (!parts || parts.mesh.connected().length > 0) return []
  const others = parts.membership.list().filter(({ id, liveness }) => {
    return id !== parts.membership.self && liveness !== 'left'
  })
  if (others.length === 0) return []
  const message =
    others.length === 1
      ? 'The other computer of this network can not be reached.'
      : `None of the ${others.length} other computers of this network can be reached.`
  return [{ code: 'NO_PEERS', message }]
}

/** Counts and hashes, never values: keys may name people, and values may hold secrets. */
function debugState(deps: ApiDeps, status: Status): Record<string, unknown> {
  if (!deps.network()) return { status }
  const parts = inNetwork(deps)
  const { state, placementInput } = parts
  const { workloads, instances, majority } = placementInput()
  const counts = (items: readonly string[]) =>
    Object.fromEntries([...Map.groupBy(items, (item) => item)].map(([k, v]) => [k, v.length]))
  return {
    status,
    state: {
      hash: state.hash(),
      records: counts(['net/', 'node/'].flatMap((prefix) => state.list(prefix)).map(kindOfKey)),
    },
    members: counts(presentNodes(parts).map(({ liveness }) => liveness)),
    workloads: workloads.length,
    instances: counts(instances.map(({ status: state }) => state)),
    majority,
  }
}

/** `net/workload/web` → `net/workload`; `node/<id>/instance/x` → `node/instance`. */
function kindOfKey({ key }: { key: string }): string {
  const [wing = '', second = '', third = ''] = key.split('/')
  return wing === 'net' ? `${wing}/${second}` : `${wing}/${third}`
}
