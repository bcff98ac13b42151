/** One owner's figure: new = 0.9 · old + 0.1 · observation, once an hour, in integers. */
import { ACCEPTABLE_PPM, DRIFT_HOURS_MAX, HELD_HOURS, HOUR_MS, START_PPM } from './limits.ts'

export interface Reputation {
  /** Of the latest observation; by the log's time. */
  readonly hour: number
  /** The figure with which that hour began. */
  readonly basePpm: number
  /** What was observed in it, all observers together, and how many they were. */
  readonly sumPpm: number
  readonly count: number
  /** Of one observer, whose word takes nobody below what is acceptable while nobody says the same. */
  readonly alone?: true
}

export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS)
}

/** Parts per million. `hour` is not before the row's. */
export function figureAt(row: Reputation | undefined, hour: number): number {
  if (!row) return START_PPM
  return drifted(settled(row), hour - row.hour - HELD_HOURS)
}

/**
 * What one more observer saw in this hour. All of an hour count as one observation, their mean: one that
 * lies among `n` moves a figure by a tenth of an `n`th, and whoever comes last gains nothing by that.
 * `bounded`: while it is the only word of the hour, it takes nobody below what is acceptable.
 */
export function observed(
  row: Reputation | undefined,
  hour: number,
  ppm: number,
  { bounded = false } = {},
): Reputation {
  const { alone: _, ...begun } = begin(row, hour)
  const count = begun.count + 1
  const isAlone = bounded && count === 1
  return { ...begun, sumPpm: begun.sumPpm + ppm, count, ...(isAlone && { alone: true }) }
}

/** A proven lie: an observation of 0 by itself, which nobody's good word thins. */
export function caught(row: Reputation | undefined, hour: number): Reputation {
  const begun = begin(row, hour)
  return { ...begun, basePpm: Math.floor((begun.basePpm * 9) / 10) }
}

function begin(row: Reputation | undefined, hour: number): Reputation {
  if (row?.hour === hour) return row
  return { hour, basePpm: figureAt(row, hour), sumPpm: 0, count: 0 }
}

function settled({ basePpm, sumPpm, count, alone }: Reputation): number {
  if (count === 0) return basePpm
  const figure = Math.floor((9 * basePpm * count + sumPpm) / (10 * count))
  return alone ? Math.max(figure, Math.min(basePpm, ACCEPTABLE_PPM)) : figure
}

/** A hundredth of the distance for each hour, rounded up, so that it ends. */
function drifted(ppm: number, hours: number): number {
  if (hours >= DRIFT_HOURS_MAX) return START_PPM
  let distance = Math.abs(ppm - START_PPM)
  for (let hour = 0; hour < hours && distance > 0; hour++) distance -= Math.ceil(distance / 100)
  return ppm < START_PPM ? START_PPM - distance : START_PPM + distance
}
