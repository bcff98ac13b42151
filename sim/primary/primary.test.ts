import { describe, expect, it } from 'vitest'
import { saidElsewhere } from '../elsewhere.ts'
import type { CastOptions } from './cast.ts'
import { replayOf } from './run-seeds.ts'
import { simulate } from './simulate.ts'

/** A loaded machine takes long. */
const TIMEOUT_MS = 120_000

// Cheap ones. What struck in many of them: `seeds/`.
const KINDS = [
  { who: 'under Raft', seed: 10, other: 22, options: { engine: 'raft' } },
  { who: 'under Simplex', seed: 6, other: 7, options: { engine: 'simplex' } },
  { who: 'among liars', seed: 6, other: 18, options: { engine: 'simplex', lying: 'bearable' } },
] as const satisfies { who: string; seed: number; other: number; options: CastOptions }[]

async function traceElsewhere(seed: number, options: CastOptions): Promise<string | undefined> {
  const command = replayOf(seed, options).replace('npm run sim --', 'sim/run.ts')
  return /trace (\w+)/.exec(await saidElsewhere(command.split(' ')))?.[1]
}

describe('a seed of whole nodes', () => {
  it.each(KINDS)(
    'gives the same run again, here and in another process, and another seed another: $who',
    async ({ seed, other, options }) => {
      const [one, again] = [await simulate(seed, options), await simulate(seed, options)]
      expect(one.failures).toEqual([])
      expect(again).toEqual(one)
      expect(await traceElsewhere(seed, options)).toBe(one.trace)
      expect((await simulate(other, options)).trace).not.toBe(one.trace)
    },
    TIMEOUT_MS,
  )
})
