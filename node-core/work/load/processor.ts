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

interface Reading {
  atMs: number
  cpuSeconds: number
  /** Which run of the copy it is of. */
  startedAt: string | undefined
}

export function createProcessorReadings({
  self,
  view,
  usage,
  clock,
}: Pick<LoadTellerDeps, 'self' | 'view' | 'usage' | 'clock'>): ProcessorReadings {
  let before = new Map<string, Reading>()
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
      const runs = new Map(here.map(({ id, startedAt }) => [id, startedAt]))
      const now = new Map(
        used.map(({ id, cpuSeconds }) => {
          return [id, { atMs: nowMs, cpuSeconds, startedAt: runs.get(id) }]
        }),
      )
      for (const workload of workloads) {
        const rates = here.flatMap(({ id, workload: of }) => {
          const rate = of === workload ? rateOf(before.get(id), now.get(id)) : undefined
          return rate === undefined ? [] : [rate]
        })
        const cpuMillis = rates.reduce((sum, one) => sum + one, 0)
        keep(workload, Math.round(cpuMillis), rates.length)
      }
      before = now
    },
    of: (workloads) =>
      new Map([...known].filter(([name, { copies }]) => workloads.has(name) && copies > 0)),
  }
}

/**
 * Thousandths of a core. Of a copy that was started again nothing is known until the next reading: its
 * counter began at nothing, and one of several containers may have done so alone.
 */
function rateOf(last: Reading | undefined, next: Reading | undefined): number | undefined {
  if (!last || !next || next.atMs <= last.atMs) return undefined
  if (next.startedAt !== last.startedAt || next.cpuSeconds < last.cpuSeconds) return undefined
  return ((next.cpuSeconds - last.cpuSeconds) * 1e6) / (next.atMs - last.atMs)
}
