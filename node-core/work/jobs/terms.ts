/**
 * What a run was begun for, as its row says it: the version, and with a schedule how many slots each of
 * its runs has and which times are counted. So a later look tells what was changed since. The registry
 * takes it for one opaque word: the version alone, as earlier releases wrote it and compare it still,
 * or all three, parted by blanks.
 */
import { hash } from 'node:crypto'
import type { RunRow } from '../../control/registry/index.ts'
import { type DesiredWorkload, type Job, templateOf, type Workload } from '../spec/index.ts'
import type { JobRecord } from './index.ts'

export interface Terms {
  /** Undefined where earlier releases wrote none. */
  template: string | undefined
  /** Of what has a schedule; earlier releases wrote neither. */
  completions: number | undefined
  times: string | undefined
}

export function termsOf(workload: Workload): string {
  const template = templateOf(workload)
  const { job } = workload
  return job?.schedule ? `${template} ${job.completions} ${timesOf(job.schedule)}` : template
}

export function readTerms(row: Pick<RunRow, 'template'>): Terms {
  const [template, completions, times] = row.template?.split(' ') ?? []
  return { template, completions: completions === undefined ? undefined : +completions, times }
}

/** What is counted; while it is paused nothing. */
export function timesOf({ cron, timeZone, paused }: NonNullable<Job['schedule']>): string {
  return paused ? 'paused' : hash('sha256', `${timeZone} ${cron}`, 'hex').slice(0, 16)
}

/** Whether what is due is counted from the last run, or anew, since other times were counted then. */
export function countsOn(
  { workload: { job }, generation }: Pick<DesiredWorkload, 'workload' | 'generation'>,
  { runs }: JobRecord,
): boolean {
  const [first, last] = [runs[0], runs.at(-1)]
  if (!job?.schedule || !first || !last) return false
  const { times } = readTerms(last[1])
  if (times !== undefined) return times === timesOf(job.schedule)
  if (last[1].generation === generation) return !job.schedule.paused
  // Of an earlier release, or without a schedule: what may have been due then is not left out for that.
  const hadNone = first[0] === 1 && first[1].ended?.code !== 'DEPLOYED'
  const isOfNone = hadNone || runs.some(([, row]) => readTerms(row).times !== undefined)
  return !job.schedule.paused && !isOfNone
}
