import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { CastOptions } from './cast.ts'
import { replayOf } from './run-seeds.ts'
import { simulate } from './simulate.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** A loaded machine takes long. */
const TIMEOUT_MS = 120_000

// Cheap ones. What struck in many of them: `seeds/`.
const KINDS = [
  { who: 'under Raft', seed: 10, other: 22, options: { engine: 'raft' } },
  { who: 'under Simplex', seed: 6, other: 7, options: { engine: 'simplex' } },
  { who: 'among liars', seed: 6, other: 18, options: { engine: 'simplex', lying: 'bearable' } },
] as const satisfies { who: string; seed: number; other: number; options: CastOptions }[]

/** As unlike this process as another machine may be: its zone, its words, its compiler and its hashes. */
const ELSEWHERE = {
  env: { PATH: process.env.PATH, TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' },
  flags: ['--no-opt', '--random-seed=1', '--hash-seed=1', '--max-semi-space-size=1'],
}

async function traceElsewhere(seed: number, options: CastOptions): Promise<string | undefined> {
  const { env, flags } = ELSEWHERE
  const [program, ...args] = replayOf(seed, options)
    .replace('npm run sim --', 'sim/run.ts')
    .split(' ')
  const command = [...flags, program ?? '', ...args]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: ROOT, env })
  return /trace (\w+)/.exec(stdout)?.[1]
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
