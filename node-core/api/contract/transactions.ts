/** What a transaction compares and does, after etcd's. All its keys, leases and locks are of one namespace. */
import { z } from 'zod'
import { count, key, keyEntry, newKey, value } from './key-shapes.ts'

const is = z.enum(['=', '!=', '<', '>'])

/** Of a key that is not there the numbers are 0, and no comparison with its value holds. */
export const comparison = z.discriminatedUnion('target', [
  z.object({
    /** The revisions at which it was made and last changed, and how often it was put since it was made. */
    ...{ target: z.enum(['createRevision', 'modRevision', 'version']), key },
    ...{ is, than: count },
  }),
  z.object({ target: z.literal('value'), key, is, than: value }),
  /** The lock of this name is this lease's now: what is guarded by it changes for its holder alone. */
  z.object({ target: z.literal('lock'), key, lease: key }),
])
export type Comparison = z.infer<typeof comparison>

/** No key is changed twice. A `get` sees what came before it, and all of them answer with 64 KiB at most. */
export const transactionStep = z.discriminatedUnion('op', [
  z.object({ op: z.literal('put'), key: newKey, value, lease: key.optional() }),
  z.object({ op: z.literal('delete'), key }),
  z.object({ op: z.literal('get'), key }),
])
export type TransactionStep = z.infer<typeof transactionStep>

export const transactionAnswer = z.discriminatedUnion('op', [
  z.object({ op: z.literal('put'), key: z.string() }),
  z.object({ op: z.literal('delete'), key: z.string(), deleted: z.boolean() }),
  z.object({ op: z.literal('get'), key: z.string(), entry: keyEntry.nullable() }),
])
export type TransactionAnswer = z.infer<typeof transactionAnswer>
