/** What a workload says of the data that its copies keep. */
import { z } from 'zod'
import { memory } from './quantity-shapes.ts'

const name = z.string().max(63)

export const mount = z.strictObject({
  volume: name,
  path: z.string().startsWith('/').max(1_024),
  readOnly: z.boolean(),
})
export const mounts = z.array(mount.partial({ readOnly: true })).max(32)

/** What each copy keeps, on the node that runs it. */
export const volumes = z
  .array(
    z.strictObject({
      name,
      /** `5Gi`; watched, not enforced. */
      size: memory.optional(),
      /** When its node is out of sight: wait for it (the default), or start elsewhere with nothing. */
      ifLost: z.enum(['wait', 'empty']).optional(),
    }),
  )
  .max(16)

export const volumeClaim = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  ifLost: z.enum(['wait', 'empty']),
})
