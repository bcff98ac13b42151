/** The space of this computer's disk that the network has: what is kept, and freeing what nobody uses. */
import { z } from 'zod'
import { operation, time } from './base.ts'

const kept = z.object({
  /** layer: a copy of what the engine has. leftover: a part of a transfer that ended early. */
  kind: z.enum(['bundle', 'image', 'layer', 'leftover']),
  id: z.string(),
  name: z.string().optional(),
  sizeBytes: z.number().int(),
  usedAt: time,
  /**
   * Why it stays: a workload or a step back needs it; it is on its way; it is kept for all members; or
   * this node does not know now. Absent where nothing keeps it.
   */
  use: z.enum(['workload', 'transfer', 'keeper', 'unknown']).optional(),
})
export type KeptView = z.infer<typeof kept>

export const space = {
  show: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/api/space', summary: 'What is kept here for the network' })
    .output(
      z.object({
        budgetBytes: z.number().int(),
        usedBytes: z.number().int(),
        /** What `reclaim` would free now, or more. */
        reclaimableBytes: z.number().int(),
        kept: z.array(kept),
      }),
    ),
  reclaim: operation({ permission: 'local', destructive: true, needsNetwork: false })
    .route({ method: 'POST', path: '/api/space/reclaim', summary: 'Free what nobody uses' })
    .output(
      z.object({
        freedBytes: z.number().int(),
        dropped: z.array(kept),
        /**
         * What could not be freed. in-use: a container or another image is made of it. failed: the
         * message says why.
         */
        stayed: z.array(
          kept.extend({ reason: z.enum(['in-use', 'failed']), message: z.string().optional() }),
        ),
      }),
    ),
}
