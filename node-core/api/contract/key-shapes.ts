/** What keys, leases and locks are made of. */
import { z } from 'zod'

/** Letters of a key. */
export const KEY_LENGTH_MAX = 512
/** `<namespace>/…`: the first part is a name that belongs to an owner, as a workload's does. */
export const key = z.string().min(1).max(KEY_LENGTH_MAX)
/**
 * To be put. In a URL `.` and `..` between slashes mean something else, so such a key would be another one
 * by each door: none is made. One that is there already can be read and deleted.
 */
export const newKey = key.refine((text) => !hasDots(text), {
  message: 'A key has no part that is “.” or “..”.',
})
export const hasDots = (text: string): boolean =>
  text.split('/').some((part) => part === '.' || part === '..')
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
