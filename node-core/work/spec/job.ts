/** What runs to its end: what was said, filled up, and what cannot stand beside it. */
import { nextDue } from './cron.ts'
import { DEFAULT_JOB, DEFAULT_SCHEDULE } from './defaults.ts'
import type { DeployBody } from './deploy-body.ts'
import type { WrongField } from './errors.ts'
import type { Job, Workload } from './index.ts'
import { LANES_MAX, REPLICAS_MAX } from './limits.ts'

type JobBody = NonNullable<DeployBody['job']>

/** Over `before`, or over what there is otherwise. */
export function toJob(asked: JobBody, before: Job | undefined, wrong: WrongField[]): Job {
  const { schedule: askedSchedule, ...rest } = asked
  const { schedule: earlier, ...base } = before ?? DEFAULT_JOB
  const job: Job = { ...base, ...rest }
  if (askedSchedule || earlier) {
    const { cron, ...rules } = { ...DEFAULT_SCHEDULE, ...earlier, ...askedSchedule }
    if (cron === undefined) wrong.push({ path: 'job.schedule.cron', message: 'This is needed.' })
    else if (nextDue({ cron, timeZone: rules.timeZone }, 0) === undefined) {
      wrong.push({ path: 'job.schedule.cron', message: 'There is no such time.' })
    } else job.schedule = { cron, ...rules }
  }
  if (lanesOf(job) * job.completions > REPLICAS_MAX) {
    const message = `Together at most ${REPLICAS_MAX}, of all runs that may go on side by side.`
    wrong.push({ path: 'job.completions', message })
  }
  if (asked.parallelism !== undefined && job.parallelism > job.completions) {
    wrong.push({ path: 'job.parallelism', message: 'Not more than job.completions.' })
  }
  return { ...job, parallelism: Math.min(job.parallelism, job.completions) }
}

/** Fields that speak of what serves. */
export function wrongBesideJob(
  body: Pick<DeployBody, 'replicas' | 'rollout' | 'restart' | 'onPartition' | 'disruption'>,
): WrongField[] {
  const wrong: WrongField[] = []
  const say = (path: string, message: string): void => void wrong.push({ path, message })
  if (body.replicas !== undefined) say('replicas', 'A job says it in job.completions.')
  if (body.rollout) say('rollout', 'A job serves nothing that could be taken over.')
  if (body.disruption) say('disruption', 'A job serves nothing that has to go on.')
  if (body.restart?.when !== undefined) say('restart.when', 'A job says it in job.retries.')
  if (body.restart?.atMost !== undefined) say('restart.atMost', 'A job says it in job.retries.')
  if (body.onPartition === 'stop') say('onPartition', 'A job is waited for, or healed.')
  return wrong
}

/** How many runs there may be side by side; each has slots of its own. */
export function lanesOf({ schedule }: Job): number {
  return schedule?.overlap === 'allow' ? LANES_MAX : 1
}

/** The lane that a slot is of. */
export function laneOf(job: Job, index: number): number {
  return Math.floor(index / job.completions)
}

/** As a workload holds it. */
export function withJob(workload: Workload, job: Job | undefined): Workload {
  if (!job) return workload
  const { atMost: _, ...restart } = workload.restart
  return {
    ...workload,
    job,
    replicas: lanesOf(job) * job.completions,
    restart: { ...restart, when: 'never' },
  }
}
