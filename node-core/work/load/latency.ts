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
