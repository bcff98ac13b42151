/** How many copies there are and why, and how far a change by shares has come; and giving it its next share. */
import type { Clock } from '../../base/clock/index.ts'
import { isCode } from '../../base/errors/index.ts'
import { untilShown } from '../../control/primary/index.ts'
import { queueUnreadable, takenBackCondition } from '../../work/reconcile/index.ts'
import { canariesUnderWay } from '../../work/rollout/index.ts'
import { queueLength, queueText } from '../../work/scaling/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  shareOf,
  stepOf,
  templateOf,
} from '../../work/spec/index.ts'
import type { WorkloadView } from '../contract/index.ts'
import { failure } from './failures.ts'
import { instancesInSight } from './in-sight.ts'
import type { NetworkParts, Reason } from './index.ts'

export function steeringView(
  desired: DesiredWorkload,
  inSight: readonly Instance[],
): Pick<WorkloadView, 'autoscale' | 'canary'> {
  const { workload, scaled, canary } = desired
  const isUnderWay = canariesUnderWay([desired], () => inSight).has(workload.name)
  const isOfThis = canary?.template === templateOf(workload) && !canary.failed
  return {
    ...(workload.autoscale && {
      autoscale: {
        ...workload.autoscale,
        ...(scaled && {
          now: {
            ...{ copies: workload.replicas, why: scaled.why, since: time(scaled.sinceMs) },
            ...(scaled.measured !== undefined && { measured: scaled.measured }),
          },
        }),
      },
    }),
    ...(isUnderWay && {
      canary: {
        ...{ share: shareOf(desired), step: stepOf(desired) },
        ...(isOfThis && { since: time(canary.sinceMs) }),
      },
    }),
  }
}

/** A queue that holds no number, by which nothing is scaled: whoever wrote it would not see that. */
export function queueCondition({ primary }: NetworkParts, desired: DesiredWorkload): Reason[] {
  const { autoscale, paused } = desired.workload
  const held = autoscale?.queue && !paused && primary.view()?.get(autoscale.queue.key)
  if (!held || queueLength(held.value) !== undefined) return []
  return [queueUnreadable(desired, queueText(held.value))]
}

/** The workload with its next share, or with all; as it is where it has all by now. */
export async function promoted(
  { desired, primary }: NetworkParts,
  of: DesiredWorkload,
  { all, step: asked, clock }: { all: boolean; step?: number | undefined; clock: Clock },
): Promise<DesiredWorkload> {
  const { workload, generation } = of
  const { kind, steps = [] } = workload.rollout
  const step = all ? steps.length : (asked ?? stepOf(of) + 1)
  if (kind !== 'canary' || step > steps.length || step <= stepOf(of)) return of
  const template = templateOf(workload)
  const body = { workload: workload.name, generation, template, step }
  try {
    await primary.execute({ kind: 'canary.step', body })
  } catch (error) {
    // It came as far by itself meanwhile.
    if (!isCode(error, 'EXISTS')) throw error
  }
  const now = (): DesiredWorkload => desired.get(workload.name) ?? of
  await untilShown(primary, clock, () => stepOf(now()) >= step)
  return now()
}

/** A change that has yet to take over, and by shares. Throws CONFLICT. */
export function mustBeCanary(parts: NetworkParts, desired: DesiredWorkload): void {
  const { name, rollout } = desired.workload
  const [back] = takenBackCondition(desired)
  const nothing = back && `${back.message} There is nothing to promote.`
  if (rollout.kind !== 'canary') {
    const message = nothing ?? `A change of “${name}” does not take over by shares.`
    throw failure('CONFLICT', message, { reason: 'NO_CANARY' })
  }
  if (canariesUnderWay([desired], () => instancesInSight(parts)).has(name)) return
  const message = nothing ?? `No change of “${name}” is under way: there is nothing to promote.`
  throw failure('CONFLICT', message, { reason: 'NOTHING_UNDER_WAY' })
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}
