/**
 * What a run was begun for, as its row says it: the version, and with a schedule how many slots each of
 * its runs has, which times are counted and how many of the rows so far are but marks. So a later look tells
 * what was changed since. The registry takes it for one opaque word: the version alone, as earlier releases
 * wrote it and compare it still, or all of it, parted by blanks; what earlier ones do not know comes last.
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
  /** As `marksUpTo` this row. */
  marks: number | undefined
}

export function termsOf(workload: Workload, marks = 0): string {
  const template = templateOf(workload)
  const { job } = workload
  if (!job?.schedule) return template
  return [template, job.completions, timesOf(job.schedule), marks].join(' ')
}

export function readTerms(row: Pick<RunRow, 'template'>): Terms {
  const [template, completions, times, marks] = row.template?.split(' ') ?? []
  const count = (word: string | undefined) => (word === undefined ? undefined : Number(word))
  return { template, completions: count(completions), times, marks: count(marks) }
}

/** No run, but where the count of a schedule begins, which takes a number in the registry all the same. */
export function isMark({ ended }: RunRow): boolean {
  return ended?.code === 'DEPLOYED'
}

/** As people count: without the marks. The registry's own number is in the names of instances. */
export function runNumber(record: JobRecord, run: number): number {
  return run - marksUpTo(record, run)
}

/**
 * Rows that are but marks, up to this one, with those that are kept no more: as the nearest row says it that
 * does. Where none does, all rows are of earlier releases, or without a schedule.
 */
export function marksUpTo({ runs }: JobRecord, run: number): number {
  const saying = runs.flatMap(([at, row]) => {
    const { marks } = readTerms(row)
    return marks === undefined ? [] : [{ at, marks }]
  })
  const between = (after: number, upTo: number): number =>
    runs.filter(([at, row]) => at > after && at <= upTo && isMark(row)).length
  const before = saying.findLast(({ at }) => at <= run)
  if (before) return before.marks + between(before.at, run)
  const [later] = saying
  return later ? later.marks - between(run, later.at) : between(0, run)
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
