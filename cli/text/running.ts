/** How much of a workload runs; of a schedule between its runs, when the next one is. */
import type { Outputs } from '../node-client.ts'

type Counted = Pick<
  Outputs['workloads']['get'],
  'status' | 'running_instances' | 'replicas' | 'job'
>

export function runningText(workload: Counted): string {
  const { status, running_instances, replicas } = workload
  return status === 'Scheduled' ? nextRunText(workload.job) : `${running_instances}/${replicas}`
}

export function nextRunText(job: Counted['job']): string {
  if (job?.schedule?.paused) return 'paused'
  const { nextRunAt } = job ?? {}
  // To the minute, as schedules are.
  return nextRunAt === undefined
    ? 'not run yet'
    : `next ${nextRunAt.slice(0, 16).replace('T', ' ')} UTC`
}
