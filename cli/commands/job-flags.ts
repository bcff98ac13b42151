/** Flags that say what a job is like. */
import type { Command } from 'commander'
import { wrongUsage } from '../exit-codes.ts'
import type { Inputs } from '../node-client.ts'
import { isOneOf } from '../text/choices.ts'
import { durationMs, wholeNumber } from '../text/parse.ts'

export interface JobFlags {
  job?: boolean
  schedule?: string
  timeZone?: string
  overlap?: string
  completions?: string
  parallelism?: string
  retries?: string
  deadline?: string
}

type Job = NonNullable<Inputs['workloads']['deploy']['job']>

export function addJobFlags(command: Command): Command {
  return command
    .option('--job', 'it runs to its end, once for each version; implied by the next seven')
    .option('--schedule <cron>', 'when a run is due: five fields, or @daily and its like')
    .option('--time-zone <zone>', 'of the schedule, such as Europe/Berlin; UTC unless said')
    .option('--overlap <rule>', 'allow, forbid or replace, while the run before goes on')
    .option('--completions <n>', 'slots that must end well')
    .option('--parallelism <n>', 'of those, at a time')
    .option('--retries <n>', 'attempts at a slot after the first')
    .option('--deadline <duration>', 'a run that is not done by then has failed')
}

/** Undefined where nothing of a job was said. */
export function jobOf(flags: JobFlags): Job | undefined {
  const { schedule: cron, timeZone, overlap, completions, parallelism, retries, deadline } = flags
  if (overlap !== undefined && !isOneOf(['allow', 'forbid', 'replace'], overlap)) {
    throw wrongUsage('--overlap: allow, forbid or replace.')
  }
  const schedule = {
    ...(cron !== undefined && { cron }),
    ...(timeZone !== undefined && { timeZone }),
    ...(overlap !== undefined && { overlap }),
  }
  const job: Job = {
    ...(completions !== undefined && { completions: wholeNumber('--completions', completions) }),
    ...(parallelism !== undefined && { parallelism: wholeNumber('--parallelism', parallelism) }),
    ...(retries !== undefined && { retries: wholeNumber('--retries', retries) }),
    ...(deadline !== undefined && { deadlineMs: durationMs('--deadline', deadline) }),
    ...(Object.keys(schedule).length > 0 && { schedule }),
  }
  return flags.job || Object.keys(job).length > 0 ? job : undefined
}
