/** Many seeds over the whole Primary, told to whoever started them. */
import { addCounts } from '../struck.ts'
import { simulateRecovery } from './recovery.ts'
import { type Outcome, type SimulateOptions, simulate } from './simulate.ts'

export interface SeedRange {
  first: number
  count: number
  say: (line: string) => void
}

export interface SeedsOptions extends SeedRange, SimulateOptions {}

/** How many failed, and what struck. */
export async function runSeeds({ first, count, say, ...options }: SeedsOptions) {
  const range = { first, count, say }
  return tellOf(
    range,
    (seed) => simulate(seed, options),
    (seed) => replayOf(seed, options),
  )
}

/** The same of committees that an admin overrules. */
export async function runRecoveries(range: SeedRange) {
  return tellOf(range, simulateRecovery, (seed) => `npm run sim -- --recovery --seed ${seed}`)
}

async function tellOf(
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

/** What runs that seed again, or so many from it on. */
export function replayOf(
  seed: number,
  { engine = 'raft', lying, leaseReads, brief }: SimulateOptions = {},
  seeds = 1,
): string {
  const flags = [
    ...(engine === 'simplex' || lying ? ['--engine simplex'] : []),
    ...(lying === 'bearable' ? ['--liars'] : lying === 'overrun' ? ['--overrun'] : []),
    ...(leaseReads ? ['--lease-reads'] : []),
    ...(brief ? ['--brief'] : []),
  ]
  const which = [`--seed ${seed}`, ...(seeds > 1 ? [`--seeds ${seeds}`] : [])]
  return ['npm run sim -- --primary', ...flags, ...which].join(' ')
}
