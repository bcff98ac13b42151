import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck } from '../struck.ts'
import { FAULTS } from './faults.ts'
import { findAtWork, WORK_MUTATIONS } from './mutations.ts'
import { replayOf } from './run-work.ts'
import { simulate } from './simulate.ts'

/**
 * How many there are time for differs from machine to machine; the least are run however long it takes,
 * and more while something has not struck. Those of Simplex, which are dear, begin where few meet all.
 */
const SEEDS = { raft: { from: 1, most: 60, least: 24 }, simplex: { from: 3, most: 12, least: 3 } }
const WITHIN_MS = { raft: 15_000, simplex: 3_000 }
/** For the fewest on a machine that is loaded; a run that hangs takes for ever. */
const TIMEOUT_MS = 300_000
/** Under either engine. */
const STRUCK = [...FAULTS, 'deploy', 'scale', 'change', 'delete', 'drain', 'cordon', 'uncordon']

describe.each(['raft', 'simplex'] as const)('whole nodes at work under %s', (consensus) => {
  const totals: Record<string, number> = {}

  it(
    'run each slot once, as policy allows, while everything goes wrong and after',
    async () => {
      const startedMs = performance.now()
      const { from, most, least } = SEEDS[consensus]
      const tookMs = (): number => performance.now() - startedMs
      const isEnough = (): boolean =>
        tookMs() >= WITHIN_MS[consensus] && neverStruck(STRUCK, totals).length === 0
      let done = 0
      for (; done < most && (done < least || !isEnough()); done++) {
        const seed = from + done
        const { failures, counts } = await simulate(seed, { consensus })
        addCounts(totals, counts)
        expect(failures, replayOf(seed, consensus)).toEqual([])
      }
      const cut = done < most ? ', time was up' : ''
      console.log(`${done} of ${most} seeds in ${Math.round(tookMs() / 1_000)} s${cut}.`)
    },
    TIMEOUT_MS,
  )

  it('were struck by everything', () => {
    expect(neverStruck(STRUCK, totals)).toEqual([])
  })
})

describe('the simulator finds a copy of the work side that', () => {
  it.each(WORK_MUTATIONS)(
    '$name',
    async (mutation) => {
      expect(await findAtWork(mutation, [mutation.seed])).toHaveLength(1)
    },
    TIMEOUT_MS,
  )

  it(
    'and finds nothing in one that is only a copy',
    async () => {
      const seeds = WORK_MUTATIONS.map(({ seed }) => seed)
      expect(await findAtWork(undefined, [Math.min(...seeds), Math.max(...seeds)])).toEqual([])
    },
    TIMEOUT_MS,
  )
})

it('gives the same run again from the same seed, and another from another', async () => {
  const [one, again, other] = [await simulate(3), await simulate(3), await simulate(6)]
  expect(again).toEqual(one)
  expect(other.trace).not.toBe(one.trace)
})
