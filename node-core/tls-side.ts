/** TLS at this node's edge: the network's own certificate, those it was given, and what is said of both. */
import type { Reason } from './api/handlers/index.ts'
import type { NamedPart } from './base/lifecycle/index.ts'
import type { NodeId } from './base/net/index.ts'
import { ownerIdOf } from './identity/index.ts'
import { type Authority, createAuthority } from './network/authority/index.ts'
import type { NetworkSide } from './network-side.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import { createCertificates } from './work/certificates/index.ts'
import type { Edge, EdgeOptions } from './work/edge/index.ts'

export interface TlsSide {
  authority: Authority
  /** What the edge needs to know of it. */
  edge: Pick<EdgeOptions, 'zones' | 'given' | 'tls'>
  degraded(edge: Edge): Reason[]
  /** `https://web.home.localhost:8443/`: the name that a given certificate has for it comes first. */
  urlOf(workload: string, edge: Edge): string | undefined
  /** In the order in which they start, before the edge. */
  parts: NamedPart[]
}

export function createTlsSide(
  deps: RuntimeDeps,
  side: NetworkSide,
  mayUse: (node: NodeId) => boolean,
): TlsSide {
  const { config, identity, disk, clock, random, logger } = deps
  const wanted = config.edgeTlsPort !== undefined
  const files = wanted ? (config.edgeCertificates ?? []) : []
  const authority = createAuthority(
    {
      ...{ network: side.network, ownerKey: identity.ownerKey, mesh: side.mesh, disk },
      founderNodes: () => founderNodes(side),
      mayUse,
      ...{ clock, random, logger: logger.child('authority') },
    },
    { wanted },
  )
  const certificates = createCertificates({
    given: files.map(({ names, ...pair }) => ({ ...pair, names: Object.keys(names) })),
    ...{ own: authority, clock, logger: logger.child('certificates') },
  })
  const given = new Map(files.flatMap(({ names }) => Object.entries(names)))
  const [zone] = authority.zones
  return {
    authority,
    edge: {
      ...{ zones: authority.zones, given },
      ...(config.edgeTlsPort !== undefined && { tls: { port: config.edgeTlsPort, certificates } }),
    },
    degraded(edge) {
      const problem = authority.problem()
      return [...portProblem(edge), ...certificates.problems(), ...(problem ? [problem] : [])]
    },
    urlOf(workload, edge) {
      const { port = 0 } = edge.tls() ?? {}
      if (port === 0) return undefined
      const named = [...given].find(([name, leads]) => {
        return leads === workload && certificates.covers(name)
      })?.[0]
      const own = `${workload}.${zone}`
      const name = named ?? (certificates.covers(own) ? own : undefined)
      return name === undefined ? undefined : `https://${name}${port === 443 ? '' : `:${port}`}/`
    },
    parts: [
      { name: 'authority', part: authority },
      { name: 'certificates', part: certificates },
    ],
  }
}

/** Of the founder who stands first in the genesis: connected ones before those that can be dialled. */
function founderNodes({ network, mesh, membership }: NetworkSide): NodeId[] {
  const [founder] = network.genesis.founders
  if (!founder) return []
  const owner = ownerIdOf(founder)
  const connected = mesh
    .connected()
    .flatMap(({ id, member }) => (member.ownerId === owner ? [id] : []))
  const others = membership.list().flatMap((one) => {
    return one.owner === owner && one.liveness === 'alive' && one.id !== mesh.self ? [one.id] : []
  })
  return [...new Set([...connected, ...others])]
}

function portProblem(edge: Edge): Reason[] {
  const { reason } = edge.tls() ?? {}
  return reason === undefined ? [] : [{ code: 'EDGE_PORT_TAKEN', message: reason }]
}
