import { z } from 'zod'

/** A reason that something is less than it should be. The code never changes, the text may. */
export const reason = z.object({ code: z.string(), message: z.string() })
