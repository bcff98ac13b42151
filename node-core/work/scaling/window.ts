/** What grew within a while, from totals as they were at each look. Pure. */
import { less, type Totals } from '../load/index.ts'
import { WINDOW_MS } from './limits.ts'

export interface Window {
  add(totals: Totals, nowMs: number): void
  /** Undefined until it has been looked at for long enough. */
  grown(nowMs: number): { totals: Totals; ms: number } | undefined
}

export function createWindow(): Window {
  let looks: { totals: Totals; atMs: number }[] = []
  return {
    add(totals, nowMs) {
      looks.push({ totals, atMs: nowMs })
      // One from before the window is kept, to which what is in it is compared.
      const first = looks.findLastIndex(({ atMs }) => nowMs - atMs >= WINDOW_MS)
      if (first > 0) looks = looks.slice(first)
    },
    grown(nowMs) {
      const [first, last] = [looks[0], looks.at(-1)]
      if (!first || !last || nowMs - first.atMs < WINDOW_MS) return undefined
      return { totals: less(last.totals, first.totals), ms: nowMs - first.atMs }
    },
  }
}
