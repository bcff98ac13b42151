import type { WorkloadView } from '../../../node-core/api/contract/index.ts'

/** There is nothing more to wait for; a job may have ended, or not be due for a month. */
const IS_DONE: ReadonlySet<WorkloadView['status']> = new Set([
  'Running',
  'Succeeded',
  'Scheduled',
  'Asleep',
  'Paused',
])

export type Ending = 'underWay' | 'runs' | 'taken' | 'failed' | 'stuck'

/**
 * How far what was deployed has come. What serves and fails is started again, unless no computer can
 * run it as it stands or it has used up its tries; a job that failed has ended.
 */
export function endingOf(workloads: readonly (WorkloadView | undefined)[]): Ending {
  const isOver = workloads.every((each) => each && (IS_DONE.has(each.status) || hasFailed(each)))
  if (!isOver) return workloads.some(isStuck) ? 'stuck' : 'underWay'
  if (workloads.some(hasFailed)) return 'failed'
  return workloads.every((each) => each?.status === 'Running') ? 'runs' : 'taken'
}

/** Another try finds the same, unless somebody brings what is missing: told once its try has ended. */
const IS_MISSING: readonly (string | undefined)[] = ['IMAGE_NOT_FOUND', 'BLOB_NOT_FOUND']

/** It goes on no more by itself. */
export function isStuck(workload: WorkloadView | undefined): boolean {
  if (!workload || workload.job || IS_DONE.has(workload.status)) return false
  return workload.instances.some(({ earlier, unassigned, status, reason, ended }) => {
    if (earlier || unassigned) return false
    if (status === 'Failed' && IS_MISSING.includes(reason?.code)) return true
    return reason?.code === 'NOT_RUNNABLE' || (ended !== undefined && ended.exitCode !== 0)
  })
}

export function hasFailed(workload: WorkloadView | undefined): boolean {
  return workload?.job !== undefined && workload.status === 'Failed'
}
