/** What keys, leases and locks are made of. */
import { z } from 'zod'

/** Letters of a key. */
export const KEY_LENGTH_MAX = 512
/** `<namespace>/…`: the first part is a name that belongs to an owner, as a workload's does. */
export const key = z.string().min(1).max(KEY_LENGTH_MAX)
/** Anywhere in what is sent as text: at most 1 MiB of bytes. */
export const value = z.base64()
export const count = z.int().min(0)

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
