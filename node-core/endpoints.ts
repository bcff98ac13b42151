/** Where the edge learns endpoints: what the nodes that are to run it tell of their own instances. */
import { nameThere } from './control/registry/index.ts'
import type { OwnerId } from './identity/index.ts'
import type { Membership } from './network/membership/index.ts'
import type { PortHolders } from './port-holders.ts'
import type { Endpoint, EndpointSource, Service } from './work/edge/index.ts'
import type { WorkView } from './work/reconcile/index.ts'
import {
  type DesiredWorkload,
  edgeOf,
  type Instance,
  isCurrent,
  isWarm,
  listeningOf,
  listensUntold,
  maySleep,
  portsOf,
  provenOf,
  shareOf,
  versionOf,
  type Workload,
} from './work/spec/index.ts'

export interface EndpointDeps {
  view: Pick<WorkView, 'desired' | 'recordOf' | 'ownerOf' | 'isCurrent' | 'assigned' | 'subscribe'>
  membership: Pick<Membership, 'get'>
  ports: Pick<PortHolders, 'published'>
  /** This node's, who means their own by a name (docs/adr/0048). */
  owner: OwnerId
  /** What keeps a workload from running, for people. */
  trouble?(workload: string): string
}

interface Known {
  desired: DesiredWorkload
  service: Service
  httpPort: number | undefined
  /** Of each port that was asked for. */
  endpoints: Map<number, readonly Endpoint[]>
}

