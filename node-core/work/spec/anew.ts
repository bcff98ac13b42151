/** All copies of a workload started anew, though nothing about it has changed (docs/adr/0022). Pure. */
import type { DesiredWorkload, Workload } from './index.ts'
import { checked } from './parse-workload.ts'
import { whilePaused } from './paused.ts'
import { templateOf } from './template.ts'

/**
 * The same, as another version, so that all copies start anew. Its generation tells it from every
 * restart before. Throws VALIDATION_ERROR where there is no room for that mark.
 */
export function restartedFrom({ workload, generation }: DesiredWorkload): Workload {
  return whilePaused(workload, (resumed) => checked({ ...resumed, restarted: generation }, []))
}

/** What it is apart from being started anew: what a manifest says. */
export function withoutRestarts(workload: Workload): Workload {
  const { restarted: _, ...rest } = workload
  return rest
}

/** In the place of `now`; copies that would be made of the same are not started anew for it. */
export function keepingCopies(now: Workload, next: Workload): Workload {
  const [plain, plainNow] = [withoutRestarts(next), withoutRestarts(now)]
  if (templateOf(plain) !== templateOf(plainNow)) return next
  return { ...plain, ...(now.restarted !== undefined && { restarted: now.restarted }) }
}
