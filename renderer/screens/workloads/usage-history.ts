import type { InstanceUsageView } from '../../../node-core/api/contract/index.ts'

/** One point of a copy's figures. */
export interface UsePoint {
  at: number
  cpuSeconds: number
  memoryBytes: number
  /** Since its start; absent where it is not known. */
  receivedBytes?: number | undefined
  sentBytes?: number | undefined
  /** For how long it has had graphics processors; absent where it has none. */
  gpuSeconds?: number | undefined
  /** Thousandths of a core since the point before; absent for the first. */
  cpuMillis?: number
  /** Bytes a second since the point before; absent for the first, and where it is not known. */
  receivedRate?: number | undefined
  sentRate?: number | undefined
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
  { at: time, ...figures }: Omit<InstanceUsageView, 'instance'>,
): readonly UsePoint[] {
  const last = before.at(-1)
  const at = Date.parse(time)
  // Its node has read once for both.
  if (last && at <= last.at) return before
  const { cpuSeconds } = figures
  const point: UsePoint = { at, ...figures }
  // Started again: its counter has begun anew.
  if (!last || cpuSeconds < last.cpuSeconds) return [point]
  const ms = at - last.at
  const rates = {
    cpuMillis: Math.round(((cpuSeconds - last.cpuSeconds) / ms) * 1e6),
    receivedRate: rateOf(last.receivedBytes, figures.receivedBytes, ms),
    sentRate: rateOf(last.sentBytes, figures.sentBytes, ms),
  }
  return [...before, { ...point, ...rates }].slice(-POINTS_MAX)
}

/** A second. One of several containers that was started again counts anew: that is no rate below 0. */
function rateOf(before: number | undefined, after: number | undefined, ms: number) {
  if (before === undefined || after === undefined) return undefined
  return Math.max(0, Math.round(((after - before) / ms) * 1_000))
}

/** Heights from 0 to 1, of what is the most; a line on the ground where there is nothing. */
export function heights(values: readonly number[], most: number): number[] {
  const top = Math.max(most, ...values)
  return values.map((value) => (top > 0 ? value / top : 0))
}
