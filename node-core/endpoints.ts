/** Where the edge learns endpoints: what the nodes that are to run it tell of their own instances. */
import type { Membership } from './network/membership/index.ts'
import type { Endpoint, EndpointSource } from './work/edge/index.ts'
import type { WorkView } from './work/reconcile/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  isCurrent,
  portsOf,
  type Workload,
} from './work/spec/index.ts'

export interface EndpointDeps {
  view: Pick<WorkView, 'desired' | 'assigned' | 'subscribe'>
  membership: Pick<Membership, 'get'>
}

/** Answers from memory; what changed is read again once, when it is next asked for. */
export function createEndpointSource(deps: EndpointDeps): EndpointSource & { stop(): void } {
  const known = new Map<string, readonly Endpoint[]>()
  const stop = deps.view.subscribe(() => known.clear())
  return {
    stop,
    endpoints(name) {
      const before = known.get(name)
      if (before) return before
      const found = read(deps, name)
      // Unknown names are not kept: anyone could ask for as many as they like.
      if (found) known.set(name, found)
      return found
    },
  }
}

function read(deps: EndpointDeps, name: string): Endpoint[] | undefined {
  const desired = deps.view.desired(name)
  if (!desired) return undefined
  const containerPort = httpPortOf(desired.workload)
  return containerPort === undefined ? [] : endpointsAt(deps, desired, containerPort)
}

/** What answers, or should, at one declared port of a workload. */
export function endpointsAt(
  { view, membership }: EndpointDeps,
  desired: DesiredWorkload,
  containerPort: number,
): Endpoint[] {
  const { name } = desired.workload
  const reachable = ({ node }: Instance): boolean => {
    const liveness = membership.get(node)?.liveness
    return liveness === 'alive' || liveness === 'suspect'
  }
  const answering = (instance: Instance): boolean => reachable(instance) && answers(instance)
  return ofOneColour(desired, view.assigned(name), answering).flatMap((instance) => {
    const hostPort = instance.ports[String(containerPort)]
    if (hostPort === undefined) return []
    return [
      {
        workload: name,
        instance: instance.id,
        node: instance.node,
        containerPort,
        hostPort,
        healthy: answering(instance),
      },
    ]
  })
}

/**
 * Under `blueGreen` traffic goes to the old version, if any of it answers, until every slot of the new
 * one does; then to the new one alone.
 */
function ofOneColour(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  answering: (instance: Instance) => boolean,
): readonly Instance[] {
  const { rollout, replicas } = desired.workload
  if (rollout.kind !== 'blueGreen') return instances
  const [green, blue] = [true, false].map((current) => {
    return instances.filter((one) => isCurrent(one, desired) === current && answering(one))
  })
  const isWhole = new Set(green?.map(({ index }) => index)).size >= replicas
  if (isWhole && green) return green
  return blue && blue.length > 0 ? blue : instances
}

function answers(instance: Instance): boolean {
  return instance.status === 'Running' && instance.health === 'healthy'
}

/** The edge speaks HTTP to the first TCP port a workload declares. */
function httpPortOf(workload: Workload): number | undefined {
  return portsOf(workload).find((port) => port.protocol === 'tcp')?.containerPort
}
