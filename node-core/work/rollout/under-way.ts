import { type DesiredWorkload, type Instance, isCurrent } from '../spec/index.ts'

/** Names of those of which something of an earlier version runs; `instances` is asked where any could be. */
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
    return desired !== undefined && instance.status === 'Running' && !isCurrent(instance, desired)
  })
  return new Set(left.map(({ workload }) => workload))
}
