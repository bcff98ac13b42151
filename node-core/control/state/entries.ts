/** The parts of `net/removed/` and `net/member/` values that decide what may stand. Hostile input. */
import { z } from 'zod'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import { AUTHORS_MAX, SEQUENCE_MAX } from './limits.ts'
import type { Position } from './position.ts'

/** How far each of an owner's streams had been seen. */
export type Through = ReadonlyMap<NodeId, Position>

/** From `through` on these permissions hold instead of the certificate's. */
export interface Grant {
  through: Through
  permissions: readonly Permission[]
}

const sequence = z.int().min(0).max(SEQUENCE_MAX)
const THROUGH = z
  .record(
    z.string().refine((text) => parseNodeId(text) !== undefined),
    z.tuple([sequence, sequence]),
  )
  .refine((through) => Object.keys(through).length <= AUTHORS_MAX)
const PERMISSIONS = z.array(z.enum(['admin', 'invite', 'deploy', 'use'])).max(4)
const REMOVED = z.looseObject({ through: THROUGH })
const MEMBER = z.looseObject({
  permissions: PERMISSIONS,
  through: THROUGH.optional(),
  /** Earlier grants, oldest first, so that what one of them refused is not let in by the next. */
  earlier: z
    .array(z.looseObject({ permissions: PERMISSIONS, through: THROUGH }))
    .max(64)
    .optional(),
})

/** A removal that cannot be read cuts everything: an admin signed that the owner is out. */
export function readRemovedEntry(value: unknown): Through {
  const parsed = REMOVED.safeParse(value)
  return parsed.success ? throughOf(parsed.data.through) : new Map()
}

/** Oldest first; empty for an entry that changes nothing. */
export function readMemberEntry(value: unknown): Grant[] {
  const parsed = MEMBER.safeParse(value)
  if (!parsed.success) return []
  const { earlier = [], through, permissions } = parsed.data
  const grants = through ? [...earlier, { through, permissions }] : earlier
  return grants.map((grant) => ({
    through: throughOf(grant.through),
    permissions: grant.permissions,
  }))
}

/** What an entry that draws no line grants, or the latest grant. Undefined if it cannot be read. */
export function readVouched(value: unknown): readonly Permission[] | undefined {
  return MEMBER.safeParse(value).data?.permissions
}

/** Whether an entry says no more than: this owner is admitted, with at most these permissions. */
export function admitsWithin(value: unknown, held: ReadonlySet<Permission>): boolean {
  const entry = MEMBER.safeParse(value).data
  if (!entry || entry.through || entry.earlier) return false
  return entry.permissions.every((permission) => held.has(permission))
}

/** Whether the owner is an admin by this entry, or was by an earlier grant. */
export function concernsAdmin(value: unknown): boolean {
  const entry = MEMBER.safeParse(value).data
  if (!entry) return false
  return [entry, ...(entry.earlier ?? [])].some(({ permissions }) => permissions.includes('admin'))
}

function throughOf(through: Record<string, [number, number]>): Through {
  return new Map(Object.entries(through).map(([id, position]) => [id as NodeId, position]))
}
