/** Many seeds of whole nodes at work under a Primary, told to whoever started them. */
import { addCounts } from '../struck.ts'
import { simulate } from './simulate.ts'

export interface SeedsOptions {
  first: number
  count: number
  consensus: 'raft' | 'simplex'
  say: (line: string) => void
}

export async function runWork({ first, count, consensus, say }: SeedsOptions) {
  const counts: Record<string, number> = {}
  let failed = 0
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await simulate(seed, { consensus })
    addCounts(counts, outcome.counts)
    if (count === 1) say(`seed ${seed}: trace ${outcome.trace}`)
    if (outcome.failures.length === 0) continue
    failed += 1
    say(`seed ${seed} failed:`)
    for (const failure of outcome.failures) say(`  ${failure}`)
    if (count === 1) for (const line of outcome.log) say(`  ${line}`)
    say(`  replay: ${replayOf(seed, consensus)}`)
  }
  return { failed, counts }
}

export function replayOf(seed: number, consensus: 'raft' | 'simplex'): string {
  return `npm run sim -- --work${consensus === 'simplex' ? ' --engine simplex' : ''} --seed ${seed}`
}