/** Answers from memory; what changed is read again once, when it is next asked for. */
export function createEndpointSource(deps: EndpointDeps): EndpointSource & { stop(): void } {
  const known = new Map<string, Known>()
  const listeners = new Set<() => void>()
  const stop = deps.view.subscribe(() => {
    known.clear()
    for (const listener of listeners) listener()
  })
  const find = (name: string): Known | undefined => {
    const before = known.get(name)
    if (before) return before
    const desired = deps.view.desired(name)
    // Unknown names are not kept: anyone could ask for as many as they like.
    if (!desired) return undefined
    const { workload, owner } = desired
    const isPaused = workload.paused !== undefined
    const wakes = !isPaused && maySleep(workload) && { wakeMs: workload.autoscale?.wakeMs ?? 0 }
    const httpPort = httpPortOf(workload)
    const portless = httpPort === undefined && ({ portless: true } as const)
    const paused = isPaused && ({ paused: true } as const)
    const service = { owner, rules: edgeOf(workload), ...wakes, ...paused, ...portless }
    const found = { desired, service, httpPort, endpoints: new Map() }
    known.set(name, found)
    return found
  }
  const isThere = (name: string): boolean =>
    deps.view.desired(name) !== undefined || deps.view.recordOf(name) === 'unreadable'

  return {
    stop,
    meant: (said) => nameThere(said, deps.owner, { ownerOf: deps.view.ownerOf, isThere }),
    service: (name) => find(name)?.service,
    isCurrent: deps.view.isCurrent,
    endpoints(name, containerPort) {
      const of = find(name)
      const port = containerPort ?? of?.httpPort
      if (!of || port === undefined) return []
      const before = of.endpoints.get(port)
      if (before) return before
      if (!listensAt(of.desired, port) && !tells(of.desired, deps.view.assigned(name), port))
        return []
      const found = read(deps, of.desired, port)
      of.endpoints.set(port, found)
      return found
    },
    published: () => deps.ports.published(),
    trouble: (name) => deps.trouble?.(name) ?? '',
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What an image exposes is reached by those that use the workload; HTTP goes to what is declared. */
function listensAt({ workload }: DesiredWorkload, port: number): boolean {
  return listeningOf(workload).some((one) => one.protocol === 'tcp' && one.containerPort === port)
}

function tells({ workload }: DesiredWorkload, instances: readonly Instance[], port: number) {
  const isTold = instances.some(({ ports }) => ports[String(port)] !== undefined)
  return isTold && listensUntold(workload)
}

function read(
  { view, membership }: EndpointDeps,
  desired: DesiredWorkload,
  containerPort: number,
): Endpoint[] {
  const { name } = desired.workload
  const livenessOf = ({ node }: Instance) => membership.get(node)?.liveness
  const isDoubtful = (instance: Instance): boolean => livenessOf(instance) === 'suspect'
  const reachable = (instance: Instance): boolean =>
    livenessOf(instance) === 'alive' || isDoubtful(instance)
  const answering = (instance: Instance): boolean => reachable(instance) && answers(instance)
  const shown = ofOneColour(desired, view.assigned(name), answering)
  const weightOf = sharesOf(desired, shown.filter(answering))
  return shown.flatMap((instance) => {
    const hostPort = instance.ports[String(containerPort)]
    const weight = weightOf(instance)
    if (hostPort === undefined || weight === 0) return []
    return [
      {
        workload: name,
        instance: instance.id,
        node: instance.node,
        containerPort,
        hostPort,
        ...(instance.address !== undefined && { address: instance.address }),
        ...(instance.startedAt !== undefined && { startedAt: instance.startedAt }),
        healthy: answering(instance),
        ...(isDoubtful(instance) && { doubtful: true as const }),
        version: versionOf(instance),
        ...(weight !== undefined && { weight }),
      },
    ]
  })
}

/**
 * The weight of each instance while a canary is under way; 0 once it is out. The new version has its
 * share, but never more than those of it that answer, and are warm, can bear. The rest is for the one that served
 * before: another that was on trial itself has nothing, also before the new one answers.
 */
function sharesOf(
  desired: DesiredWorkload,
  answering: readonly Instance[],
): (instance: Instance) => number | undefined {
  const { rollout, replicas } = desired.workload
  const { fresh = [], others = [] } = Object.groupBy(answering, (one) => {
    if (!isCurrent(one, desired)) return 'others'
    return isWarm(one) ? 'fresh' : 'cold'
  })
  const old = provenOf(others)
  const [served] = old
  if (rollout.kind !== 'canary' || !served) return () => undefined
  const isOld = (one: Instance): boolean => versionOf(one) === versionOf(served)
  const isCold = (one: Instance): boolean => answers(one) && !isWarm(one)
  const isNew = (one: Instance): boolean => isCurrent(one, desired) && !isCold(one)
  if (fresh.length === 0) return (one) => (isNew(one) || isOld(one) ? undefined : 0)
  const slots = new Set(fresh.map(({ index }) => index)).size
  const share = Math.min(shareOf(desired), (100 * slots) / replicas)
  const [each, rest] = [share / fresh.length, (100 - share) / old.length]
  return (one) => (isNew(one) ? each : isOld(one) ? rest : 0)
}

/**
 * Under `blueGreen` traffic goes to the version that served before, if any of it answers, until every
 * slot of the new one does and is warm; then to the new one alone. While it is paused the old one keeps it, as long
 * as that answers in half of the slots: a copy that comes back after the change is not all that serves.
 */
function ofOneColour(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  answering: (instance: Instance) => boolean,
): readonly Instance[] {
  const { rollout, replicas } = desired.workload
  if (rollout.kind !== 'blueGreen') return instances
  const { green = [], others = [] } = Object.groupBy(instances.filter(answering), (one) =>
    isCurrent(one, desired) ? 'green' : 'others',
  )
  const blue = provenOf(others)
  const slotsOf = (some: readonly Instance[]): number =>
    new Set(some.map(({ index }) => index)).size
  const isHeld = rollout.paused && slotsOf(blue) * 2 >= replicas
  if (slotsOf(green.filter(isWarm)) >= replicas && !isHeld) return green
  return blue.length > 0 ? blue : instances
}

function answers(instance: Instance): boolean {
  return instance.status === 'Running' && instance.health === 'healthy'
}

/** The edge speaks HTTP to the first TCP port a workload declares. */
function httpPortOf(workload: Workload): number | undefined {
  return portsOf(workload).find((port) => port.protocol === 'tcp')?.containerPort
}
