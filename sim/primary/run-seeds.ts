/** Many seeds over the whole Primary, told to whoever started them. */
import { type SeedRange, tellOf } from '../tell-seeds.ts'
import { simulateRecovery } from './recovery.ts'
import { type SimulateOptions, simulate } from './simulate.ts'

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

/** What runs that seed again, or so many from it on. */
export function replayOf(
  seed: number,
  { engine = 'raft', lying, leaseReads, brief, voters }: SimulateOptions = {},
  seeds = 1,
): string {
  const flags = [
    ...(engine === 'simplex' || lying ? ['--engine simplex'] : []),
    ...(lying === 'bearable' ? ['--liars'] : lying === 'overrun' ? ['--overrun'] : []),
    ...(leaseReads ? ['--lease-reads'] : []),
    ...(brief ? ['--brief'] : []),
    ...(voters ? [`--voters ${voters}`] : []),
  ]
  const which = [`--seed ${seed}`, ...(seeds > 1 ? [`--seeds ${seeds}`] : [])]
  return ['npm run sim -- --primary', ...flags, ...which].join(' ')
}
