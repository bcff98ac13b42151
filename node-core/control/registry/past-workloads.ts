/** What workloads were before: a bad version can be taken back, and an end undone. */
import { z } from 'zod'
import { kind } from './kind.ts'
import { PAST_MAX, PAST_TOTAL_MAX } from './limits.ts'
import { whyNotOwn } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import type { DesiredSpec, PastSpec } from './rows.ts'
import { name, positive } from './shapes.ts'
import type { State } from './state.ts'

/**
 * By its owner or an admin, before something else takes its place: the present generation is kept as
 * it is. Only the author knows which are worth it: the registry cannot read what they ask for. The
 * oldest makes room. Value: null.
 */
export const keepWorkload = kind(
  1,
  z.strictObject({ name, generation: positive }),
  (state, author, { name, generation }) => {
    const refusal = whyNotOwn(state, author, name)
    if (refusal) return refuse(refusal)
    const row = state.workloads.get(name)
    if (!row) return refuse('NOT_FOUND')
    if (row.generation !== generation) return refuse('CONFLICT', { generation: row.generation })
    return keep(state, name, row) ? done() : refuse('LIMIT_REACHED')
  },
)

/** False where there is no room. */
export function keep(state: State, name: string, row: DesiredSpec): boolean {
  const key = keyOf(name, row.generation)
  const kept = state.past.keys(`${name}/`)
  const isKnown = state.past.get(key) !== undefined
  const [oldest] = kept
  if (!isKnown && oldest !== undefined && kept.length >= PAST_MAX) state.past.delete(oldest)
  if (!isKnown && state.past.size >= PAST_TOTAL_MAX) return false
  state.past.set(key, { ...row, untilMs: state.clock.askedMs })
  return true
}

/** With the name. */
export function forget(state: State, name: string): void {
  for (const key of state.past.keys(`${name}/`)) state.past.delete(key)
}

/** The oldest first. */
export function pastOf(state: State, name: string): PastSpec[] {
  return state.past.page(`${name}/`, { limit: PAST_MAX }).map(([, row]) => row)
}

/** Sorted as text in the order of generations. */
function keyOf(name: string, generation: number): string {
  return `${name}/${String(generation).padStart(15, '0')}`
}
