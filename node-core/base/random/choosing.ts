import type { Random } from './index.ts'

export function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items.length === 0 ? undefined : items[random.int(items.length)]
}

/** A new array in random order (Fisher and Yates). */
export function shuffle<T>(random: Random, items: readonly T[]): T[] {
  const out: T[] = []
  for (const item of items) {
    const at = random.int(out.length + 1)
    const displaced = out[at]
    if (displaced === undefined) {
      out[at] = item
    } else {
      out.push(displaced)
      out[at] = item
    }
  }
  return out
}
