/** Values of the shared state that only the API reads. Other nodes wrote them: shape first. */
import { z } from 'zod'

const links = z.object({
  links: z
    .array(z.object({ to: z.string().max(64), latencyMs: z.number().nonnegative().optional() }))
    .max(4_096),
})

/** `node/<NodeId>/links`; nothing when the value is not one. */
export function parseLinks(value: unknown): { to: string; latencyMs?: number }[] {
  const parsed = links.safeParse(value)
  if (!parsed.success) return []
  return parsed.data.links.map(({ to, latencyMs }) => ({
    to,
    ...(latencyMs !== undefined && { latencyMs }),
  }))
}

const instanceFacts = z.object({
  workload: z.string().max(63),
  index: z.number().int(),
  status: z.enum(['Pending', 'Pulling', 'Starting', 'Running', 'Stopping', 'Stopped', 'Failed']),
  health: z.enum(['unknown', 'healthy', 'unhealthy']),
  progress: z.string().max(1_024).optional(),
  reason: z.object({ code: z.string().max(64), message: z.string().max(4_096) }).optional(),
})
export type InstanceFacts = z.infer<typeof instanceFacts>

/** The part of `node/<NodeId>/instance/<id>` that an event tells. */
export function parseInstanceFacts(value: unknown): InstanceFacts | undefined {
  const parsed = instanceFacts.safeParse(value)
  return parsed.success ? parsed.data : undefined
}
