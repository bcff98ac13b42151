/**
 * The seeds of whole nodes of a test run, in files that its workers share. A few are whole; the others
 * are brief, and there are as many as there is time for: what one file could not do in its time it says.
 */
import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck } from '../struck.ts'
import type { CastOptions } from './cast.ts'
import { replayOf } from './run-seeds.ts'
import { type SimulateOptions, simulate } from './simulate.ts'

export interface SeedsOptions extends CastOptions {
  /** The first of them. */
  from: number
  /** So many, however long they take. */
  whole: number
  /** The next ones. */
  brief: number
  /** What has to have struck in all of them. */
  struck: readonly string[]
}

/** Three times what a file takes on two cores that have nothing else to do. */
const WITHIN_MS = 180_000
/** For the whole ones on a machine that is loaded; a run that hangs takes for ever. */
const TIMEOUT_MS = 600_000
/** One history in so many may stay undecided. */
const UNDECIDED_SHARE_MIN = 20

export function simulatesSeeds({ from, whole, brief, struck, ...cast }: SeedsOptions): void {
  const who = { bearable: 'f of whom lie', overrun: 'f + 1 of whom lie', none: 'all honest' }
  const { engine = 'raft', lying = 'none' } = cast
  const startedMs = performance.now()
  const totals: Record<string, number> = {}
  let undecided = 0

  async function run(seed: number, options: SimulateOptions): Promise<void> {
    const { failures, counts } = await simulate(seed, options)
    addCounts(totals, counts)
    undecided += counts.historyUndecided ?? 0
    expect(failures, replayOf(seed, options)).toEqual([])
  }

  describe(`whole nodes under ${engine}, ${who[lying]}, while everything goes wrong`, () => {
    it(
      `have one state and lose or double no write: ${whole} seeds from ${from}`,
      async () => {
        for (let done = 0; done < whole; done++) await run(from + done, cast)
      },
      TIMEOUT_MS,
    )

    it(
      `nor in ${brief} brief ones`,
      async () => {
        const options = { ...cast, brief: true }
        const isTimeUp = (): boolean =>
          performance.now() - startedMs > WITHIN_MS && neverStruck(struck, totals).length === 0
        let done = 0
        for (; done < brief && !isTimeUp(); done++) await run(from + whole + done, options)
        const left = brief - done
        const cut = `, time was up; what did not come: ${replayOf(from + whole + done, options, left)}`
        const seconds = Math.round((performance.now() - startedMs) / 1_000)
        console.log(
          `${whole + done} of ${whole + brief} seeds in ${seconds} s${left > 0 ? cut : '.'}`,
        )
        // A history that is too tangled to be judged in bounded memory says nothing either way.
        if (undecided > 0) console.log(`${undecided} of them with a history undecided.`)
        expect(undecided).toBeLessThanOrEqual((whole + done) / UNDECIDED_SHARE_MIN)
      },
      TIMEOUT_MS,
    )

    it('were struck by everything', () => {
      expect(neverStruck(struck, totals)).toEqual([])
    })
  })
}
