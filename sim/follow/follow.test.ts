import { describe, expect, it } from 'vitest'
import { MANY_FAULTS, replayOf } from './run-follow.ts'
import { type FollowOutcome, simulateFollow } from './simulate.ts'

const SEEDS = 20
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 240_000

const FAULTS = [
  ...['inner', 'leaf', 'member', 'back', 'loss', 'wall', 'noWall', 'burst', 'liar'],
  ...['killed', 'powerLost', 'dropped', 'walled', 'restored', 'full', 'lost', 'spoilt'],
]

describe('many who follow', () => {
  it(
    'are up to date in two seconds once nothing goes wrong any more, and were never in a circle',
    () => {
      const outcomes: FollowOutcome[] = []
      for (let seed = 1; seed <= SEEDS; seed++) {
        const outcome = simulateFollow(seed, MANY_FAULTS)
        outcomes.push(outcome)
        expect(outcome.failures, replayOf(seed)).toEqual([])
      }
      const missing = FAULTS.filter((fault) => !outcomes.some(({ counts }) => counts[fault]))
      expect(missing).toEqual([])
    },
    TIMEOUT_MS,
  )

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
