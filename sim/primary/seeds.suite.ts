/**
 * As many seeds of whole nodes as a test run has time for. Each file of them takes its share, so that
 * the workers of the test run share them evenly; what one could not do in its time it says.
 */
import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck } from '../struck.ts'
import type { CastOptions } from './cast.ts'
import { replayOf } from './run-seeds.ts'
import { simulate } from './simulate.ts'

export interface SeedsOptions extends CastOptions {
  /** The first of them. */
  from: number
  seeds: number
  /** So many are run however long it takes, and more until all has struck that has to. */
  seedsMin: number
  /** What has to have struck in them. */
  struck: readonly string[]
}

/** Nine files with two workers: three minutes, where the fewest take no longer. */
const WITHIN_MS = 38_000
/** For the fewest on a machine that is loaded; a run that hangs takes for ever. */
const TIMEOUT_MS = 600_000
/** One history in so many may stay undecided. */
const UNDECIDED_SHARE_MIN = 20

export function simulatesSeeds({ from, seeds, seedsMin, struck, ...cast }: SeedsOptions): void {
  const who = { bearable: 'f of whom lie', overrun: 'f + 1 of whom lie', none: 'all honest' }
  const { engine = 'raft', lying = 'none' } = cast
  describe(`whole nodes under ${engine}, ${who[lying]}, while everything goes wrong`, () => {
    const totals: Record<string, number> = {}

    it(
      `have one state and lose or double no write: ${seeds} seeds from ${from}, ${seedsMin} at least`,
      async () => {
        const startedMs = performance.now()
        const tookMs = (): number => performance.now() - startedMs
        let done = 0
        const isCut = (): boolean =>
          done >= seedsMin && tookMs() >= WITHIN_MS && neverStruck(struck, totals).length === 0
        for (; done < seeds && !isCut(); done++) {
          const { failures, counts } = await simulate(from + done, cast)
          addCounts(totals, counts)
          expect(failures, replayOf(from + done, cast)).toEqual([])
        }
        const left = seeds - done
        const cut = `, time was up; what did not come: ${replayOf(from + done, cast, left)}`
        const seconds = Math.round(tookMs() / 1_000)
        console.log(`${done} of ${seeds} seeds in ${seconds} s${left > 0 ? cut : '.'}`)
        // A history that is too tangled to be judged in bounded memory says nothing either way.
        const { historyUndecided = 0 } = totals
        if (historyUndecided > 0)
          console.log(`${historyUndecided} of them with a history undecided.`)
        expect(historyUndecided).toBeLessThanOrEqual(done / UNDECIDED_SHARE_MIN)
      },
      TIMEOUT_MS,
    )

    it('were struck by everything', () => {
      expect(neverStruck(struck, totals)).toEqual([])
    })
  })
}
