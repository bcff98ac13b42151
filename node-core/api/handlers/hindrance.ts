/** What keeps an instance on a node that is being emptied, where more is known than its state says. Pure. */
import type { NodeId } from '../../base/net/index.ts'
import type { LeftInstance } from '../../work/placement/index.ts'
import { troubledSuccessor } from '../../work/reconcile/index.ts'
import { copyName, type DesiredWorkload, type Instance } from '../../work/spec/index.ts'
import type { Reason } from './index.ts'

export interface Around {
  /** What is wanted under its name; undefined where it is wanted no more. */
  desired: DesiredWorkload | undefined
  inSight: readonly Instance[]
  nameOf(node: NodeId): string
}

/**
 * What is on its way does not come far while its successor cannot start, nor does what waits for its turn
 * while that of another copy cannot.
 */
export function hindrance(
  { instance, reason }: LeftInstance,
  { desired, inSight, nameOf }: Around,
): Reason | undefined {
  if (reason === 'NEVER_STARTED') return because(instance, 'It has yet to start there')
  if (!desired || desired.workload.job) return undefined
  if (reason === 'MOVING') {
    const next = troubledSuccessor(instance, desired, inSight)
    return next && because(next, `It waits for its successor on ${nameOf(next.node)}`)
  }
  if (reason !== 'IN_TURN') return undefined
  for (const other of inSight) {
    if (other.workload !== instance.workload || other.index === instance.index) continue
    const next = troubledSuccessor(other, desired, inSight)
    if (next)
      return because(
        next,
        `It waits for ${copyName(next.workload, next.index)} on ${nameOf(next.node)}`,
      )
  }
  return undefined
}

function because({ reason }: Instance, what: string): Reason | undefined {
  return reason && { code: reason.code, message: `${what}: ${reason.message}` }
}
