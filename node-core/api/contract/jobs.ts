/** Work that runs to its end: what is said of it, and how its runs went. */
import { z } from 'zod'
import { time } from './base.ts'

/**
 * It runs to its end instead of serving. `completions` slots of a run must end well, `parallelism` of
 * them at a time, each with so many `retries`; `schedule`: when a run is due.
 */
const schedule = z.strictObject({
  /** Minute, hour, day of the month, month, day of the week; or `@daily` and its like. */
  cron: z.string().min(1).max(128).optional(),
  timeZone: z.string().min(1).max(128).optional(),
  overlap: z.enum(['allow', 'forbid', 'replace']).optional(),
  startWithinMs: z.number().int().min(1_000).max(604_800_000).optional(),
  paused: z.boolean().optional(),
})
export const job = z.strictObject({
  completions: z.number().int().min(1).max(1_000).optional(),
  parallelism: z.number().int().min(1).max(1_000).optional(),
  retries: z.number().int().min(0).max(100).optional(),
  deadlineMs: z.number().int().min(1_000).max(2_592_000_000).optional(),
  lostAfterMs: z.number().int().min(0).max(86_400_000).optional(),
  schedule: schedule.optional(),
})
/** One run of a job, going on or ended. */
export const jobRun = z.object({
  run: z.number().int(),
  dueAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  outcome: z.enum(['running', 'succeeded', 'failed', 'replaced', 'missed']),
  /** Why, where the results do not tell. */
  code: z.string().optional(),
  /** While it goes on: so far, by the latest attempt at each slot; another may follow one that failed. */
  succeeded: z.number().int(),
  failed: z.number().int(),
  /** How slots ended, those that failed first; not all of many. */
  results: z.array(
    z.object({
      index: z.number().int(),
      attempt: z.number().int(),
      node: z.string(),
      nodeName: z.string(),
      outcome: z.enum(['succeeded', 'failed', 'lost']),
      /** Absent where nobody saw it. */
      exitCode: z.number().int().optional(),
      endedAt: time,
    }),
  ),
})
export type JobRunView = z.infer<typeof jobRun>

export const jobView = job
  .required()
  .partial({ deadlineMs: true, schedule: true })
  .extend({ schedule: schedule.required().optional(), nextRunAt: time.optional() })
