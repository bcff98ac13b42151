/** A short run of each simulator that drives more than an engine and less than one registry: what it came to. */
import { simulateFollow } from './follow/simulate.ts'
import { simulateRecovery } from './primary/recovery.ts'
import { simulate as simulateSharedState } from './simulation.ts'
import { simulate as simulateWork } from './work/simulate.ts'

interface Run {
  readonly trace: string
  readonly failures: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

export async function shortRuns(): Promise<Record<string, Run>> {
  const runs: Record<string, Run> = {
    'shared state': await simulateSharedState(7, { nodesMax: 3, steps: 6 }),
    followers: simulateFollow(7, { followers: 15, faults: 8 }),
    work: await simulateWork(9),
    recovery: await simulateRecovery(4),
  }
  const told = Object.entries(runs).map(([name, { trace, failures, counts }]) => [
    name,
    { trace, failures, counts },
  ])
  return Object.fromEntries(told)
}
