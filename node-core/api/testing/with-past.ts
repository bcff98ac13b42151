/** What the registry keeps of workloads, for a node that has none: what was before each version. */
import type { Desired, PastWorkload } from '../../work/desired/index.ts'
import { isSameVersion } from '../../work/spec/index.ts'

export function withPast(desired: Desired, nowMs: () => number): Desired {
  const kept = new Map<string, PastWorkload[]>()
  const keep = (name: string): void => {
    const before = desired.get(name)
    if (!before) return
    const past = { ...before, by: before.owner, untilMs: nowMs() }
    kept.set(name, [past, ...(kept.get(name) ?? [])])
  }
  return {
    ...desired,
    past: (name) => kept.get(name) ?? [],
    apply(workload, replaces) {
      if (replaces && !isSameVersion(replaces.workload, workload)) keep(workload.name)
      return desired.apply(workload, replaces)
    },
    delete(name) {
      keep(name)
      return desired.delete(name)
    },
  }
}
