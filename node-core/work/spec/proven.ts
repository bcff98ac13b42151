/** Which of several earlier versions is the one that serves, and no other that was on trial itself. Pure. */
import type { DesiredWorkload, Instance } from './index.ts'
import { isCurrent, versionOf } from './template.ts'

/**
 * Of copies of several versions those of the one of which the most slots have a copy; of versions alike
 * those of the earliest: had a later one taken over, it would have ended them.
 */
export function provenOf(copies: readonly Instance[]): Instance[] {
  const versions = [...Map.groupBy(copies, versionOf)].map(([version, own]) => ({
    ...{ version, own },
    slots: new Set(own.map(({ index }) => index)).size,
    since: Math.min(...own.map(({ generation }) => generation)),
  }))
  const [first] = versions.sort(
    (a, b) => b.slots - a.slots || a.since - b.since || (a.version < b.version ? -1 : 1),
  )
  return first?.own ?? []
}

/** Whether a kept version is the one to which what does worse than all of them goes back. */
export function servedBefore(
  now: DesiredWorkload,
  past: readonly DesiredWorkload[],
  healthy: readonly Instance[],
): (one: DesiredWorkload) => boolean {
  const earlier = healthy.filter(
    (copy) =>
      copy.index < now.workload.replicas &&
      !isCurrent(copy, now) &&
      past.some((one) => isCurrent(copy, one)),
  )
  const [proven] = provenOf(earlier)
  return (one) => proven !== undefined && isCurrent(proven, one)
}
