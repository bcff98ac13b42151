import type { Draft } from './draft.ts'

/** What was before, and what was taken back. */
export interface History {
  now: Draft
  past: readonly Draft[]
  future: readonly Draft[]
  /** Of the last edit: one that goes on in the same field is one step. */
  tag: string | undefined
}

/** Steps that can be taken back. */
const PAST_MAX = 100

export function startHistory(now: Draft): History {
  return { now, past: [], future: [], tag: undefined }
}

export function record(history: History, next: Draft, tag?: string): History {
  if (next === history.now) return history
  const goesOn = tag !== undefined && tag === history.tag
  const past = goesOn ? history.past : [...history.past, history.now].slice(-PAST_MAX)
  return { now: next, past, future: [], tag }
}

export function undo(history: History): History {
  const before = history.past.at(-1)
  if (!before) return history
  const { now, past, future } = history
  return { now: before, past: past.slice(0, -1), future: [now, ...future], tag: undefined }
}

export function redo(history: History): History {
  const [next, ...future] = history.future
  if (!next) return history
  return { now: next, past: [...history.past, history.now], future, tag: undefined }
}
