/**
 * Who runs in a container: `1000`, `1000:1000`, `www-data`, by number or by the image's own names; and the
 * rights that root has in it.
 */
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

/**
 * What every container has of Linux' capabilities, whatever it is told. All of them are in the engine's
 * own default, and act on what is the container's: its files, users, processes and ports. Official images
 * start as root, give their data to a user of their own and become that user; `no-new-privileges` keeps
 * them from coming back. Left out of the default: NET_RAW (forged packets), MKNOD, SYS_CHROOT, SETFCAP,
 * SETPCAP, AUDIT_WRITE (docs/adr/0033).
 */
export const CAPABILITIES = [
  ...(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'] as const),
  ...(['SETUID', 'SETGID', 'KILL', 'NET_BIND_SERVICE'] as const),
]
