import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck, struckTable } from '../struck.ts'
import type { CastOptions } from './cast.ts'
import { FAULTS } from './faults.ts'
import { replayOf } from './run-seeds.ts'
import { simulate } from './simulate.ts'

const BLOCKS = 4
const SEEDS_PER_BLOCK = 7
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 120_000

const EFFECTS = [
  ...['dropped', 'duplicated', 'slowed', 'cut', 'crashed', 'paused'],
  ...['disk: crash', 'disk: lostWrite', 'disk: fullDisk', 'disk: failedSync', 'disk: bitFlip'],
  ...['lease: taken', 'lease: kept', 'lease: ended', 'lease: seen'],
  ...['damaged', 'mended by demote', 'mended by promote'],
  ...['write: acknowledged', 'write: refused', 'write: NO_QUORUM', 'write: no answer', 'read'],
  ...['compacted', 'snapshot sent', 'watch: COMPACTED', 'filled itself', 'replaced'],
  ...['rules: supported', 'rules: activate: NOT_SUPPORTED', 'rules: in force'],
  ...['rules: new: UNKNOWN_KIND', 'rules: new: done', 'rules: overtaken', 'upgraded'],
]

describe('the Primary of a network in which everything goes wrong, then nothing more', () => {
  const totals: Record<string, number> = {}

  it.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))(
    'has one leader in a term, one state, and loses or doubles no write: 7 seeds from %i',
    async (first) => {
      for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed++) {
        const { failures, counts } = await simulate(seed)
        addCounts(totals, counts)
        expect(failures, replayOf(seed)).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  it('was struck by every fault', () => {
    console.log(struckTable(totals))
    expect(neverStruck([...FAULTS, ...EFFECTS], totals)).toEqual([])
  })
})

/** Signatures cost time: more of them with `npm run sim -- --primary --engine simplex --seeds 100`. */
const SIMPLEX = [
  { who: 'honest voters', seeds: [1, 28], options: { engine: 'simplex' } },
  { who: 'one liar of four', seeds: [3], options: { engine: 'simplex', lying: 'bearable' } },
  { who: 'two liars of seven', seeds: [1], options: { engine: 'simplex', lying: 'bearable' } },
  { who: 'three liars of ten', seeds: [2], options: { engine: 'simplex', lying: 'bearable' } },
  // And says so where it cannot be promised.
  { who: 'f + 1 liars', seeds: [6], options: { engine: 'simplex', lying: 'overrun' } },
] as const satisfies { who: string; seeds: number[]; options: CastOptions }[]
const SIMPLEX_EFFECTS = [
  ...['write: acknowledged', 'read', 'lease: kept', 'compacted', 'filled itself'],
  ...['slashed: doubler', 'liar: boasts', 'said: void', 'snapshot sent'],
]

describe('the Primary under Simplex', () => {
  const totals: Record<string, number> = {}

  it.each(SIMPLEX)(
    'has one state, and loses or doubles no write: $who',
    async ({ seeds, options }) => {
      for (const seed of seeds) {
        const { failures, counts } = await simulate(seed, options)
        addCounts(totals, counts)
        expect(failures, replayOf(seed, options)).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  it('was struck by what is of Simplex alone', () => {
    console.log(struckTable(totals))
    expect(neverStruck(SIMPLEX_EFFECTS, totals)).toEqual([])
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
