/** Many seeds over one engine, told to whoever started them. */
import type { EngineKind } from './engine-kind.ts'
import { type SimulateOptions, simulate } from './simulate.ts'

export interface SeedsOptions {
  first: number
  count: number
  /** With as many liars as may be. */
  lying?: boolean
  /** How many vote from the start; drawn if not given. */
  voters?: number | undefined
  /** What went well is not told one by one. */
  say: (line: string) => void
}

export interface SeedsResult {
  failed: number[]
  counts: Record<string, number>
}

export function runSeeds(
  kind: EngineKind,
  { first, count, lying = false, voters, say }: SeedsOptions,
): SeedsResult {
  const result: SeedsResult = { failed: [], counts: {} }
  for (let seed = first; seed < first + count; seed++) {
    const { failures, trace, counts } = simulate(seed, kind, { lying, voters })
    for (const [what, times] of Object.entries(counts)) {
      result.counts[what] = (result.counts[what] ?? 0) + times
    }
    if (count === 1) say(`seed ${seed}: trace ${trace}`)
    if (failures.length === 0) continue
    result.failed.push(seed)
    say(`seed ${seed} failed:`)
    for (const failure of failures) say(`  ${failure}`)
    say(`  replay: ${replayOf(kind, seed, { lying, voters })}`)
  }
  return result
}

export function replayOf(
  { name }: EngineKind,
  seed: number,
  { lying, voters }: Pick<SimulateOptions, 'lying' | 'voters'> = {},
): string {
  const flags = [...(lying ? ['--liars'] : []), ...(voters ? [`--voters ${voters}`] : [])]
  return ['npm run sim --', `--consensus ${name} --seed ${seed}`, ...flags].join(' ')
}
