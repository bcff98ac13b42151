/** Seeds of a simulation one after the other, told to whoever started them. */
import { addCounts } from './struck.ts'

export interface SeedRange {
  first: number
  count: number
  say: (line: string) => void
}

interface Outcome {
  trace: string
  counts: Record<string, number>
  failures: readonly string[]
  log: readonly string[]
}

/** How many failed, and what struck; of one alone its trace, and all that happened where it failed. */
export async function tellOf(
  { first, count, say }: SeedRange,
  run: (seed: number) => Promise<Outcome>,
  replay: (seed: number) => string,
) {
  const counts: Record<string, number> = {}
  let failed = 0
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await run(seed)
    addCounts(counts, outcome.counts)
    if (count === 1) say(`seed ${seed}: trace ${outcome.trace}`)
    if (outcome.failures.length === 0) continue
    failed += 1
    say(`seed ${seed} failed:`)
    for (const failure of outcome.failures) say(`  ${failure}`)
    if (count === 1) for (const line of outcome.log) say(`  ${line}`)
    say(`  replay: ${replay(seed)}`)
  }
  return { failed, counts }
}
