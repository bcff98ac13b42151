import type { Instance } from './index.ts'
import { turnOf } from './turns.ts'

/**
 * It runs, or ended by itself or with its engine or its computer, and its node starts it again, of
 * whatever version it is (`reconcile/plan.ts`). An attempt at a job is none that goes on serving.
 */
export function goesOn({ id, status, startedAt, ended }: Instance): boolean {
  if (status === 'Running') return true
  if (status === 'Stopping' || status === 'Stopped') return false
  return startedAt !== undefined && !ended && !turnOf(id)
}
