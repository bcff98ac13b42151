/**
 * Locks under leases, in the order in which they were asked for. Who holds one keeps its lease alive, and
 * stops in time when it cannot. Each holder's token is higher than the one before it: what is guarded
 * refuses one that is lower than it has seen.
 */
import type { OpenAPI } from '@orpc/contract'
import { z } from 'zod'
import { empty, operation } from './base.ts'
import { count, key } from './key-shapes.ts'

/** `?lease=…`: a DELETE has no body. */
function leaseInQuery({ requestBody: _, ...current }: OpenAPI.OperationObject) {
  const lease = { name: 'lease', in: 'query', required: true, schema: { type: 'string' as const } }
  return { ...current, parameters: [...(current.parameters ?? []), lease] }
}

export const locks = {
  acquire: operation({ permission: 'deploy' })
    .route({
      method: 'PUT',
      path: '/api/locks/{+lock}',
      summary: 'Ask for a lock, and wait for it in order',
    })
    .input(
      z.object({
        lock: key,
        /** Of the same namespace. */
        lease: key,
        /** How long the answer waits while others are ahead. The place in the line stays either way. */
        waitSeconds: z.number().min(0).max(60).default(0),
      }),
    )
    .output(
      z.object({
        ...{ lock: z.string(), lease: z.string(), held: z.boolean() },
        /** The holder's. */
        token: count.optional(),
        /** How many come before it. */
        ahead: count.optional(),
      }),
    ),
  show: operation()
    .route({
      method: 'GET',
      path: '/api/locks/{+lock}',
      summary: 'Who holds a lock, and who waits',
    })
    .input(
      z.object({
        lock: key,
        consistency: z.enum(['linearizable', 'stale']).default('linearizable'),
      }),
    )
    .output(
      z.object({
        lock: z.string(),
        /** Leases. */
        ...{ holder: z.string(), token: count, waiting: z.array(z.string()) },
      }),
    ),
  release: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/locks/{+lock}',
      summary: 'Give a lock back, or stop waiting for it',
      successStatus: 204,
      spec: leaseInQuery,
    })
    .input(z.object({ lock: key, lease: key }))
    .output(empty),
}
