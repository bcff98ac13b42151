/** What copies here take of the processor, from how far its time has come between two readings. */
import type { LoadTellerDeps } from './index.ts'
import { PROCESSOR_CHANGE } from './limits.ts'
import type { NodeLoad } from './messages.ts'

export interface ProcessorReadings {
  /** Of all copies of these workloads that run here. */
  read(workloads: ReadonlySet<string>): Promise<void>
  /** As of the last reading; the same while it hardly changed. */
  of(workloads: ReadonlySet<string>): NodeLoad['processor']
}

export function createProcessorReadings({
  self,
  view,
  usage,
  clock,
}: Pick<LoadTellerDeps, 'self' | 'view' | 'usage' | 'clock'>): ProcessorReadings {
  let before = new Map<string, { atMs: number; cpuSeconds: number }>()
  const known: NodeLoad['processor'] = new Map()

  function keep(workload: string, cpuMillis: number, copies: number): void {
    const last = known.get(workload)
    const isSame =
      last?.copies === copies &&
      Math.abs(cpuMillis - last.cpuMillis) <= Math.max(1, last.cpuMillis * PROCESSOR_CHANGE)
    if (!isSame) known.set(workload, { cpuMillis, copies })
  }

  return {
    async read(workloads) {
      const here = view
        .instances()
        .filter(({ node, workload }) => node === self && workloads.has(workload))
      const used = here.length === 0 ? [] : await usage.here()
      const nowMs = clock.monotonicMs()
      const now = new Map(used.map(({ id, cpuSeconds }) => [id, { atMs: nowMs, cpuSeconds }]))
      for (const workload of workloads) {
        const rates = here.flatMap(({ id, workload: of }) => {
          const [last, next] = [before.get(id), now.get(id)]
          if (of !== workload || !last || !next || next.atMs <= last.atMs) return []
          return [((next.cpuSeconds - last.cpuSeconds) * 1e6) / (next.atMs - last.atMs)]
        })
        const cpuMillis = Math.round(
          Math.max(
            0,
            rates.reduce((sum, one) => sum + one, 0),
          ),
        )
        keep(workload, cpuMillis, rates.length)
      }
      before = now
    },
    of: (workloads) =>
      new Map([...known].filter(([name, { copies }]) => workloads.has(name) && copies > 0)),
  }
}
