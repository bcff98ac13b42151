import { describe, expect, it } from 'vitest'
import { LEASE_MUTATIONS, seedThatFinds } from './lease-mutations.ts'
import { replayOf } from './run-seeds.ts'
import { simulate } from './simulate.ts'

/** A loaded machine takes long. */
const TIMEOUT_MS = 120_000
const SEEDS = [2, 3]

describe('whole nodes whose leader answers reads by its lease, while computers sleep', () => {
  it.each(SEEDS)(
    'read nothing stale: seed %i',
    async (seed) => {
      const { failures, counts } = await simulate(seed, { leaseReads: true })
      expect(failures, replayOf(seed, { leaseReads: true })).toEqual([])
      expect(counts.sleep).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it.each(LEASE_MUTATIONS)(
    'would where $name: seed $seed',
    async (mutation) => {
      const outcome = await seedThatFinds(mutation, [mutation.seed])
      expect(outcome?.failures[0]).toContain('not linearizable')
    },
    TIMEOUT_MS,
  )
})
