import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { find, PATIENTS } from './run-mutations.ts'

const CONSENSUS = path.resolve(import.meta.dirname, '../../../node-core/control/consensus')

/** Fewer would show little. */
const MUTATIONS_MIN = 10
/** Of all seeds one after the other; a loaded machine takes long. */
const TIMEOUT_MS = 120_000

describe.each(PATIENTS)('the simulator finds a copy of $name that', (patient) => {
  const { mutations } = patient
  it.each(mutations)('$name', async (mutation) => {
    expect(await find(patient, mutation, [mutation.seed])).toHaveLength(1)
  })

  it(
    'and finds nothing in one that is only a copy',
    async () => {
      for (const lying of [false, true]) {
        const tried = mutations.filter((mutation) => (mutation.lying ?? false) === lying)
        const seeds = [...new Set(tried.map(({ seed }) => seed))]
        expect(await find(patient, undefined, seeds, lying)).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  it('in many ways, each a line of its own', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(MUTATIONS_MIN)
    for (const { name, file, find: line } of mutations) {
      const text = readFileSync(path.join(CONSENSUS, file), 'utf8')
      expect(text.split(line).length - 1, name).toBe(1)
    }
  })
})
