/** How many slots of a changed workload may have the new version by now, and what stays beside it. */
import {
  type DesiredWorkload,
  type Instance,
  isCurrent,
  isWarm,
  mayTakeOver,
  shareOf,
  type Workload,
} from '../spec/index.ts'
import { type Holders, isSound } from './holders.ts'
import type { PlacementNode, SurplusReason } from './index.ts'

export interface TakingOver extends Pick<Holders, 'leaving'> {
  keeper: Instance | undefined
}

/** Slots on the move at a time. */
export function atOnceOf({ rollout }: Workload): number {
  return rollout.kind === 'rolling' ? rollout.atOnce : Number.POSITIVE_INFINITY
}

/** As many as have to be there to bear their share of the requests. */
export function renewableOf(desired: DesiredWorkload): number {
  return Math.ceil((desired.workload.replicas * shareOf(desired)) / 100)
}

function hasTakenOver({ keeper }: TakingOver): boolean {
  return keeper !== undefined && isSound(keeper) && isWarm(keeper)
}

/**
 * Blue and green change places at once, and a canary is tried beside what was: the old ones stay until
 * every slot has a healthy new one that is warm, and those of blue and green as long as the change is paused.
 */
export function keepUntilAllServe(
  surplus: Map<string, SurplusReason>,
  desired: DesiredWorkload,
  seats: readonly TakingOver[],
  nodes: readonly PlacementNode[],
): void {
  const { kind, paused } = desired.workload.rollout
  if (kind === 'rolling') return
  if (mayTakeOver(desired) && seats.every(hasTakenOver)) return
  // What only leaves its computer is no part of a change. A computer that is to be emptied does not
  // wait for the end of a canary, nor for that of a pause.
  const stays = (instance: Instance): boolean =>
    !isCurrent(instance, desired) &&
    ((kind === 'blueGreen' && !paused) ||
      nodes.some(({ id, draining }) => id === instance.node && !draining))
  for (const { leaving } of seats) {
    for (const instance of leaving) {
      if (surplus.get(instance.id) === 'REPLACED' && stays(instance)) surplus.delete(instance.id)
    }
  }
}
