/** How much of a workload may be taken away on purpose (docs/adr/0039). */
import { z } from 'zod'
import type { WrongField } from './errors.ts'
import type { Disruption, Workload } from './index.ts'
import { REPLICAS_MAX } from './limits.ts'

const count = z.number().int().min(0).max(REPLICAS_MAX)

export const storedDisruption = z.union([
  z.strictObject({ minAvailable: count }),
  z.strictObject({ maxUnavailable: count }),
])

export const disruption = z.strictObject({
  minAvailable: count.exactOptional(),
  maxUnavailable: count.exactOptional(),
})
export type DisruptionBody = z.output<typeof disruption>

/** None of the two takes away a budget that there was. */
export function toDisruption(
  { minAvailable, maxUnavailable }: DisruptionBody,
  wrong: WrongField[],
): Disruption | undefined {
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    wrong.push({ path: 'disruption', message: 'Say one of minAvailable and maxUnavailable.' })
  }
  if (minAvailable !== undefined) return { minAvailable }
  return maxUnavailable === undefined ? undefined : { maxUnavailable }
}

export function disruptionField(disruption: Disruption | undefined): Pick<Workload, 'disruption'> {
  return disruption ? { disruption } : {}
}

/** Of slots that serve, how many may be taken away now. */
export function spareOf(
  { disruption, replicas }: Pick<Workload, 'disruption' | 'replicas'>,
  available: number,
): number {
  if (!disruption) return Number.POSITIVE_INFINITY
  if ('minAvailable' in disruption) return Math.max(0, available - disruption.minAvailable)
  return Math.max(0, disruption.maxUnavailable - (replicas - available))
}
