/** What workloads were before: a bad version can be taken back, and an end undone. */
import { z } from 'zod'
import type { Author } from './authors.ts'
import { kind } from './kind.ts'
import { PAST_MAX, PAST_TOTAL_MAX } from './limits.ts'
import { whyNotOwn } from './namespaces.ts'
import { done, type Outcome, refuse } from './refusals.ts'
import type { DesiredSpec, PastSpec } from './rows.ts'
import { name, positive } from './shapes.ts'
import { mayTake } from './shares.ts'
import type { State } from './state.ts'
import { mayGrow } from './weight.ts'

/**
 * By its owner or an admin, before something else takes its place: the present generation is kept as
 * it is. Only the author knows which are worth it: the registry cannot read what they ask for. The
 * oldest makes room. Value: null.
 */
export const keepWorkload = kind(
  1,
  z.strictObject({ name, generation: positive }),
  (state, author, { name, generation }) => {
    const row = keepable(state, author, { name, generation })
    if ('ok' in row) return row
    return keep(state, name, row) ? done() : refuse('LIMIT_REACHED')
  },
)

/**
 * The same by an author that says which earlier generation makes room where there is none: it can read
 * which of them are worth less. Where that one is not kept, the oldest does. Value: null.
 */
export const retainWorkload = kind(
  2,
  z.strictObject({ name, generation: positive, instead: positive.exactOptional() }),
  (state, author, { name, generation, instead }) => {
    const row = keepable(state, author, { name, generation })
    if ('ok' in row) return row
    return keep(state, name, row, instead) ? done() : refuse('LIMIT_REACHED')
  },
)

/** The row, or why it is not this author's to keep. */
function keepable(
  state: State,
  author: Author,
  { name, generation }: { name: string; generation: number },
): DesiredSpec | Outcome {
  const refusal = whyNotOwn(state, author, name)
  if (refusal) return refuse(refusal)
  const row = state.workloads.get(name)
  if (!row) return refuse('NOT_FOUND')
  if (row.generation !== generation) return refuse('CONFLICT', { generation: row.generation })
  return row
}

/** False where there is no room. `instead`: which one makes room where it is kept, not the oldest. */
export function keep(state: State, name: string, row: DesiredSpec, instead?: number): boolean {
  const key = keyOf(name, row.generation)
  const kept = state.past.keys(`${name}/`)
  const isKnown = state.past.get(key) !== undefined
  const asked = instead === undefined ? undefined : keyOf(name, instead)
  const goes = asked !== undefined && state.past.get(asked) ? asked : kept[0]
  const past = { ...row, untilMs: state.clock.askedMs }
  const makesRoom = !isKnown && goes !== undefined && kept.length >= PAST_MAX
  const grows = state.past.growth(key, past) - (makesRoom ? state.past.weightOf(goes) : 0)
  const owner = state.names.table.get(name)?.owner
  if (!mayGrow(state, grows, owner)) return false
  if (makesRoom) state.past.delete(goes)
  const taking = { owner: owner ?? '', rowsMax: PAST_TOTAL_MAX }
  if (!isKnown && !makesRoom && !mayTake(state, state.past, taking)) return false
  state.past.set(key, past)
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
