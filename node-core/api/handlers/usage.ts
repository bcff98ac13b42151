import type { Metrics } from '../../base/metrics/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { byKeptName, ownNames } from './own-names.ts'

export function usageHandlers({ workloads }: Builder, deps: ApiDeps) {
  const byName = byKeptName(ownNames(deps).there)
  return {
    usage: workloads.usage.handler(
      byName(async ({ input: { name } }) => {
        const parts = inNetwork(deps)
        const input = parts.placementInput()
        const desired = input.workloads.find(({ workload }) => workload.name === name)
        const own = new Map(
          input.instances
            .filter(({ workload }) => workload === name)
            .map((instance) => [instance.id, instance]),
        )
        if (!desired && own.size === 0) {
          throw failure('NOT_FOUND', `There is no workload “${name}”.`, { what: 'workload' })
        }
        const limits = desired?.workload.parts.map(({ resources }) => resources.limits)
        const told = await parts.usage.of(name)
        return {
          ...(limits && { limits: sumOf(limits) }),
          instances: told.flatMap(({ id, ...usage }) => {
            const instance = own.get(id)
            if (!instance) return []
            const nodeName = parts.membership.get(usage.node)?.profile.name ?? ''
            const { index, restarts } = instance
            return [{ ...usage, instance: id, index, nodeName, restarts }]
          }),
        }
      }),
    ),
  }
}

function sumOf(limits: readonly { cpuMillis: number; memoryBytes: number }[]) {
  return {
    cpuMillis: limits.reduce((sum, one) => sum + one.cpuMillis, 0),
    memoryBytes: limits.reduce((sum, one) => sum + one.memoryBytes, 0),
  }
}

/** Figures of the instances of this node, read for each reading of the metrics. */
export function collectUsage(metrics: Metrics, network: () => NetworkParts | undefined): void {
  const cpu = metrics.gauge('mycelium_instance_cpu_seconds', 'CPU time since its start.')
  const memory = metrics.gauge('mycelium_instance_memory_bytes', 'Memory in use.')
  const received = metrics.gauge('mycelium_instance_received_bytes', 'Received since its start.')
  const sent = metrics.gauge('mycelium_instance_sent_bytes', 'Sent since its start.')
  const gpus = metrics.gauge(
    'mycelium_instance_gpu_seconds',
    'Seconds of graphics processors leased since its start.',
  )
  const restarts = metrics.gauge('mycelium_instance_restarts', 'How often it was started again.')
  metrics.onPrepare(async () => {
    const parts = network()
    const usages = parts ? await parts.usage.here() : []
    const known = new Map(parts?.placementInput().instances.map((one) => [one.id, one]))
    for (const gauge of [cpu, memory, received, sent, gpus, restarts]) gauge.clear()
    for (const usage of usages) {
      const { id, cpuSeconds, memoryBytes, receivedBytes, sentBytes, gpuSeconds } = usage
      const instance = known.get(id)
      if (!instance) continue
      const labels = { workload: instance.workload, instance: id }
      cpu.set(cpuSeconds, labels)
      memory.set(memoryBytes, labels)
      restarts.set(instance.restarts, labels)
      if (receivedBytes !== undefined) received.set(receivedBytes, labels)
      if (sentBytes !== undefined) sent.set(sentBytes, labels)
      if (gpuSeconds !== undefined) gpus.set(gpuSeconds, labels)
    }
  })
}
