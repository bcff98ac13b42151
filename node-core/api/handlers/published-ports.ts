import { edgeOf, type Workload } from '../../work/spec/index.ts'
import type { WorkloadView } from '../contract/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts, Reason } from './index.ts'

/**
 * A port is published by one workload. Throws CONFLICT, reason EDGE_PORT_TAKEN. Two that are applied
 * at the same moment both get past this; then the edges know which of them has it.
 */
export function mustBeFree(parts: NetworkParts, workload: Workload): void {
  const wanted = new Set(edgeOf(workload).tcp.map(({ port }) => port))
  if (wanted.size === 0) return
  for (const { workload: other } of parts.placementInput().workloads) {
    if (other.name === workload.name) continue
    const taken = edgeOf(other).tcp.find(({ port }) => wanted.has(port))
    if (!taken) continue
    const message = `Port ${taken.port} is published by “${other.name}” already. Take another.`
    const details = { reason: 'EDGE_PORT_TAKEN', port: taken.port, workload: other.name }
    throw failure('CONFLICT', message, details)
  }
}

/** Where its ports are open on this computer, and why the others are not. */
export function publishedView(
  { edge }: NetworkParts,
  workload: Workload,
): WorkloadView['published'] {
  return edgeOf(workload).tcp.map(({ port, containerPort }) => {
    const service = edge.services().find((one) => one.port === port)
    if (service?.workload === workload.name && service.listens) {
      return { port, containerPort, address: service.address }
    }
    if (service && service.workload !== workload.name) {
      const message = `Port ${port} is published by ${service.workload}.`
      return { port, containerPort, reason: { code: 'PORT_TAKEN', message } }
    }
    // Just asked for, or about to be listened for: nothing is in its way that anybody knows of.
    const notYet = `The edge here has yet to open port ${port}.`
    const { code = 'NOT_OPEN_YET', reason: message = notYet } = service ?? {}
    return { port, containerPort, reason: { code, message } }
  })
}

/** That other computers may serve them is no reason to say nothing of this one. */
export function portsShutReason({ published }: Pick<WorkloadView, 'published'>): Reason[] {
  return published.flatMap(({ port, reason }) => {
    if (!reason) return []
    const message = `TCP port ${port} is not open on this computer: ${reason.message}`
    return [{ code: `EDGE_${reason.code}`, message }]
  })
}
