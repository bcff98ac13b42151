/** Which nodes take no new work, or give away what they run, by the word of their owner or an admin. */
import { z } from 'zod'
import { isAdmin, registeredNode } from './authors.ts'
import { kind } from './kind.ts'
import { done, refuse } from './refusals.ts'
import { nodeId, sequence } from './shapes.ts'

/** `expect`: the version it takes the place of, 0 for none; absent: whichever. Value: `{ version }`. */
export const setCordon = kind(
  1,
  z.strictObject({
    ...{ node: nodeId, cordoned: z.boolean(), draining: z.boolean() },
    expect: sequence.exactOptional(),
  }),
  (state, author, { node, cordoned, draining, expect }) => {
    const held = registeredNode(state, node)
    if (!isAdmin(author) && held?.owner !== author.owner) return refuse('FORBIDDEN')
    if (!held) return refuse('NOT_FOUND')
    if (held.removed) return refuse('REMOVED')
    const current = state.cordons.get(node)?.version ?? 0
    if (expect !== undefined && expect !== current) return refuse('CONFLICT', { version: current })
    const version = current + 1
    state.cordons.set(node, { cordoned, draining, version, by: author.owner })
    return done({ version })
  },
)
