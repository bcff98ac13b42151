/** Who runs in a container: `1000`, `1000:1000`, `www-data`, by number or by the image's own names. */
import { z } from 'zod'
import { USER_MAX } from './limits.ts'

const FORM = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/

export function isUser(text: string): boolean {
  const tooHigh = (one: string): boolean => /^\d+$/.test(one) && Number(one) > USER_MAX
  return FORM.test(text) && !text.split(':').some(tooHigh)
}

export const user = z.string().refine(isUser, {
  error: 'A user, with a group after ":" if need be, such as "1000:1000" or "www-data".',
})
