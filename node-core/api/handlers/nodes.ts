import type { NodeId } from '../../base/net/index.ts'
import type { Member } from '../../network/membership/index.ts'
import {
  emptyingOf,
  type LeftInstance,
  leftOn,
  leftText,
  type Placement,
  type PlacementInput,
  place,
} from '../../work/placement/index.ts'
import { amountsOf, gpusOf } from '../../work/spec/index.ts'
import type { ClusterNode } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import { findOne } from './finding.ts'
import { hindrance } from './hindrance.ts'
import { isLost } from './in-sight.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { presentNodes } from './present.ts'
import {
  backboneOf,
  type CopyView,
  choiceOf,
  committeeRoleOf,
  copiesNow,
  type LagView,
  lagNow,
  roleOf,
  trustIn,
} from './primary.ts'
import { reputationOf } from './reputation.ts'
import { parseLinks } from './stored.ts'
import { nodeNameOf, ownerNameOf } from './workload-view.ts'

/** The nodes of the network, and the peers this one is connected to. */
export function nodeListHandlers(build: Builder, deps: ApiDeps) {
  const { nodes, peers } = build
  const setCordon = async (text: string, value: { cordoned: boolean; draining: boolean }) => {
    const parts = inNetwork(deps)
    const member = memberOf(parts, text)
    const mine = member.owner === deps.node.owner().id
    if (!mine && !parts.permissions().has('admin')) {
      throw failure(
        'FORBIDDEN',
        `Only ${ownerNameOf(parts, member.owner)} or an admin may do this.`,
      )
    }
    await parts.cordons.set(member, value)
    // The membership follows; the answer shows what was asked for either way.
    const input = parts.placementInput()
    const nodes = input.nodes.map((node) => (node.id === member.id ? { ...node, ...value } : node))
    return clusterNode(parts, seenNow({ ...input, nodes }), {
      ...(parts.membership.get(member.id) ?? member),
      ...value,
    })
  }
  const own = (): ClusterNode => {
    const parts = inNetwork(deps)
    const member = memberOf(parts, parts.membership.self)
    return clusterNode(parts, seenNow(parts.placementInput()), member)
  }
  return {
    nodes: {
      list: nodes.list.handler(async () => {
        const parts = inNetwork(deps)
        const [behind, copies] = await Promise.all([lagNow(parts), copiesNow(parts)])
        const seen = seenNow(parts.placementInput())
        return {
          nodes: presentNodes(parts).map((member) => {
            return clusterNode(parts, seen, member, { behind, copies })
          }),
        }
      }),
      resync: nodes.resync.handler(async () => {
        await inNetwork(deps).state.resync()
        return { started: true as const }
      }),
      cordon: nodes.cordon.handler(({ input }) => {
        return setCordon(input.id, { cordoned: true, draining: false })
      }),
      uncordon: nodes.uncordon.handler(({ input }) => {
        return setCordon(input.id, { cordoned: false, draining: false })
      }),
      drain: nodes.drain.handler(({ input }) => {
        return setCordon(input.id, { cordoned: true, draining: true })
      }),
      sleep: nodes.sleep.handler(async ({ input: { forSeconds } }) => {
        const { membership } = inNetwork(deps)
        const untilMs = forSeconds !== undefined && deps.clock.wallMs() + forSeconds * 1_000
        await membership.sleep(untilMs ? { until: new Date(untilMs).toISOString() } : {})
        return own()
      }),
      wake: nodes.wake.handler(async () => {
        await inNetwork(deps).membership.wake()
        return own()
      }),
    },
    peers: {
      list: peers.list.handler(() => ({ peers: peerViews(inNetwork(deps)) })),
    },
  }
}

function peerViews(parts: NetworkParts) {
  const { mesh, membership } = parts
  return mesh.connected().map(({ id, addresses, path, latencyMs, member }) => {
    const reputation = reputationOf(parts, member.ownerId)
    return {
      ...{ id, name: membership.get(id)?.profile.name ?? member.ownerName, addresses, path },
      ...(latencyMs !== undefined && { latencyMs: tenths(latencyMs) }),
      ...(reputation !== undefined && { reputation }),
    }
  })
}

function memberOf(parts: NetworkParts, text: string): Member {
  return findOne(presentNodes(parts), text, {
    what: 'node',
    idOf: ({ id }) => id,
    nameOf: ({ profile }) => profile.name,
  })
}

/** What runs where, and what placement makes of it where that is needed. */
interface Seen extends Pick<Placement, 'stays' | 'surplusReasons'> {
  input: PlacementInput
}

/** Why something is still there is asked of draining nodes alone. */
function seenNow(input: PlacementInput): Seen {
  if (!input.nodes.some(({ draining }) => draining)) {
    return { input, stays: new Map(), surplusReasons: new Map() }
  }
  const { stays, surplusReasons } = place(input)
  return { input, stays, surplusReasons }
}

