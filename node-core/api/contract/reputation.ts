/** How well owners keep what they promise, as others saw it. */
import { z } from 'zod'
import { operation, time } from './base.ts'

/** From 0 to 1. Everybody begins at 0.5; from 0.7 on trusted, below 0.4 doubtful. */
const figure = z.number().min(0).max(1)

const owned = z.object({ id: z.string(), name: z.string() })

const ownerReputation = z.object({
  owner: owned,
  reputation: figure,
  /** `doubtful`: it is given no vote by itself, and what it says of others counts for nothing. */
  repute: z.enum(['trusted', 'acceptable', 'doubtful']),
  /** What others said last, each at most once an hour; what is older than a week is forgotten. */
  observations: z.array(
    z.object({
      by: owned,
      /** How much of what was looked at ran as promised. */
      kept: figure,
      /** When the hour began, on the clock of the network. */
      at: time,
    }),
  ),
})
export type OwnerReputation = z.infer<typeof ownerReputation>

export const reputation = {
  list: operation()
    .route({
      method: 'GET',
      path: '/api/reputation',
      summary: 'How well owners keep what they promise',
    })
    /** Empty in a network without a registry. */
    .output(z.object({ owners: z.array(ownerReputation) })),
}
