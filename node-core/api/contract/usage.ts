/** What instances use. */
import { z } from 'zod'
import { operation, time } from './base.ts'

const count = z.number().nonnegative()

/** Counters go up from the start of the instance: a rate is made of two readings and their times. */
const instanceUsage = z.object({
  instance: z.string(),
  index: z.number().int(),
  node: z.string(),
  nodeName: z.string(),
  /** When it was read. */
  at: time,
  cpuSeconds: count,
  memoryBytes: count,
  /** Absent where nobody counts them: of programs of a node that is not root. */
  receivedBytes: count.optional(),
  sentBytes: count.optional(),
  /** Seconds of graphics processors that it has leased; absent where it has none. */
  gpuSeconds: count.optional(),
  restarts: z.number().int(),
})
export type InstanceUsageView = z.infer<typeof instanceUsage>

export const workloadUsage = {
  /** Engines are asked when this is, at most once a second. */
  usage: operation()
    .route({
      method: 'GET',
      path: '/api/workloads/{name}/usage',
      summary: 'What each instance in reach uses of processor, memory and network',
    })
    .input(z.object({ name: z.string().min(1).max(300) }))
    .output(
      z.object({
        /** What one copy may take, all of its parts together; absent once it is not wanted. */
        limits: z.object({ cpuMillis: z.number(), memoryBytes: z.number() }).optional(),
        instances: z.array(instanceUsage),
      }),
    ),
}
