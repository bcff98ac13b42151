import { shortForm } from '../../control/registry/index.ts'
import { type JobRecord, NO_RECORD, runNumber } from '../../work/jobs/index.ts'
import { clashText, leadsOf, leadText, toldPorts } from '../../work/naming/index.ts'
import {
  type Bunched,
  bunchedIn,
  bunchedText,
  type Placement,
  type PlacementInput,
  place,
} from '../../work/placement/index.ts'
import {
  jobStatus,
  OF_THE_COMPUTER,
  successorReasons,
  workloadStatus,
} from '../../work/reconcile/index.ts'
import {
  amountsOf,
  type ConfigFile,
  type DesiredWorkload,
  edgeOf,
  type Instance,
  isCurrent,
  modeText,
  type Part,
  PRIORITY_CLASSES,
  portsOf,
  sizeOf,
  turnOf,
  type Workload,
} from '../../work/spec/index.ts'
import type { InstanceView, WorkloadView } from '../contract/index.ts'
import { isLost } from './in-sight.ts'
import type { NetworkParts, Reason } from './index.ts'
import { jobView } from './job-view.ts'
import { publishedView } from './published-ports.ts'
import { queueCondition, steeringView } from './steering.ts'
import { trafficView } from './traffic-view.ts'

/** Where instances answer that have no address of their own. */
const LOOPBACK = '127.0.0.1'

/** What runs where, and what placement makes of it: worked out once for a whole list. */
export interface Placed {
  input: PlacementInput
  instances: readonly Instance[]
  placement: Placement
  /** Of workloads that stand on fewer computers than they could. */
  bunched: ReadonlyMap<string, Bunched>
  /** Whether the node of an instance was given it, or is not to be asked. */
  entrusted: (instance: Instance, of: DesiredWorkload) => boolean
  /** As far as they were asked for. */
  ownerNames: Map<DesiredWorkload['owner'], string>
}

export function placedNow(parts: NetworkParts): Placed {
  const input = parts.placementInput()
  const { instances } = input
  const was = parts.entrusted()
  return {
    ...{ input, instances, placement: place(input), bunched: bunchedIn(input) },
    entrusted: (one, { workload }) =>
      // What is here is known from what runs.
      one.node === parts.membership.self ||
      // Of jobs earlier attempts are told of as well, by nodes that have others now.
      (workload.job !== undefined && one.ended !== undefined) ||
      was(one),
    ownerNames: new Map(),
  }
}

/** How this node is reached and spoken to. */
export interface Shown {
  edge: string | undefined
  /** As of `OwnNames`. */
  long(name: string): string | undefined
}

