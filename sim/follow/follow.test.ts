import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck } from '../struck.ts'
import { MANY_FAULTS, replayOf } from './run-follow.ts'
import { simulateFollow } from './simulate.ts'

const BLOCKS = 4
const SEEDS_PER_BLOCK = 25
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 240_000

const FAULTS = [
  ...['inner', 'leaf', 'member', 'back', 'loss', 'wall', 'noWall', 'burst', 'liar'],
  ...['killed', 'powerLost', 'dropped', 'walled', 'restored', 'full', 'lost', 'spoilt'],
]

describe('many who follow', () => {
  const totals: Record<string, number> = {}

  it.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))(
    'are up to date in two seconds once all is well, and were never in a circle: 25 seeds from %i',
    (first) => {
      for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed++) {
        const { failures, counts } = simulateFollow(seed, MANY_FAULTS)
        addCounts(totals, counts)
        expect(failures, replayOf(seed)).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  it('were struck by every fault', () => {
    expect(neverStruck(FAULTS, totals)).toEqual([])
  })

  it('cost the leader and the others of the committee the same whether a hundred or a thousand', () => {
    const hundred = simulateFollow(1, { followers: 100, faults: 0 })
    const thousand = simulateFollow(1, { followers: 1_000, faults: 0 })
    expect([...hundred.failures, ...thousand.failures]).toEqual([])
    expect(thousand.figures.latestMs).toBeLessThan(2_000)
    expect(thousand.figures.depth).toBeLessThanOrEqual(4)
    // The leader serves nobody while others can; they serve eight each.
    expect(thousand.figures.leaderBytes).toBe(hundred.figures.leaderBytes)
    expect(thousand.figures.memberBytes).toBeLessThan(1.1 * hundred.figures.memberBytes)
    expect(hundred.figures.memberBytes).toBeLessThan(1.1 * thousand.figures.memberBytes)
  }, 120_000)

  it('gives the same run for the same seed, and another for another', () => {
    const few = { followers: 15, faults: 8 }
    const [one, again, other] = [7, 7, 8].map((seed) => simulateFollow(seed, few))
    expect(again).toEqual(one)
    expect(other?.trace).not.toBe(one?.trace)
  })
})
