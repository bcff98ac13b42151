import { describe, expect, it } from 'vitest'
import { replayOf } from '../run-seeds.ts'
import { simulate } from '../simulate.ts'
import { simplexKind } from './kind.ts'

/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 120_000

// Dear, so few: six seconds of a core for 25. More of them: `npm run sim -- --consensus simplex --liars --voters 25`.
const LARGE = [
  { voters: 13, liars: 4, seed: 1 },
  { voters: 13, liars: 4, seed: 2 },
  { voters: 16, liars: 5, seed: 1 },
  { voters: 25, liars: 8, seed: 1 },
]

describe('Simplex with more voters than seeds draw', () => {
  it.each(LARGE)(
    'keeps one log and goes on: $voters, of whom $liars lie, seed $seed',
    ({ voters, liars, seed }) => {
      const options = { lying: true, voters }
      const { failures, counts } = simulate(seed, simplexKind(), options)
      expect(failures, replayOf(simplexKind(), seed, options)).toEqual([])
      const lying = Object.entries(counts).filter(([what]) => what.startsWith('liar:'))
      expect(lying.reduce((sum, [, times]) => sum + times, 0)).toBe(liars)
    },
    TIMEOUT_MS,
  )
})
