/** What the copies of a workload would use. */
import type { InstanceUsageView, WorkloadView } from '../../node-core/api/contract/index.ts'

const MIB = 1024 ** 2

export function usageOf({ instances, resources }: WorkloadView) {
  const nowMs = Date.now()
  const running = instances.filter(({ status, lost }) => status === 'Running' && !lost)
  const usages = running.map(({ id, index, node, nodeName, restarts }): InstanceUsageView => {
    const wave = Math.sin(nowMs / 4_000 + index)
    return {
      ...{ instance: id, index, node, nodeName, restarts, at: new Date(nowMs).toISOString() },
      cpuSeconds: nowMs / 10_000 + wave * 0.2,
      memoryBytes: Math.round((90 + 12 * wave + index * 5) * MIB),
      receivedBytes: Math.round(nowMs / 10),
      sentBytes: Math.round(nowMs / 3),
      // One of them has one.
      ...(index === 0 && { gpuSeconds: 5_400 }),
    }
  })
  return { limits: resources, instances: usages }
}
