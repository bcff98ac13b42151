import { describe, expect, it } from 'vitest'
import { addCounts, neverStruck } from '../struck.ts'
import { simulateRecovery } from './recovery.ts'

/** A loaded machine takes long. */
const TIMEOUT_MS = 60_000
// With late writes left out of reports 126 fails. More of them: `npm run sim -- --recovery`.
const SEEDS = [126, 4]
const STRUCK = [
  ...['recovery: from the conspired', 'recovery: later liar', 'liar: boasts'],
  ...['write: acknowledged', 'write: late', 'write: not told'],
]

describe('a committee that was lost, one of whom lies, and the admin who overrules it', () => {
  const totals: Record<string, number> = {}
  let trace = ''

  it.each(SEEDS)(
    'keep what was acknowledged, or say that it was late: seed %d',
    async (seed) => {
      const { failures, counts, trace: told } = await simulateRecovery(seed)
      addCounts(totals, counts)
      if (seed === SEEDS[0]) trace = told
      expect(failures).toEqual([])
    },
    TIMEOUT_MS,
  )

  it('were struck by what there is to strike', () => {
    expect(neverStruck(STRUCK, totals)).toEqual([])
  })

  it(
    'give the same run again',
    async () => {
      expect((await simulateRecovery(SEEDS[0] ?? 0)).trace).toBe(trace)
    },
    TIMEOUT_MS,
  )
})
