/** How a change takes over, and how many copies there are: said by its owner, and as it is now. */
import { z } from 'zod'
import { time } from './base.ts'
import { cpu, memory } from './quantity-shapes.ts'

/**
 * `rolling` (the default): slot by slot, `atOnce` of them at a time. `blueGreen`: all beside the old
 * ones, which have the traffic until the last new one is healthy. `canary`: a share of the requests at a
 * time, and back by itself if it does worse. `paused`: what serves stays.
 */
export const rollout = z.strictObject({
  kind: z.enum(['rolling', 'blueGreen', 'canary']).optional(),
  atOnce: z.number().int().min(1).max(1_000).optional(),
  /** Of a canary; after the last one it has all. 5 % and 25 %, for five minutes each, unless said. */
  steps: z
    .array(
      z.strictObject({
        /** Of a hundred requests. */
        share: z.number().int().min(1).max(99),
        /** Until somebody promotes it where it is not said. */
        forMs: z.number().int().positive().optional(),
      }),
    )
    .min(1)
    .max(16)
    .optional(),
  /** How long a new copy must be ready without a break before it counts for a change; 0 takes it away. */
  warmUpMs: z.number().int().min(0).max(3_600_000).optional(),
  paused: z.boolean().optional(),
})
export const rolloutView = rollout.required().partial({ steps: true, warmUpMs: true })

const count = z.number().int().min(0).max(1_000)
const target = z.number().int().positive()
const queue = z.strictObject({ key: z.string().max(512), perCopy: target })
const times = {
  upAfterMs: z.number().int().min(0),
  downAfterMs: z.number().int().min(0),
  idleMs: z.number().int().positive(),
  wakeMs: z.number().int().positive(),
}

/** How many copies follow from what is measured; `null` takes it, or one of its fields, away again. */
export const autoscale = z
  .strictObject({
    /** 0: it falls asleep after `idleMs` without a request, and wakes on the next, which waits `wakeMs`. */
    min: count.optional(),
    max: count.min(1).optional(),
    /** Of each copy; the most that any of these asks for counts. */
    requestsPerSecond: target.nullable().optional(),
    p99Ms: target.nullable().optional(),
    cpuPercent: target.max(1_000).nullable().optional(),
    /** A key of its own namespace that holds a whole number. */
    queue: queue.nullable().optional(),
    /** How long more, or fewer, must have been needed. */
    upAfterMs: times.upAfterMs.optional(),
    downAfterMs: times.downAfterMs.optional(),
    idleMs: times.idleMs.optional(),
    wakeMs: times.wakeMs.optional(),
    /** What all copies together may take. */
    ceiling: z
      .strictObject({ cpu: cpu.optional(), memory: memory.optional() })
      .nullable()
      .optional(),
  })
  .nullable()

export const autoscaleView = z.object({
  min: count,
  max: count,
  requestsPerSecond: target.optional(),
  p99Ms: target.optional(),
  cpuPercent: target.optional(),
  queue: queue.optional(),
  ...times,
  ceiling: z
    .object({ cpuMillis: z.number().optional(), memoryBytes: z.number().optional() })
    .optional(),
  /** What was decided last; `why` is a code. */
  now: z
    .object({ copies: count, why: z.string(), measured: z.number().optional(), since: time })
    .optional(),
})

/** A change under way that takes over by shares. */
export const canaryView = z.object({
  share: z.number().int(),
  /** From 0; as many as there are steps when it has all. */
  step: z.number().int(),
  since: time.optional(),
})
