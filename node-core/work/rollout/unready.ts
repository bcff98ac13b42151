/** Copies of a new version that run, do not end, and never become healthy. Pure. */
import type { DesiredWorkload, Instance } from '../spec/index.ts'
import { UNREADY_MS, UNREADY_STARTS } from './limits.ts'

export function isUnready({ status, health }: Instance): boolean {
  return status === 'Running' && health !== 'healthy'
}

/** Longer where its own rules say that a start may take long. */
export function unreadyMsMax({ workload: { parts } }: DesiredWorkload): number {
  const startsMs = parts.map(({ probes: { startup } }) =>
    startup ? startup.periodMs * startup.failures : 0,
  )
  return Math.max(UNREADY_MS, UNREADY_STARTS * Math.max(...startsMs))
}
