/** Quantiles of what was counted in classes. Pure. */

/**
 * The time within which `share` of the answers came, taking those of a class to lie evenly in it; beyond the
 * last bound that bound. Undefined where there are fewer than `least`.
 */
export function latencyOf(
  buckets: readonly number[],
  boundsMs: readonly number[],
  { share, least }: { share: number; least: number },
): number | undefined {
  const total = buckets.reduce((sum, count) => sum + count, 0)
  if (total === 0 || total < least) return undefined
  let below = 0
  for (const [at, count] of buckets.entries()) {
    const wanted = total * share - below
    below += count
    if (count === 0 || wanted > count) continue
    const lowMs = boundsMs[at - 1] ?? 0
    const highMs = boundsMs[at] ?? lowMs
    return Math.round(lowMs + ((highMs - lowMs) * Math.max(0, wanted)) / count)
  }
  return boundsMs.at(-1)
}

/** How many of the answers took longer than `limitMs`, taking those of a class to lie evenly in it. */
export function beyond(
  buckets: readonly number[],
  boundsMs: readonly number[],
  limitMs: number,
): { bad: number; of: number } {
  const bad = buckets.map((count, at) => {
    const lowMs = boundsMs[at - 1] ?? 0
    const highMs = boundsMs[at] ?? Number.POSITIVE_INFINITY
    if (limitMs <= lowMs) return count
    return limitMs < highMs && highMs < Number.POSITIVE_INFINITY
      ? (count * (highMs - limitMs)) / (highMs - lowMs)
      : 0
  })
  const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0)
  return { bad: sum(bad), of: sum(buckets) }
}
