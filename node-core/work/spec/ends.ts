/** How instances came to an end, and which go on. Times are ISO 8601; without an exit code where nobody saw it. */
import type { Instance } from './index.ts'
import { turnOf } from './turns.ts'

type End = { at: string; exitCode?: number }

/** For good. `failures`: in a row, by the last of them; releases before this one told none. */
export type Ended = End & { failures?: number }

/** The last time, of what may have been started again since; why is for people, with a stable code. */
export type LastEnd = End & { code: string; message: string }

/**
 * It runs, or ended by itself or with its engine or its computer, and its node starts it again, of
 * whatever version it is (`reconcile/plan.ts`). An attempt at a job is none that goes on serving.
 */
export function goesOn({ id, status, startedAt, ended }: Instance): boolean {
  if (status === 'Running') return true
  if (status === 'Stopping' || status === 'Stopped') return false
  return startedAt !== undefined && !ended && !turnOf(id)
}
