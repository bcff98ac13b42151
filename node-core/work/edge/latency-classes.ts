/**
 * The classes that answers are counted in by their latency, by what it takes to decide by them
 * (docs/adr/0038): each is called by its upper bound in whole milliseconds, and none but those below ten
 * is wider than a tenth of it. Whoever says that bound of a class is wrong by less than that, and never
 * says less than it took. Pure.
 */
import { LATENCY_CLASS_MS_MAX } from './limits.ts'

export const LATENCY_CLASSES_MS: readonly number[] = classesUpTo(LATENCY_CLASS_MS_MAX)

function classesUpTo(mostMs: number): number[] {
  const classes = [1]
  for (let lastMs = 1; lastMs < mostMs; ) {
    lastMs = Math.min(mostMs, Math.max(lastMs + 1, Math.floor((lastMs * 11) / 10)))
    classes.push(lastMs)
  }
  return classes
}

/** What takes longer than any is in the last. */
export function latencyClassOf(latencyMs: number): number {
  let [low, high] = [0, LATENCY_CLASSES_MS.length - 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (latencyMs <= (LATENCY_CLASSES_MS[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return LATENCY_CLASSES_MS[low] ?? LATENCY_CLASS_MS_MAX
}
