/**
 * How long copies of a change have waited here for the committee to say where they go. It says so within
 * moments, unless it sees other computers than this one: then they start where they are. Pure.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Placement } from '../placement/index.ts'
import type { Slot } from '../spec/index.ts'
import { WORD_WAIT_MS } from './limits.ts'

export type WordWaits = ReadonlyMap<Slot, number>

/** Since when each waits; what has been told, or waits no more, is forgotten. */
export function wordWaits(
  before: WordWaits,
  { stays, assignments }: Pick<Placement, 'stays' | 'assignments'>,
  { self, nowMs }: { self: NodeId; nowMs: number },
): WordWaits {
  const waiting = [...stays].filter(
    ([slot, reason]) => reason === 'NOT_ASSIGNED' && assignments.get(slot) === self,
  )
  return new Map(waiting.map(([slot]) => [slot, before.get(slot) ?? nowMs]))
}

export function waitedLong(waits: WordWaits, nowMs: number): ReadonlySet<Slot> {
  const long = [...waits].filter(([, sinceMs]) => nowMs - sinceMs >= WORD_WAIT_MS)
  return new Set(long.map(([slot]) => slot))
}
