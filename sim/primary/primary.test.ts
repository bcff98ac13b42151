import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck, struckTable } from '../struck.ts'
import { FAULTS } from './faults.ts'
import { simulate } from './simulate.ts'

const BLOCKS = 4
const SEEDS_PER_BLOCK = 7
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 120_000

const EFFECTS = [
  ...['dropped', 'duplicated', 'slowed', 'cut', 'crashed', 'paused'],
  ...['disk: crash', 'disk: lostWrite', 'disk: fullDisk', 'disk: failedSync', 'disk: bitFlip'],
  ...[
    'lease: taken',
    'lease: kept',
    'lease: ended',
    'lease: seen',
    'damaged',
    'mended by demote',
    'mended by promote',
  ],
  ...['write: acknowledged', 'write: refused', 'write: NO_QUORUM', 'write: no answer', 'read'],
]

describe('the Primary of a network in which everything goes wrong, then nothing more', () => {
  const totals: Record<string, number> = {}

  it.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))(
    'has one leader in a term, one state, and loses or doubles no write: 7 seeds from %i',
    async (first) => {
      for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed++) {
        const { failures, counts } = await simulate(seed)
        addCounts(totals, counts)
        expect(failures, `npm run sim -- --primary --seed ${seed}`).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  it('was struck by every fault', () => {
    console.log(struckTable(totals))
    expect(neverStruck([...FAULTS, ...EFFECTS], totals)).toEqual([])
  })
})

describe('a seed', () => {
  const claim = 'gives the same run again, and another seed another'
  const runs = async (): Promise<void> => {
    const [one, again, other] = [await simulate(2), await simulate(2), await simulate(11)]
    expect(again).toEqual(one)
    expect(other.trace).not.toBe(one.trace)
  }
  it(claim, runs, TIMEOUT_MS)
})
