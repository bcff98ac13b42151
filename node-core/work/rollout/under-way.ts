/** Which changes have not taken over yet. Pure. */
import { type DesiredWorkload, goesOn, type Instance, isCurrent } from '../spec/index.ts'

/**
 * Names of those of which something of an earlier version runs, or is down for a moment. `instances` are those in sight: what a
 * computer said that nobody hears of any more may be so for ever. It is asked where any could be.
 */
export function canariesUnderWay(
  wanted: readonly DesiredWorkload[],
  instances: () => readonly Instance[],
): Set<string> {
  const canaries = new Map(
    wanted.flatMap((one) => {
      const isCanary = one.workload.rollout.kind === 'canary'
      return isCanary ? [[one.workload.name, one] as const] : []
    }),
  )
  if (canaries.size === 0) return new Set()
  const left = instances().filter((instance) => {
    const desired = canaries.get(instance.workload)
    return desired !== undefined && goesOn(instance) && !isCurrent(instance, desired)
  })
  return new Set(left.map(({ workload }) => workload))
}

/**
 * Whether a change has yet to take over, as far as is seen: an earlier version goes on, or nothing
 * of the present one serves.
 */
export function isUnderWay(desired: DesiredWorkload, instances: readonly Instance[]): boolean {
  const { name, replicas, job } = desired.workload
  if (job || replicas === 0) return false
  const own = instances.filter((one) => one.workload === name && goesOn(one))
  const present = own.filter((one) => isCurrent(one, desired))
  const serves = ({ status, health }: Instance): boolean =>
    status === 'Running' && health === 'healthy'
  return present.length < own.length || !present.some(serves)
}
