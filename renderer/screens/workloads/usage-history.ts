import type { InstanceUsageView } from '../../../node-core/api/contract/index.ts'

/** One point of a copy's figures. */
export interface UsePoint {
  at: number
  cpuSeconds: number
  memoryBytes: number
  /** Thousandths of a core since the point before; absent for the first. */
  cpuMillis?: number
}

export type UseHistory = ReadonlyMap<string, readonly UsePoint[]>

/** About two minutes. */
export const POINTS_MAX = 60

/** Adds a reading. Copies that it does not name are gone from the page. */
export function addReading(history: UseHistory, reading: readonly InstanceUsageView[]): UseHistory {
  return new Map(
    reading.map(({ instance, ...usage }) => {
      const before = history.get(instance) ?? []
      return [instance, next(before, usage)]
    }),
  )
}

function next(
  before: readonly UsePoint[],
  { at: time, cpuSeconds, memoryBytes }: Omit<InstanceUsageView, 'instance'>,
): readonly UsePoint[] {
  const last = before.at(-1)
  const at = Date.parse(time)
  // Its node has read once for both.
  if (last && at <= last.at) return before
  const point = { at, cpuSeconds, memoryBytes }
  // Started again: its counter has begun anew.
  if (!last || cpuSeconds < last.cpuSeconds) return [point]
  const cpuMillis = Math.round(((cpuSeconds - last.cpuSeconds) / (at - last.at)) * 1e6)
  return [...before, { ...point, cpuMillis }].slice(-POINTS_MAX)
}

/** Heights from 0 to 1, of what is the most; a line on the ground where there is nothing. */
export function heights(values: readonly number[], most: number): number[] {
  const top = Math.max(most, ...values)
  return values.map((value) => (top > 0 ? value / top : 0))
}
