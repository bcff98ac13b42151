/**
 * Secrets of workloads: written, listed and deleted, and never read back. A value is sealed on the node
 * that is asked, for the nodes that may read it.
 */
import { z } from 'zod'
import { empty, operation } from './base.ts'
import { count, key } from './key-shapes.ts'

/** `<workload>/…`: the first part is a name that belongs to an owner. */
export const secretName = key
const name = secretName
/** As manifests name secrets; what has another name could be given to nobody. */
const usableName = secretName.refine((text) => /^[a-z0-9-]{1,63}\/[\x21-\x7e]{1,448}$/.test(text), {
  error: 'The workload’s name, “/” and more, without spaces: such as “shop/password”.',
})

const secretView = z.object({
  name: z.string(),
  /** Goes up with every value. */
  version: count,
  readers: z.array(
    z.object({
      /** The node. */
      id: z.string(),
      /** What it is called; absent where this node has not heard of it. */
      name: z.string().optional(),
      /**
       * waiting: it may read, and nobody has wrapped the key for it yet. former: it may read no later
       * version, and may know this one still.
       */
      state: z.enum(['ready', 'waiting', 'former']),
    }),
  ),
})
export type SecretView = z.infer<typeof secretView>

export const secrets = {
  list: operation()
    .route({ method: 'GET', path: '/api/secrets', summary: 'Names of secrets and who reads them' })
    .input(
      z.object({
        prefix: z.string().max(512).default(''),
        /** Only what comes after this one: the last of the page before. */
        after: name.optional(),
        limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
      }),
    )
    .output(z.object({ secrets: z.array(secretView), more: z.boolean() })),
  set: operation({ permission: 'deploy' })
    .route({ method: 'PUT', path: '/api/secrets/{+name}', summary: 'A secret’s next version' })
    .input(
      z.object({
        name: usableName,
        /** From one byte to 65,000. */
        value: z.base64().refine((text) => text !== '', { error: 'The value is empty.' }),
        /** The version it takes the place of; 0: there must be none; `*`: there must be one. */
        version: z.union([count, z.literal('*')]).optional(),
      }),
    )
    .output(secretView),
  delete: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/secrets/{+name}',
      summary: 'Delete a secret',
      successStatus: 204,
    })
    .input(z.object({ name, version: z.coerce.number().int().min(0).optional() }))
    .output(empty),
}
