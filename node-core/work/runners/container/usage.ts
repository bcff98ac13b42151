/** What containers use, as their engine counts it. */
import { z } from 'zod'
import type { Usage } from '../index.ts'
import type { Engine, EngineContainer } from './engine.ts'
import { leasedGpus, parseLabels } from './labels.ts'
import { STATS_PARALLEL_MAX } from './limits.ts'

const count = z.number().nonnegative()
/** Fields of a container that has just ended are missing. */
const statistics = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: count }) }),
  memory_stats: z.object({
    usage: count.optional(),
    stats: z.record(z.string(), count).optional(),
  }),
  networks: z.record(z.string(), z.object({ rx_bytes: count, tx_bytes: count })).optional(),
})

export interface ContainerUse {
  cpuNanoseconds: number
  memoryBytes: number
  network: { receivedBytes: number; sentBytes: number } | undefined
}

/** Undefined for what is no statistics of a container that runs. */
function parseStatistics(answer: unknown): ContainerUse | undefined {
  const parsed = statistics.safeParse(answer)
  if (!parsed.success || parsed.data.memory_stats.usage === undefined) return undefined
  const { cpu_stats, memory_stats, networks } = parsed.data
  // Pages of files that can be had again are the system's: the same is left out by `docker stats`.
  const { stats = {}, usage = 0 } = memory_stats
  const cached = stats.total_inactive_file ?? stats.inactive_file ?? 0
  const all = networks && Object.values(networks)
  return {
    cpuNanoseconds: cpu_stats.cpu_usage.total_usage,
    memoryBytes: Math.max(0, usage - cached),
    network: all && {
      receivedBytes: all.reduce((sum, one) => sum + one.rx_bytes, 0),
      sentBytes: all.reduce((sum, one) => sum + one.tx_bytes, 0),
    },
  }
}

/** Of each instance all of its containers together. One that ends meanwhile is left out. */
export async function usageOf(
  engine: Pick<Engine, 'statistics'>,
  containers: readonly EngineContainer[],
  nowMs: number,
): Promise<Usage[]> {
  const running = containers.filter(({ state }) => state === 'running')
  const found: { id: string; use: ContainerUse; gpuSeconds: number }[] = []
  for (let from = 0; from < running.length; from += STATS_PARALLEL_MAX) {
    const some = running.slice(from, from + STATS_PARALLEL_MAX)
    const read = some.map(async ({ engineId, labels, startedAtMs }) => {
      const answer = await engine.statistics(engineId).catch(() => undefined)
      const [id, use] = [parseLabels(labels)?.id, parseStatistics(answer)]
      const leasedMs = leasedGpus(labels).length * Math.max(0, nowMs - startedAtMs)
      if (id !== undefined && use) found.push({ id, use, gpuSeconds: leasedMs / 1_000 })
    })
    await Promise.all(read)
  }
  return [...Map.groupBy(found, ({ id }) => id)].map(([id, parts]) => {
    const network = parts.find(({ use }) => use.network)?.use.network
    const gpuSeconds = parts.reduce((sum, part) => sum + part.gpuSeconds, 0)
    return {
      id,
      cpuSeconds: parts.reduce((sum, { use }) => sum + use.cpuNanoseconds, 0) / 1e9,
      memoryBytes: parts.reduce((sum, { use }) => sum + use.memoryBytes, 0),
      ...network,
      ...(gpuSeconds > 0 && { gpuSeconds }),
    }
  })
}
