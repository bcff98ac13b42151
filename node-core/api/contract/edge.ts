/** How a workload is reached: what it asks of every edge, and what became of it at this one. */
import { z } from 'zod'
import { reason } from './reason.ts'

const portNumber = z.number().int().min(1).max(65_535)

/** Ports of its own at every edge, and how long answers may take. */
export const edgeRules = z.strictObject({
  tcp: z
    .array(z.strictObject({ port: portNumber, containerPort: portNumber }))
    .max(16)
    .optional(),
  answerMs: z.number().int().positive().optional(),
  idleMs: z.number().int().positive().optional(),
})

/** Ports of its own at this node's edge, and why one is not listened for. */
export const published = z.array(
  z.object({
    port: portNumber,
    containerPort: portNumber,
    address: z.string().optional(),
    reason: reason.optional(),
  }),
)
