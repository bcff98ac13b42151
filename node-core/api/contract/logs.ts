/** What instances wrote. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { operation, textLines, time } from './base.ts'

/** Places in logs that one may read on behind at once. */
export const LOG_PLACES_MAX = 1_000

const logLine = z.object({
  at: time,
  instance: z.string(),
  node: z.string(),
  /** `note`: said by the node about what is or is not there. */
  stream: z.enum(['stdout', 'stderr', 'note']),
  line: z.string(),
  /** Which container wrote it, where there are several. */
  part: z.string().optional(),
  /** Where it stands, for `after`; none where it is no line of that log, but said beside it. */
  place: z.string().optional(),
})

/** Of an instance that may be gone. */
const keptLog = z.object({
  instance: z.string(),
  index: z.number().int(),
  node: z.string(),
  nodeName: z.string(),
  since: time,
  /** When it was gone. */
  until: time.optional(),
  /** Up to when it goes, as far as known. */
  lastAt: time,
  /** Its node is out of reach, or has it no more: only the end, as another node keeps it. */
  copy: z.boolean(),
})

export type KeptLogView = z.infer<typeof keptLog>

const which = {
  /** The last lines; `all` is everything that is kept. */
  tail: z.union([z.number().int().min(0).max(100_000), z.literal('all')]).default(200),
  follow: z.boolean().default(false),
  /**
   * The place of the last line that was read of each instance: what was written behind them, whatever
   * its times, and of other instances all that is kept, in place of `tail`. What of it is kept no more
   * is said by a `note`.
   */
  after: z.array(z.string().min(1).max(160)).min(1).max(LOG_PLACES_MAX).optional(),
  /** Nothing from before. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Only lines that contain it, in whatever case. */
  grep: z.string().min(1).max(256).optional(),
  /** Of instances that are gone, and of the others what they wrote before they were started again. */
  previous: z.boolean().default(false),
}

export const workloadLogs = {
  /** Over HTTP these are lines of text, served by `doors/http` itself. */
  logs: operation()
    .route({
      method: 'GET',
      path: '/api/workloads/{name}/logs',
      summary: 'Lines of every instance, merged by time; `follow` keeps the answer open',
      spec: textLines,
    })
    .input(
      z.object({
        name: z.string().min(1).max(300),
        /** Only this instance. */
        instance: z.string().max(128).optional(),
        ...which,
      }),
    )
    .output(eventIterator(logLine)),
  /** Lines of one instance by its id, whichever workload it belongs to. */
  instanceLogs: operation()
    .route({
      method: 'GET',
      path: '/api/containers/{id}/logs',
      summary: 'Lines of one instance',
      spec: textLines,
    })
    .input(z.object({ id: z.string().min(1).max(128), ...which }))
    .output(eventIterator(logLine)),
  keptLogs: operation()
    .route({
      method: 'GET',
      path: '/api/workloads/{name}/logs/kept',
      summary: 'Which logs can be read, those of instances that are gone included',
    })
    .input(z.object({ name: z.string().min(1).max(300) }))
    .output(z.object({ logs: z.array(keptLog) })),
}
