/** What happens, as it happens. Over HTTP it is `WS /api/ws/events`. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { operation, time } from './base.ts'

export const EVENT_TOPICS = ['node', 'workload', 'instance', 'network', 'log'] as const

export const event = z.object({
  id: z.string(),
  /** `node.up`, `instance.changed`, … The part before the dot is its topic. */
  type: z.string(),
  timestamp: time,
  data: z.record(z.string(), z.unknown()),
})
export type NodeEvent = z.infer<typeof event>

/**
 * A reader that is too slow is told `events.missed` with `data.count`, and never blocks the node.
 * Without `subscribe` every topic is sent.
 */
export const events = {
  watch: operation({ permission: 'local', needsNetwork: false })
    .input(z.object({ subscribe: z.array(z.enum(EVENT_TOPICS)).optional() }))
    .output(eventIterator(event)),
}
