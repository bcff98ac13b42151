/** Many seeds of whole nodes at work under a Primary, told to whoever started them. */
import { type SeedRange, tellOf } from '../tell-seeds.ts'
import { simulate } from './simulate.ts'

export interface SeedsOptions extends SeedRange {
  consensus: 'raft' | 'simplex'
}

export function runWork({ consensus, ...range }: SeedsOptions) {
  return tellOf(
    range,
    (seed) => simulate(seed, { consensus }),
    (seed) => replayOf(seed, consensus),
  )
}

export function replayOf(seed: number, consensus: 'raft' | 'simplex'): string {
  return `npm run sim -- --work${consensus === 'simplex' ? ' --engine simplex' : ''} --seed ${seed}`
}