/** What others have told of the nodes in time. */
interface Told {
  behind: ReadonlyMap<NodeId, LagView>
  copies: ReadonlyMap<NodeId, CopyView>
}
const NOTHING_TOLD: Told = { behind: new Map(), copies: new Map() }

function clusterNode(
  parts: NetworkParts,
  seen: Seen,
  member: Member,
  { behind, copies }: Told = NOTHING_TOLD,
): ClusterNode {
  const { id, profile, liveness } = member
  const self = id === parts.membership.self
  const { capacity } = profile
  const reserved = reservedOn(id, seen.input)
  const left = leftOn(id, seen.input, seen)
  const role = committeeRoleOf(parts, id)
  const backbone = backboneOf(parts, id, profile.role)
  const lag = behind.get(id)
  const copy = copies.get(id)
  const vote = choiceOf(parts, id)
  const trust = trustIn(parts, id)
  const reputation = reputationOf(parts, member.owner)
  const clock = clockOf(parts, id)
  return {
    id,
    name: profile.name,
    address: profile.addresses[0] ?? '',
    status: statusOf(member),
    liveness,
    role: roleOf(parts, id, profile.role),
    ...(backbone && { backbone }),
    owner: { id: member.owner, name: ownerNameOf(parts, member.owner) },
    labels: profile.labels,
    ...(reputation !== undefined && { reputation }),
    capacity,
    allocatable: {
      cpuMillis: Math.max(0, capacity.cpuMillis - reserved.cpuMillis),
      memoryBytes: Math.max(0, capacity.memoryBytes - reserved.memoryBytes),
      diskBytes: capacity.diskBytes,
      ...(capacity.gpus !== undefined && { gpus: Math.max(0, capacity.gpus - reserved.gpus) }),
    },
    kinds: [...profile.kinds],
    ...(profile.strangers && { strangers: [...profile.strangers] }),
    instances: left.length,
    ...(member.asleep && { asleep: member.asleep }),
    ...((member.draining || member.asleep) && { drain: drainView(parts, seen, left) }),
    links: self ? ownLinks(parts) : parseLinks(parts.state.get(`node/${id}/links`)?.value),
    ...(copy && { copy }),
    ...(vote && { vote }),
    ...(trust !== undefined && { trust }),
    ...(clock && { clock }),
    ...(role && { committee: { role, ...lagOf(lag) } }),
    version: profile.version,
    self,
  }
}

function drainView(
  parts: NetworkParts,
  { input: { workloads, instances } }: Seen,
  left: readonly LeftInstance[],
): NonNullable<ClusterNode['drain']> {
  const inSight = instances.filter((one) => !isLost(parts, one))
  const nameOf = (node: NodeId): string => nodeNameOf(parts, node)
  return {
    state: emptyingOf(left),
    left: left.map((one) => {
      const { id, workload, index } = one.instance
      const desired = workloads.find((wanted) => wanted.workload.name === workload)
      const plain = { code: one.reason, message: leftText(one.reason) }
      const reason = hindrance(one, { desired, inSight, nameOf }) ?? plain
      return { instance: id, workload, index, reason }
    }),
  }
}

function clockOf({ clocks }: NetworkParts, id: NodeId): ClusterNode['clock'] {
  const { off, apart } = clocks.verdict()
  const aheadMs = off.get(id) ?? apart.get(id)
  if (aheadMs === undefined) return undefined
  return { aheadSeconds: Math.round(aheadMs / 1_000), of: off.has(id) ? 'most' : 'here' }
}

function lagOf(lag: LagView | undefined) {
  if (!lag) return {}
  return lag.isSilent ? { silent: true as const } : { lag: lag.entries }
}

function statusOf({ liveness, cordoned, draining, asleep }: Member): ClusterNode['status'] {
  if (asleep && liveness !== 'left') return 'Asleep'
  if (liveness === 'dead' || liveness === 'left') return 'NotReady'
  if (draining) return 'Draining'
  return cordoned ? 'Cordoned' : 'Ready'
}

/** Live connections, fresher than what this node last told the others. */
function ownLinks({ mesh }: NetworkParts): ClusterNode['links'] {
  return mesh.connected().map(({ id, latencyMs }) => ({
    to: id,
    ...(latencyMs !== undefined && { latencyMs: tenths(latencyMs) }),
  }))
}

/** What a ping can tell apart. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** What the instances on a node have reserved; ended ones hold nothing. */
function reservedOn(node: NodeId, { instances, workloads }: PlacementInput) {
  const byName = new Map(
    workloads.map(({ workload }) => {
      return [workload.name, { ...amountsOf(workload, 'requests'), gpus: gpusOf(workload) }]
    }),
  )
  const sum = { cpuMillis: 0, memoryBytes: 0, gpus: 0 }
  for (const instance of instances) {
    const ended = instance.status === 'Stopped' || instance.status === 'Failed'
    const resources = byName.get(instance.workload)
    if (instance.node !== node || ended || !resources) continue
    sum.cpuMillis += resources.cpuMillis
    sum.memoryBytes += resources.memoryBytes
    sum.gpus += resources.gpus
  }
  return sum
}
