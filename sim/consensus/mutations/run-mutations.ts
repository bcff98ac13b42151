/** Every planted fault at length: how many of so many seeds find it. */
import type { EngineKind } from '../engine-kind.ts'
import { raftKind } from '../raft/kind.ts'
import { simplexKind } from '../simplex/kind.ts'
import { simulate } from '../simulate.ts'
import { type Mutation, withMutant } from './mutant.ts'
import { RAFT_MUTATIONS } from './raft.ts'
import { SIMPLEX_MUTATIONS } from './simplex.ts'

/** What is mutated, and how the copy is run. */
export interface Patient {
  name: string
  mutations: readonly Mutation[]
  /** Under `control/consensus`. */
  entry: string
  kindOf(module: Record<string, unknown>): EngineKind
}

export const PATIENTS: readonly Patient[] = [
  {
    name: 'raft',
    mutations: RAFT_MUTATIONS,
    entry: 'raft/index.ts',
    kindOf: (module) => raftKind(module as Parameters<typeof raftKind>[0]),
  },
  {
    name: 'simplex',
    mutations: SIMPLEX_MUTATIONS,
    entry: 'simplex/index.ts',
    kindOf: (module) => simplexKind(module as Parameters<typeof simplexKind>[0]),
  },
]

export interface MutationsOptions {
  first: number
  count: number
  /** Of this engine alone. */
  only: string | undefined
  say: (line: string) => void
}

/** How many faults no seed found. */
export async function runMutations(options: MutationsOptions): Promise<number> {
  const { first, count, only, say } = options
  let missed = 0
  const seeds = Array.from({ length: count }, (_, n) => first + n)
  for (const patient of PATIENTS.filter(({ name }) => (only ?? name) === name)) {
    for (const mutation of patient.mutations) {
      const found = await find(patient, mutation, seeds)
      if (found.length === 0) missed += 1
      const one = found[0]
      const firstFailure = one ? `; seed ${one.seed}: ${one.failure.split('\n')[0]}` : ''
      const { name } = mutation
      say(`${patient.name} ${name}: found by ${found.length} of ${count} seeds${firstFailure}`)
    }
  }
  return missed
}

/** The seeds, of those given, that find it, and what each says. */
export function find(
  { entry, kindOf }: Patient,
  mutation: Omit<Mutation, 'seed'> | undefined,
  seeds: readonly number[],
  lying = mutation?.lying ?? false,
): Promise<{ seed: number; failure: string }[]> {
  return withMutant(mutation, entry, (module) => {
    const kind = kindOf(module)
    return seeds.flatMap((seed) => {
      const [failure] = simulate(seed, kind, { lying }).failures
      return failure === undefined ? [] : [{ seed, failure }]
    })
  })
}
