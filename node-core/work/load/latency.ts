/** Quantiles of what was counted in classes, each called by its upper bound. Pure. */
import type { Totals } from './tally.ts'

type Latencies = Totals['latencies']

/**
 * The bound of a class within which `share` of the answers came, so never less than it took them; undefined
 * where there are fewer than `least`.
 */
export function latencyOf(
  latencies: Latencies,
  { share, least }: { share: number; least: number },
): number | undefined {
  const total = countOf(latencies)
  if (total === 0 || total < least) return undefined
  let within = 0
  for (const [boundMs, count] of [...latencies].sort(([one], [other]) => one - other)) {
    within += count
    if (within >= total * share) return boundMs
  }
  return undefined
}

/** The share of what was asked that was answered in a class beyond `limitMs`, or not at all. */
export function lateShare({ answers, latencies }: Totals, limitMs: number): number {
  const { bad, of } = beyond(latencies, limitMs)
  return answers === 0 ? 0 : (bad + Math.max(0, answers - of)) / answers
}

/** How many of the answers are in classes that end beyond `limitMs`. */
export function beyond(latencies: Latencies, limitMs: number): { bad: number; of: number } {
  const slow = [...latencies].filter(([boundMs]) => boundMs > limitMs)
  return { bad: countOf(new Map(slow)), of: countOf(latencies) }
}

function countOf(latencies: Latencies): number {
  return [...latencies.values()].reduce((sum, count) => sum + count, 0)
}
