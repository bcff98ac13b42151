/** The parts of `net/removed/` and `net/member/` values that decide what may stand. Hostile input. */
import { z } from 'zod'
import type { Permission } from '../../identity/index.ts'
import { isLine, type Line } from './line.ts'

/** These permissions hold instead of the certificate's for all that the line does not name. */
export interface Grant {
  line: Line
  permissions: readonly Permission[]
}

const LINE = z.custom<Line>(isLine)
const REMOVED = z.looseObject({ standing: LINE })
const MEMBER = z.looseObject({
  permissions: z.array(z.enum(['admin', 'invite', 'deploy', 'use'])).max(4),
  standing: LINE.optional(),
  /** Whether it was an admin before. */
  admin: z.boolean().optional(),
})

/** A removal that cannot be read cuts everything: an admin signed that the owner is out. */
export function readRemovedEntry(value: unknown): Line {
  return REMOVED.safeParse(value).data?.standing ?? new Uint8Array()
}

/** Undefined for an entry that changes nothing: an admission, or what cannot be read. */
export function readGrant(value: unknown): Grant | undefined {
  const entry = MEMBER.safeParse(value).data
  return entry?.standing && { line: entry.standing, permissions: entry.permissions }
}

/** What an entry grants, whether it draws a line or not. Undefined if it cannot be read. */
export function readVouched(value: unknown): readonly Permission[] | undefined {
  return MEMBER.safeParse(value).data?.permissions
}

/** Whether an entry says no more than: this owner is admitted, with at most these permissions. */
export function admitsWithin(value: unknown, held: ReadonlySet<Permission>): boolean {
  const entry = MEMBER.safeParse(value).data
  if (!entry || entry.standing || entry.admin !== undefined) return false
  return entry.permissions.every((permission) => held.has(permission))
}

/** Whether the owner is an admin by this entry, or was before it. */
export function concernsAdmin(value: unknown): boolean {
  const entry = MEMBER.safeParse(value).data
  return entry !== undefined && (entry.admin === true || entry.permissions.includes('admin'))
}
