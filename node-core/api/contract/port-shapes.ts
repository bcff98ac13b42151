import { z } from 'zod'

export const port = z.strictObject({
  containerPort: z.number().int().min(1).max(65_535),
  hostPort: z.number().int().min(1).max(65_535).optional(),
  protocol: z.enum(['tcp', 'udp']).optional(),
})
