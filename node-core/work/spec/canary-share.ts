/** How much of the traffic a version has while it takes over by shares. */
import type { DesiredWorkload, Instance } from './index.ts'
import { ALL } from './rollout-rules.ts'
import { templateOf } from './template.ts'

/** At which step of its canary it is: as many as there are when it has all requests. */
export function stepOf({ workload, generation, canary }: DesiredWorkload): number {
  const { steps = [] } = workload.rollout
  // What came back in the place of one that did worse is not tried out again.
  if (canary?.failed) return canary.failed.generation + 1 === generation ? steps.length : 0
  return canary?.template === templateOf(workload) ? canary.step : 0
}

/** How much of a hundred requests is for what is wanted now, beside what was before. */
export function shareOf(desired: DesiredWorkload): number {
  return desired.workload.rollout.steps?.[stepOf(desired)]?.share ?? ALL
}

/** Whether what was before ends as soon as every slot has a new one that serves. */
export function mayTakeOver(desired: DesiredWorkload): boolean {
  const { kind, paused } = desired.workload.rollout
  return shareOf(desired) === ALL && !(kind === 'blueGreen' && paused)
}

/** It has been ready for as long as its workload wants before it takes over from another version. */
export function isWarm({ warmsUntil }: Instance): boolean {
  return warmsUntil === undefined
}