/** A workload as the contract shows it: what is wanted, what runs, and where. */
export function workloadView(
  parts: NetworkParts,
  desired: DesiredWorkload,
  seen: Placed,
  { edge, long }: Shown,
): WorkloadView {
  const { workload, generation, owner } = desired
  const longName = long(workload.name)
  const own = seen.instances.filter((instance) => instance.workload === workload.name)
  const views = instanceViews(parts, own, { desired, seen })
  const told = own.flatMap((instance) => {
    const lost = isLost(parts, instance)
    if (!lost && !seen.entrusted(instance, desired)) return []
    return [{ instance: namingComputer(parts, instance), lost }]
  })
  const inSight = told.flatMap(({ instance, lost }) => (lost ? [] : [instance]))
  const { placement } = seen
  const { quorum } = seen.input
  const record = workload.job && parts.desired.job(workload.name)
  const { status, runningInstances, conditions } = workload.job
    ? jobStatus(desired, record, { seen: told, placement })
    : workloadStatus(desired, told, { ...placement, ...(quorum !== undefined && { quorum }) })
  const url = urlOf(desired, { edge, long })
  const secureUrl = url === undefined ? undefined : parts.tls.urlOf(longName ?? workload.name)
  const ownerName = seen.ownerNames.get(owner) ?? ownerNameOf(parts, owner)
  seen.ownerNames.set(owner, ownerName)
  const shortName = shortForm(workload.name)
  const traffic = trafficView(parts.edge.traffic().get(workload.name))
  return {
    name: workload.name,
    kind: workload.kind,
    replicas: workload.replicas,
    running_instances: runningInstances,
    status,
    generation,
    owner: { id: owner, name: ownerName },
    ...(shortName !== undefined && { shortName }),
    ...(longName !== undefined && { longName }),
    ...sourceView(workload.parts[0]),
    ...programOf(parts, workload),
    parts: workload.parts.map(partView),
    ports: portsOf(workload),
    labels: workload.labels,
    resources: amountsOf(workload, 'requests'),
    ...(Object.keys(workload.nodeSelector).length > 0 && { nodeSelector: workload.nodeSelector }),
    placement: workload.placement,
    rollout: workload.rollout,
    ...pausedView(parts, workload),
    ...steeringView(desired, inSight),
    uses: workload.uses,
    secrets: workload.secrets,
    restart: workload.restart,
    graceMs: workload.graceMs,
    onPartition: workload.onPartition,
    priority: workload.priority ?? PRIORITY_CLASSES.normal,
    ...(workload.disruption && { disruption: workload.disruption }),
    ...(workload.job && { job: jobView(workload.job, record) }),
    ...(workload.volumes && { volumes: workload.volumes }),
    ...(url !== undefined && { url }),
    ...(secureUrl !== undefined && { secureUrl }),
    edge: edgeOf(workload),
    egress: workload.egress ?? 'none',
    published: publishedView(parts, workload),
    ...(traffic && { traffic }),
    instances: views,
    conditions: [
      ...conditions,
      ...successorConditions(parts, desired, own).filter(
        ({ code }) => !conditions.some((one) => one.code === code),
      ),
      ...queueCondition(parts, desired),
      ...namesConditions(desired, parts, seen),
      ...bunchedCondition(parts, workload.name, seen),
    ],
  }
}

/** Of what serves: each attempt at a job is its own. */
function successorConditions(
  parts: NetworkParts,
  desired: DesiredWorkload,
  own: readonly Instance[],
): Reason[] {
  if (desired.workload.job) return []
  const inSight = own.filter((one) => !isLost(parts, one))
  return successorReasons(desired, inSight, (node) => nodeNameOf(parts, node))
}

/** Among what is said of the workload as a whole nothing else tells which computer is meant. */
function namingComputer(parts: NetworkParts, instance: Instance): Instance {
  const { node, reason } = instance
  if (!reason || !OF_THE_COMPUTER.has(reason.code)) return instance
  const message = `On ${nodeNameOf(parts, node)}: ${reason.message}`
  return { ...instance, reason: { ...reason, message } }
}

export function nodeNameOf({ membership }: NetworkParts, node: Instance['node']): string {
  return membership.get(node)?.profile.name ?? ''
}

function programOf({ bundles }: NetworkParts, { parts }: Workload): Pick<WorkloadView, 'program'> {
  const { source } = parts[0]
  const found = 'bundle' in source && bundles.list().find(({ digest }) => digest === source.bundle)
  return found ? { program: { name: found.name, version: found.version } } : {}
}

function bunchedCondition(parts: NetworkParts, name: string, { bunched }: Placed): Reason[] {
  const found = bunched.get(name)
  if (!found) return []
  const message = bunchedText(name, found, nodeNameOf(parts, found.node))
  return [{ code: 'STANDS_TOGETHER', message }]
}

/** Names that lead nowhere, all in one; and ports of theirs that what ends may have wanted. */
function namesConditions(
  workload: DesiredWorkload,
  { desired }: NetworkParts,
  { instances }: Placed,
): Reason[] {
  const told = (name: string) => toldPorts(instances.filter((one) => one.workload === name))
  const wanted = { desired: desired.get, ownerOf: desired.ownerOf, told }
  const leads = leadsOf(workload, wanted)
  const texts = leads.flatMap((lead) => leadText(lead) ?? [])
  const ends = instances.some(({ workload: of, status, lastEnd }) => {
    const failed = lastEnd?.code === 'EXITED' && lastEnd.exitCode !== 0
    return of === workload.workload.name && failed && status !== 'Running'
  })
  const clash = ends ? clashText(workload, leads) : undefined
  return [
    ...(texts.length > 0 ? [{ code: 'USE_LEADS_NOWHERE', message: texts.join(' ') }] : []),
    ...(clash === undefined ? [] : [{ code: 'PORT_OF_A_NAME', message: clash }]),
  ]
}

