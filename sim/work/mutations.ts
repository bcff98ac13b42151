/** Faults of the work side, one line each, and a seed that is known to find each. */
import path from 'node:path'
import { type Mutation, withCopy } from '../consensus/mutations/mutant.ts'
import { PARTS, simulate } from './simulate.ts'

export const WORK_MUTATIONS: readonly Mutation[] = [
  // ADR 13: where a quorum is in reach, its word decides where a slot starts.
  {
    name: 'places by itself though a quorum decides',
    file: 'reconcile/driver.ts',
    find: 'place({ ...seen, nodes, instances, inPlace })',
    replace: 'place({ ...seen, committed: undefined, nodes, instances, inPlace })',
    seed: 1,
  },
  {
    name: 'moves what waits for its computer',
    file: 'placement/filling.ts',
    find: "workload.onPartition === 'keep' ? awayNode(table, seated) : undefined",
    replace: 'undefined',
    seed: 1,
  },
  {
    name: 'goes on without a quorum with what is to stop',
    file: 'placement/place.ts',
    find: "if (onPartition !== 'stop' || (quorum ?? majority)) return undefined",
    replace: 'return undefined',
    seed: 4,
  },
  {
    name: 'ends both of two',
    file: 'placement/seating.ts',
    find: 'if (instance !== keeper) surplus',
    replace: 'if (holders.settled.length > 1) surplus',
    seed: 34,
  },
  {
    name: 'acts by what it knew in an earlier life',
    file: 'reconcile/driver.ts',
    find: 'readiness.isReady() && view.isCurrent()',
    replace: 'true',
    seed: 12,
  },
  {
    name: 'leaves work on a computer that is emptied',
    file: 'placement/holders.ts',
    find: 'else if (node.draining) (running ? holders.leaving : holders.stranded).push(instance)',
    replace: '',
    seed: 8,
  },
  {
    name: 'lets what was deleted run on',
    file: 'reconcile/plan.ts',
    find: "if (record === 'ended') return 'DELETED'",
    replace: "if (record === 'ended') return undefined",
    seed: 5,
  },
  // After a partition each of two may hold the other for the one that stays.
  {
    name: 'ends its copy of two when the other does',
    file: 'reconcile/plan.ts',
    find: '1 + nodesBefore(input, local)',
    replace: '1',
    seed: 5027,
  },
]

const SOURCE = {
  root: path.resolve(import.meta.dirname, '../../node-core/work'),
  folders: ['assigning', 'desired', 'placement', 'reconcile'],
}

/** The seeds, of those given, that find it, and what each says. */
export function findAtWork(
  mutation: Omit<Mutation, 'seed'> | undefined,
  seeds: readonly number[],
): Promise<{ seed: number; failure: string }[]> {
  return withCopy(SOURCE, mutation, async (load) => {
    const modules = await Promise.all(
      ['assigning', 'desired', 'reconcile'].map((part) => load(`${part}/index.ts`)),
    )
    const copies: Record<string, unknown> = Object.assign({}, ...modules)
    const parts = Object.fromEntries(Object.keys(PARTS).map((name) => [name, copies[name]]))
    const found: { seed: number; failure: string }[] = []
    for (const seed of seeds) {
      const { failures } = await simulate(seed, { parts: parts as unknown as typeof PARTS })
      if (failures[0] !== undefined) found.push({ seed, failure: failures[0] })
    }
    return found
  })
}
