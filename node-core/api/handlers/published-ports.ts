import { edgeOf, type Workload } from '../../work/spec/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts } from './index.ts'

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