export function sourceView({ source }: Part): { bundle: string } | { image: string } {
  return 'bundle' in source ? { bundle: source.bundle } : { image: source.image }
}

/** Without its environment: that may hold what is nobody else's business. */
export function partView(part: Part): WorkloadView['parts'][number] {
  const { name, ports, resources, probes, mounts, scratch, files } = part
  const { user, workingDir, stopSignal, readOnlyRoot } = part
  return {
    name,
    ...sourceView(part),
    ports,
    resources,
    probes,
    ...(mounts && { mounts }),
    ...(user !== undefined && { user }),
    ...(workingDir !== undefined && { workingDir }),
    ...(stopSignal !== undefined && { stopSignal }),
    ...(readOnlyRoot && { readOnlyRoot }),
    ...(scratch && { scratch }),
    ...(files && { files: files.map(fileView) }),
  }
}

function fileView(file: ConfigFile) {
  return { path: file.path, sizeBytes: sizeOf(file), mode: modeText(file) }
}

function pausedView(parts: NetworkParts, { paused }: Workload): Pick<WorkloadView, 'paused'> {
  if (!paused) return {}
  const { at, by, copies } = paused
  return { paused: { at, by: { id: by, name: ownerNameOf(parts, by) }, copies } }
}

/** Sorted by replica. Without `wanted` what is wanted no more: no node is to run it. */
export function instanceViews(
  parts: NetworkParts,
  instances: readonly Instance[],
  wanted?: { desired: DesiredWorkload; seen: Placed },
): InstanceView[] {
  const desired = wanted?.desired
  const record = desired?.workload.job && parts.desired.job(desired.workload.name)
  return instances
    .map((instance) => ({
      ...instanceView(parts, instance, record),
      // Attempts at a job say themselves which run they are of.
      ...(desired &&
        !desired.workload.job &&
        !isCurrent(instance, desired) && { earlier: true as const }),
      ...(wanted &&
        !wanted.seen.entrusted(instance, wanted.desired) && { unassigned: true as const }),
    }))
    .sort((a, b) => a.index - b.index || (a.id < b.id ? -1 : 1))
}

function instanceView(
  parts: NetworkParts,
  instance: Instance,
  record: JobRecord = NO_RECORD,
): InstanceView {
  const { id, index, node, status, health, ports, startedAt, restarts } = instance
  const { address = LOOPBACK } = instance
  const [port] = Object.values(ports)
  const turn = turnOf(id)
  return {
    id,
    index,
    node,
    nodeName: nodeNameOf(parts, node),
    status,
    health,
    ...(port !== undefined && { endpoint: `${address}:${port}` }),
    ...(startedAt !== undefined && { startedAt }),
    restarts,
    ...(turn && { turn: { run: runNumber(record, turn.run), attempt: turn.attempt } }),
    ...(instance.startsAt !== undefined && { startsAt: instance.startsAt }),
    ...(instance.warmsUntil !== undefined && { warmsUntil: instance.warmsUntil }),
    ...(instance.lastEnd && { lastEnd: instance.lastEnd }),
    ...(instance.ended && { ended: instance.ended }),
    ...(instance.reason && { reason: instance.reason }),
    ...(instance.progress !== undefined && { progress: instance.progress }),
    lost: isLost(parts, instance),
  }
}

/** By host name, so that two workloads never share an origin in a browser. */
export function urlOf({ workload }: DesiredWorkload, { edge, long }: Shown): string | undefined {
  if (edge === undefined || !portsOf(workload).some(({ protocol }) => protocol === 'tcp')) return
  const name = long(workload.name) ?? workload.name
  return `http://${name}.localhost:${new URL(edge).port}/`
}

/** As the network has it in its members, whatever name each of the owner’s computers was given. */
export function ownerNameOf(parts: NetworkParts, owner: string): string {
  const named = parts.members.list().find((one) => one.owner === owner)
  if (named) return named.name
  return parts.membership.list().find((one) => one.owner === owner)?.ownerName ?? ''
}
