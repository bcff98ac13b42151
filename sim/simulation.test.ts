import { describe, expect, it } from 'vitest'
import { type Outcome, simulate } from './simulation.ts'

const BLOCKS = 10
const SEEDS_PER_BLOCK = 50
/** Every fourth seed is of three to five nodes and twelve steps; the others, for the sake of time, of three and six. */
const LARGE_OF = 4
const LARGE = { nodesMax: 5, steps: 12 }
const SMALL = { nodesMax: 3, steps: 6 }
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 120_000

const FAULTS = [
  ...['dropped', 'duplicated', 'slowed', 'cut', 'crashed', 'paused', 'partition', 'oneWay'],
  ...['kill', 'powerLoss', 'machineLoss', 'restart', 'sleep', 'wallJump', 'diskFull'],
]

describe('a network in which everything goes wrong, then nothing more', () => {
  const outcomes: Outcome[] = []

  it.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))(
    'agrees, forgets no write and runs each slot once: 50 seeds from %i',
    async (first) => {
      for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed++) {
        const size = seed % LARGE_OF === 1 ? LARGE : SMALL
        const outcome = await simulate(seed, size)
        outcomes.push(outcome)
        const replay = `npm run sim -- --seed ${seed} --nodes ${size.nodesMax} --steps ${size.steps}`
        expect(outcome.failures, replay).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  it('was struck by every fault', () => {
    const missing = FAULTS.filter(
      (fault) => !outcomes.some(({ counts }) => (counts[fault] ?? 0) > 0),
    )
    expect(missing).toEqual([])
  })
})

describe('a seed', () => {
  it('gives the same run again, and another seed another', async () => {
    const [one, again, other] = [await simulate(7), await simulate(7), await simulate(8)]
    expect(again).toEqual(one)
    expect(other.trace).not.toBe(one.trace)
  })
})
