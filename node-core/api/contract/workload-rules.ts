/** What a workload says of its copies as a whole: where they go, who has room, how they end. */
import { z } from 'zod'
import { workloadName } from './workload-name.ts'

/** What copies are spread over first, and which workloads they avoid or prefer the nodes of. */
export const placementRules = z.strictObject({
  spread: z.enum(['node', 'site', 'owner']).optional(),
  apart: z.array(workloadName).max(32).optional(),
  near: z.array(workloadName).max(32).optional(),
})

/**
 * What becomes of an instance that has ended: `onFailure` unless by exit code 0; `atMost`: restarts in
 * a row; before each a wait that doubles from `backoffMs` to `backoffMsMax`.
 */
export const restart = z.strictObject({
  when: z.enum(['always', 'onFailure', 'never']).optional(),
  atMost: z.number().int().min(1).max(1_000).optional(),
  backoffMs: z.number().int().min(100).max(3_600_000).optional(),
  backoffMsMax: z.number().int().min(100).max(3_600_000).optional(),
})
/** What it counts where there is not room for all: a class, or a whole number from -1000 to 1000. */
export const priority = z.union([
  z.enum(['low', 'normal', 'high', 'critical']),
  z.number().int().min(-1_000).max(1_000),
])
/** How many copies must go on serving, or may be away, when something is moved, changed or displaced. */
export const disruption = z.strictObject({
  minAvailable: z.number().int().min(0).max(1_000).optional(),
  maxUnavailable: z.number().int().min(0).max(1_000).optional(),
})
/** Milliseconds that an ending instance has, between being asked to end and being made to. */
export const graceMs = z.number().int().min(0).max(3_600_000)

/**
 * Secrets of the workload that each copy is handed, in a variable (as it was when the copy was started)
 * or a file under `/run/mycelium/secrets` (as it is).
 */
export const secretUses = z
  .array(
    z.strictObject({
      name: z.string().max(512),
      env: z.string().max(128).optional(),
      file: z.string().max(128).optional(),
    }),
  )
  .max(32)
