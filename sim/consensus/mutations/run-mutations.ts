/** Every planted fault at length: how many of so many seeds find it. */
import { raftKind } from '../raft/kind.ts'
import { simulate } from '../simulate.ts'
import { type Mutation, withMutant } from './mutant.ts'
import { RAFT_MUTATIONS } from './raft.ts'

export interface MutationsOptions {
  first: number
  count: number
  say: (line: string) => void
}

/** How many faults no seed found. */
export async function runMutations({ first, count, say }: MutationsOptions): Promise<number> {
  let missed = 0
  const seeds = Array.from({ length: count }, (_, n) => first + n)
  for (const mutation of RAFT_MUTATIONS) {
    const found = await findsRaft(mutation, seeds)
    if (found.length === 0) missed += 1
    const one = found[0]
    const firstFailure = one ? `; seed ${one.seed}: ${one.failure.split('\n')[0]}` : ''
    say(`${mutation.name}: found by ${found.length} of ${count} seeds${firstFailure}`)
  }
  return missed
}

/** The seeds, of those given, that find it, and what each says. */
export function findsRaft(
  mutation: Omit<Mutation, 'seed'> | undefined,
  seeds: readonly number[],
): Promise<{ seed: number; failure: string }[]> {
  return withMutant(mutation, 'raft/index.ts', (module) => {
    const kind = raftKind(module as Parameters<typeof raftKind>[0])
    return seeds.flatMap((seed) => {
      const [failure] = simulate(seed, kind).failures
      return failure === undefined ? [] : [{ seed, failure }]
    })
  })
}
