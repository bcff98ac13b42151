/** Shapes that several signed documents share. */
import { z } from 'zod'
import { parseTimestamp } from '../base/clock/index.ts'
import { bytesOf } from './envelope.ts'
import { NAME_LENGTH_MAX } from './limits.ts'

/** Control characters, and those that turn the direction of the text around them. */
const HIDDEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/**
 * What people call a network, an owner or a node: no blanks at its ends, no characters that hide.
 */
export const name = z
  .string()
  .min(1)
  .max(NAME_LENGTH_MAX)
  .refine((text) => text.trim() === text && !HIDDEN.test(text))

export const timestamp = z.string().refine((text) => parseTimestamp(text) !== undefined)

/** Sorted as here and without repeats, so that one set has one form. */
const PERMISSIONS = ['admin', 'invite', 'deploy', 'use'] as const
export const permissions = z
  .array(z.enum(PERMISSIONS))
  .min(1)
  .refine((list) => list.every((item, at) => at === 0 || rank(item) > rank(list[at - 1])))

export function sortPermissions(list: Iterable<(typeof PERMISSIONS)[number]>) {
  const held = new Set(list)
  return PERMISSIONS.filter((permission) => held.has(permission))
}

export const role = z.enum(['sclerotia', 'rhizomorph', 'hypha'])
export const networkBytes = bytesOf(32)

function rank(permission: (typeof PERMISSIONS)[number] | undefined): number {
  return permission === undefined ? -1 : PERMISSIONS.indexOf(permission)
}
