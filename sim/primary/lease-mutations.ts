/**
 * Faults of reads by the leader's lease, one line each, and a seed that is known to find each. What a follower
 * promised, past its restart too, no seed has found broken: scripts of the core show it (`raft/testdata`).
 */
import path from 'node:path'
import { type Mutation, withCopy } from '../consensus/mutations/mutant.ts'
import type { Outcome } from './simulate.ts'

export const LEASE_MUTATIONS: readonly Mutation[] = [
  // Raft thesis §6.4.1: a lease is over before anybody else can be elected.
  {
    name: 'a lease does not run out while its leader stands still',
    file: 'node-core/control/consensus/raft/reads.ts',
    find: 'elapsedTicks - sentAt < lastsTicks',
    replace: 'true',
    seed: 3,
  },
  {
    name: 'what a computer sleeps is not counted',
    file: 'node-core/control/consensus/driver/driver.ts',
    find: 'passedMs() / tickMs',
    replace: 'clock.monotonicMs() / tickMs',
    seed: 3,
  },
]

/** What is changed, and what runs it: all of one copy, so that an error of one is known to the other. */
const SOURCE = {
  root: path.resolve(import.meta.dirname, '../..'),
  folders: ['node-core/control/consensus', 'node-core/control/primary', 'sim/primary'],
}

/** Runs seeds with the fault planted, or with none, until one fails; undefined where none does. */
export function seedThatFinds(
  mutation: Mutation | undefined,
  seeds: readonly number[],
): Promise<Outcome | undefined> {
  return withCopy(SOURCE, mutation, async (load) => {
    const { simulate } = (await load('sim/primary/simulate.ts')) as typeof import('./simulate.ts')
    for (const seed of seeds) {
      const outcome = await simulate(seed, { leaseReads: true })
      if (outcome.failures.length > 0) return outcome
    }
    return undefined
  })
}
