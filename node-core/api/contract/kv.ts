/** Keys and values of the network's registry: one truth for all who use it, with watches and leases. */
import { eventIterator, type OpenAPI } from '@orpc/contract'
import { z } from 'zod'
import { empty, operation } from './base.ts'
import { count, key, keyEntry, newKey, value } from './key-shapes.ts'
import { comparison, transactionAnswer, transactionStep } from './transactions.ts'

const countInQuery = z.coerce.number().int().min(0)

/** stale: what the node asked has now, which may be behind; it needs no majority. */
const consistency = z.enum(['linearizable', 'stale']).default('linearizable')

/**
 * The revision that the key has to be at; 0: there must be none; `*`: there must be one. Over HTTP the
 * header `If-Match`.
 */
const ifMatch = z.union([count, z.literal('*')]).optional()

/** How the condition is sent over HTTP, where a DELETE has no body. */
const CONDITIONS = [
  {
    ...{ name: 'If-Match', in: 'header', schema: { type: 'string' as const } },
    description: 'The revision that the key has to be at; `*`: there must be one.',
  },
  {
    ...{ name: 'If-None-Match', in: 'header', schema: { type: 'string' as const, enum: ['*'] } },
    description: 'There must be none.',
  },
]

const LEASE_IN_QUERY = {
  ...{ name: 'lease', in: 'query', schema: { type: 'string' as const } },
  description: 'Of a body that is the value itself.',
}

function conditionsInHeaders({ requestBody: _, ...current }: OpenAPI.OperationObject) {
  return { ...current, parameters: [...(current.parameters ?? []), ...CONDITIONS] }
}

const keyChange = z.object({
  type: z.enum(['put', 'delete']),
  key: z.string(),
  revision: count,
  entry: keyEntry.optional(),
})
export type KeyChangeView = z.infer<typeof keyChange>

const leaseView = z.object({ lease: z.string(), ttlSeconds: z.number() })

/** The body is the value itself, or with `application/json` an object with `value` and `lease`. */
const VALUE_BODY = {
  required: true,
  content: {
    'application/octet-stream': {},
    'application/json': {
      schema: {
        type: 'object' as const,
        properties: {
          value: { type: 'string' as const, contentEncoding: 'base64' },
          lease: { type: 'string' as const },
        },
        required: ['value'],
      },
    },
  },
}

export const kv = {
  get: operation()
    .route({ method: 'GET', path: '/api/kv/{+key}', summary: 'One key' })
    .input(z.object({ key, consistency }))
    .output(keyEntry),
  list: operation()
    .route({ method: 'GET', path: '/api/kv', summary: 'Keys by their beginning, in order' })
    .input(
      z.object({
        prefix: z.string().max(512).default(''),
        /** Only keys after this one: the last of the page before. */
        after: key.optional(),
        limit: countInQuery.min(1).max(10_000).default(10_000),
        consistency,
      }),
    )
    .output(
      z.object({
        keys: z.array(keyEntry),
        /** Of the store: watch from the one after it, and nothing is missed. */
        revision: count,
        /** There are more after the last one. */
        more: z.boolean(),
      }),
    ),
  put: operation({ permission: 'deploy' })
    .route({
      method: 'PUT',
      path: '/api/kv/{+key}',
      summary: 'Put a value',
      spec: (current) => {
        const { parameters, ...rest } = conditionsInHeaders(current)
        return { ...rest, parameters: [...parameters, LEASE_IN_QUERY], requestBody: VALUE_BODY }
      },
    })
    .input(z.object({ key: newKey, value, lease: key.optional(), ifMatch }))
    .output(keyEntry),
  delete: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/kv/{+key}',
      summary: 'Delete a key',
      spec: conditionsInHeaders,
    })
    .input(z.object({ key, ifMatch }))
    .output(z.object({ key: z.string(), revision: count, deleted: z.boolean() })),
  transact: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/transactions',
      summary: 'Several keys of one namespace at once, if comparisons hold',
    })
    .input(
      z.object({
        /** All have to hold for `success`; otherwise `failure` is done. */
        compare: z.array(comparison).max(128).default([]),
        success: z.array(transactionStep).max(128).default([]),
        failure: z.array(transactionStep).max(128).default([]),
      }),
    )
    .output(
      z.object({
        succeeded: z.boolean(),
        /** Of the store after it; every key that it changed is at this one. */
        revision: count,
        /** One for each step of what was done, in order. */
        answers: z.array(transactionAnswer),
      }),
    ),
  watch: operation()
    .route({ method: 'GET', path: '/api/watch', summary: 'Changes of keys, as an event stream' })
    .input(
      z.object({
        prefix: z.string().max(512).default(''),
        /** Default: what changes from now on. */
        from: countInQuery.optional(),
      }),
    )
    .output(eventIterator(keyChange)),
}

export const leases = {
  grant: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/leases',
      summary: 'Make a lease, on which keys can hang',
      successStatus: 201,
    })
    .input(z.object({ lease: key, ttlSeconds: z.int().min(1).max(86_400) }))
    .output(leaseView),
  show: operation()
    .route({ method: 'GET', path: '/api/leases/{+lease}', summary: 'What is left of a lease' })
    .input(z.object({ lease: key, consistency }))
    .output(
      leaseView.extend({
        /** At least so long, and never more than `ttlSeconds`. */
        leftSeconds: z.number(),
      }),
    ),
  keep: operation({ permission: 'deploy' })
    .route({ method: 'PUT', path: '/api/leases/{+lease}', summary: 'Keep a lease alive' })
    .input(z.object({ lease: key }))
    .output(leaseView),
  revoke: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/leases/{+lease}',
      summary: 'End a lease, and the keys on it',
      successStatus: 204,
    })
    .input(z.object({ lease: key }))
    .output(empty),
}
