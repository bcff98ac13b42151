/** Many seeds over the whole Primary, told to whoever started them. */
import { addCounts } from '../struck.ts'
import type { CastOptions } from './cast.ts'
import { simulate } from './simulate.ts'

export interface SeedsOptions extends CastOptions {
  first: number
  count: number
  say: (line: string) => void
}

/** How many failed, and what struck. */
export async function runSeeds({ first, count, say, ...options }: SeedsOptions) {
  const counts: Record<string, number> = {}
  let failed = 0
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await simulate(seed, options)
    addCounts(counts, outcome.counts)
    if (count === 1) say(`seed ${seed}: trace ${outcome.trace}`)
    if (outcome.failures.length === 0) continue
    failed += 1
    say(`seed ${seed} failed:`)
    for (const failure of outcome.failures) say(`  ${failure}`)
    if (count === 1) for (const line of outcome.log) say(`  ${line}`)
    say(`  replay: ${replayOf(seed, options)}`)
  }
  return { failed, counts }
}

export function replayOf(seed: number, { engine = 'raft', lying }: CastOptions = {}): string {
  const flags = [
    ...(engine === 'simplex' || lying ? ['--engine simplex'] : []),
    ...(lying === 'bearable' ? ['--liars'] : lying === 'overrun' ? ['--overrun'] : []),
  ]
  return ['npm run sim -- --primary', ...flags, `--seed ${seed}`].join(' ')
}
