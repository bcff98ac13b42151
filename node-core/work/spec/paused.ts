/**
 * A workload of which nothing is to run until somebody lets it go on (docs/adr/0056). It is all there but its
 * copies: while it is paused none is wanted, and how many there were is kept beside that. Pure.
 */
import { z } from 'zod'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import type { Workload } from './index.ts'
import { REPLICAS_MAX } from './limits.ts'

export interface Paused {
  /** ISO 8601, by the wall clock of the node that was told, for people. */
  at: string
  by: OwnerId
  /** How many there are once it goes on; of what is scaled what was decided last comes first. */
  copies: number
}

const owner = z.string().transform((text, context): OwnerId => {
  const parsed = parseOwnerId(text)
  if (parsed) return parsed
  context.addIssue({ code: 'custom', message: 'Not an owner.' })
  return z.NEVER
})

export const storedPaused = z.strictObject({
  at: z.iso.datetime(),
  by: owner,
  copies: z.number().int().min(1).max(REPLICAS_MAX),
})

/** Unchanged where it is paused already: who was first, and when, stays. */
export function pausedFrom(workload: Workload, said: Pick<Paused, 'at' | 'by'>): Workload {
  if (workload.paused) return workload
  const { at, by } = said
  // One that is asleep goes on asleep, by what was decided last.
  const copies = Math.max(1, workload.replicas)
  return { ...workload, replicas: 0, paused: { at, by, copies } }
}

export function resumedFrom(workload: Workload): Workload {
  const { paused, ...rest } = workload
  return paused ? { ...rest, replicas: paused.copies } : workload
}

/** Whether the slot of that number is its own, though it may be paused: what the slot keeps is in use. */
export function hasSlot({ replicas, paused }: Workload, index: number): boolean {
  return index < (paused?.copies ?? replicas)
}

/** Whatever is changed meanwhile counts once it goes on, the number of copies too. */
export function whilePaused(now: Workload, change: (resumed: Workload) => Workload): Workload {
  if (!now.paused) return change(now)
  return pausedFrom(change(resumedFrom(now)), now.paused)
}
