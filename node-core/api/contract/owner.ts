/** Whose computer this is: an owner's key for other computers of that owner (docs/adr/0045). */
import { z } from 'zod'
import { operation } from './base.ts'

/** Fewest letters of a passphrase that somebody types. */
export const PASSPHRASE_LENGTH_MIN = 12
const PASSPHRASE_LENGTH_MAX = 1_024

/** A key from another computer, for a home that is about to found or join a network. */
export const ownerGiven = z.object({
  /** The file, as it was exported. */
  sealed: z.string().max(4_096),
  passphrase: z.string().min(1).max(PASSPHRASE_LENGTH_MAX),
  /** Where the home has another owner on whom something may hang: that is laid aside. */
  replace: z.boolean().default(false),
})

export const owner = {
  export: operation({ permission: 'local', needsNetwork: false })
    .route({
      method: 'POST',
      path: '/api/owner/export',
      summary: 'The key of the owner of this computer, under a passphrase',
    })
    .input(
      z.object({
        /** Absent: one is made, and is in this answer alone. */
        passphrase: z.string().min(PASSPHRASE_LENGTH_MIN).max(PASSPHRASE_LENGTH_MAX).optional(),
      }),
    )
    .output(z.object({ owner: z.string(), sealed: z.string(), made: z.string().optional() })),
}
