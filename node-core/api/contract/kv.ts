/** Keys and values of the network's registry: one truth for all who use it, with watches and leases. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { empty, operation } from './base.ts'

/** Letters of a key. */
export const KEY_LENGTH_MAX = 512
/** `<namespace>/…`: the first part is a name that belongs to an owner, as a workload's does. */
const key = z.string().min(1).max(KEY_LENGTH_MAX)
/** Anywhere in what is sent as text: at most 1 MiB of bytes. */
const value = z.base64()
const count = z.int().min(0)
const countInQuery = z.coerce.number().int().min(0)

/** stale: what the node asked has now, which may be behind; it needs no majority. */
const consistency = z.enum(['linearizable', 'stale']).default('linearizable')

/** The revision that the key has to be at; 0: there must be none. Over HTTP the header `If-Match`. */
const ifMatch = count.optional()

export const keyEntry = z.object({
  key: z.string(),
  value,
  /** Of the key's last change, for `If-Match`. The same as `modRevision`. */
  revision: count,
  createRevision: count,
  modRevision: count,
  /** It goes when this lease ends. */
  lease: z.string().optional(),
})
export type KeyEntry = z.infer<typeof keyEntry>

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
        prefix: z.string().max(KEY_LENGTH_MAX).default(''),
        /** Only keys after this one: the last of the page before. */
        after: key.optional(),
        limit: countInQuery.max(10_000).default(10_000),
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
      spec: (current) => ({ ...current, requestBody: VALUE_BODY }),
    })
    .input(z.object({ key, value, lease: key.optional(), ifMatch }))
    .output(keyEntry),
  delete: operation({ permission: 'deploy', destructive: true })
    .route({ method: 'DELETE', path: '/api/kv/{+key}', summary: 'Delete a key' })
    .input(z.object({ key, ifMatch }))
    .output(z.object({ key: z.string(), revision: count, deleted: z.boolean() })),
  watch: operation()
    .route({ method: 'GET', path: '/api/watch', summary: 'Changes of keys, as an event stream' })
    .input(
      z.object({
        prefix: z.string().max(KEY_LENGTH_MAX).default(''),
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
    .output(leaseView.extend({ leftSeconds: z.number() })),
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
