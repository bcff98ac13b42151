/** What a workload counts beside others where there is not room for all (docs/adr/0039). */
import { z } from 'zod'
import type { OwnerId } from '../../identity/index.ts'
import type { DesiredWorkload, Workload } from './index.ts'
import { PRIORITY_MAX, PRIORITY_MIN } from './limits.ts'

/** Names for numbers; a manifest may say either. */
export const PRIORITY_CLASSES = { low: -100, normal: 0, high: 100, critical: 1_000 } as const
type PriorityClass = keyof typeof PRIORITY_CLASSES

export const storedPriority = z.number().int().min(PRIORITY_MIN).max(PRIORITY_MAX)

export const priority = z.union([z.string(), z.number()]).transform((said, context): number => {
  if (typeof said === 'string' && isClass(said)) return PRIORITY_CLASSES[said]
  const parsed = storedPriority.safeParse(said)
  if (parsed.success) return parsed.data
  const names = Object.keys(PRIORITY_CLASSES).join(', ')
  const message = `One of ${names}, or a whole number from ${PRIORITY_MIN} to ${PRIORITY_MAX}.`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

function isClass(name: string): name is PriorityClass {
  return Object.hasOwn(PRIORITY_CLASSES, name)
}

/** Absent rather than 0: what says nothing of it is what it was before it could. */
export function priorityField(priority: number | undefined): Pick<Workload, 'priority'> {
  return priority ? { priority } : {}
}

/**
 * What it counts among all, and what it counts among its owner's. Above 0 it counts among all only if
 * an admin says so: everybody would, of their own.
 */
export type Rank = readonly [amongAll: number, amongOwn: number]

export function rankOf(desired: DesiredWorkload, isAdmin: (owner: OwnerId) => boolean): Rank {
  const said = desired.workload.priority ?? PRIORITY_CLASSES.normal
  return [isAdmin(desired.owner) ? said : Math.min(said, PRIORITY_CLASSES.normal), said]
}
