import { describe, expect, it } from 'vitest'
import { runSeeds } from '../run-seeds.ts'
import { simulate } from '../simulate.ts'
import { simplexKind } from './kind.ts'
import { SIMPLEX_LIARS } from './liars.ts'

const SEEDS_PER_BLOCK = 25
// More of them: `npm run sim -- --consensus simplex --seeds 2000`, and with `--liars`.
const HONEST_SEEDS = 250
const LYING_SEEDS = 250
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 120_000

const STRUCK = [
  ...['carried', 'dropped', 'duplicated', 'delayed', 'cut', 'arrivedWhileDown', 'kill'],
  ...['powerLoss', 'lostUnsynced', 'tornWrite', 'died:diskFull', 'died:syncFailed'],
  ...['compacted', 'snapshotRestored', 'put', 'swapped', 'notSwapped', 'read', 'gaveUp'],
]
const blocksOf = (seeds: number): number[] =>
  Array.from({ length: seeds / SEEDS_PER_BLOCK }, (_, block) => block * SEEDS_PER_BLOCK + 1)

describe.each([
  {
    ...{ who: 'honest voters', lying: false, seeds: HONEST_SEEDS, trace: 'e6f4a6d321a74e37' },
    besides: ['membersAsked'],
  },
  {
    ...{
      who: 'as many liars as may be',
      lying: true,
      seeds: LYING_SEEDS,
      trace: '24b1227224bd2b52',
    },
    besides: Object.keys(SIMPLEX_LIARS).map((way) => `liar:${way}`),
  },
])(
  'Simplex with $who, while everything goes wrong, then nothing',
  ({ lying, seeds, trace, besides }) => {
    const counts: Record<string, number> = {}

    it.each(blocksOf(seeds))(
      'keeps one log and goes on: 25 seeds from %i',
      (first) => {
        const said: string[] = []
        const say = (line: string): void => void said.push(line)
        const result = runSeeds(simplexKind(), { first, count: SEEDS_PER_BLOCK, lying, say })
        for (const [what, times] of Object.entries(result.counts)) {
          counts[what] = (counts[what] ?? 0) + times
        }
        expect(said).toEqual([])
      },
      TIMEOUT_MS,
    )

    it('was struck by everything', () => {
      expect([...STRUCK, ...besides].filter((what) => !counts[what])).toEqual([])
    })

    it('runs a seed the same way twice and on any machine, and another seed another way', () => {
      const [one, again, other] = [7, 7, 8].map((seed) => simulate(seed, simplexKind(), { lying }))
      expect(again).toEqual(one)
      expect(other?.trace).not.toBe(one?.trace)
      // Of the messages of the engine as it is: whoever changes what it says or when sets it anew.
      expect(one?.trace).toBe(trace)
    })
  },
)
