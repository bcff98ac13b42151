/** Many seeds over one engine, told to whoever started them. */
import type { EngineKind } from './engine-kind.ts'
import { simulate } from './simulate.ts'

export interface SeedsOptions {
  first: number
  count: number
  /** With as many liars as may be. */
  lying?: boolean
  /** What went well is not told one by one. */
  say: (line: string) => void
}

export interface SeedsResult {
  failed: number[]
  counts: Record<string, number>
}

export function runSeeds(
  kind: EngineKind,
  { first, count, lying = false, say }: SeedsOptions,
): SeedsResult {
  const result: SeedsResult = { failed: [], counts: {} }
  for (let seed = first; seed < first + count; seed++) {
    const { failures, trace, counts } = simulate(seed, kind, { lying })
    for (const [what, times] of Object.entries(counts)) {
      result.counts[what] = (result.counts[what] ?? 0) + times
    }
    if (count === 1) say(`seed ${seed}: trace ${trace}`)
    if (failures.length === 0) continue
    result.failed.push(seed)
    say(`seed ${seed} failed:`)
    for (const failure of failures) say(`  ${failure}`)
    say(`  replay: ${replayOf(kind, seed, lying)}`)
  }
  return result
}

export const replayOf = (kind: EngineKind, seed: number, lying = false): string =>
  `npm run sim -- --consensus ${kind.name} --seed ${seed}${lying ? ' --liars' : ''}`
