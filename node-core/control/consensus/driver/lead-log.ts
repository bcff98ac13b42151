/**
 * Says in the log who leads, when that changes: under Raft with the term; under Simplex, where each view is
 * another's, whether views end in agreement. Bounded: what comes and goes is told every few seconds at most.
 */
import type { Logger } from '../../../base/log/index.ts'
import type { EngineStatus } from '../index.ts'
import { LEAD_TOLD_MS, VIEWS_IN_VAIN } from './limits.ts'

export interface LeadLog {
  look(status: EngineStatus, nowMs: number): void
}

interface News {
  message: string
  fields: { leader?: string; term?: number; view?: number; committed?: number }
}

export function createLeadLog(logger: Pick<Logger, 'info'>): LeadLog {
  let agreed = { committed: -1, view: 0 }
  /** What it was at the last look, and at the last line: that nobody leads yet, and that all agree, is how it begins. */
  let seen = ''
  let told = ''
  let sinceMs = Number.NEGATIVE_INFINITY
  let toldMs = Number.NEGATIVE_INFINITY
  let changes = 0

  function newsOf({ kind, self, leader, term, committed }: EngineStatus): News & { key: string } {
    if (kind === 'raft') {
      if (leader === undefined) return { key: '', message: 'Nobody leads.', fields: { term } }
      const message = leader === self ? 'This node leads.' : 'Another node leads.'
      return { key: `${leader} ${term}`, message, fields: { leader, term } }
    }
    // Views of a later era are counted anew.
    if (committed !== agreed.committed || term < agreed.view) agreed = { committed, view: term }
    const fields = { view: term, committed }
    if (term - agreed.view < VIEWS_IN_VAIN) {
      return { key: '', message: 'Views end in agreement again.', fields }
    }
    return { key: 'in vain', message: 'Views pass, and nothing is agreed on.', fields }
  }

  return {
    look(status, nowMs) {
      const { key, message, fields } = newsOf(status)
      if (key !== seen) {
        if (key !== '') changes++
        seen = key
        sinceMs = nowMs
      }
      // An election takes a moment: who leads after it is what there is to tell.
      const isElecting = status.kind === 'raft' && key === '' && nowMs - sinceMs < LEAD_TOLD_MS
      if (key === told || isElecting || nowMs - toldMs < LEAD_TOLD_MS) return
      logger.info(message, { ...fields, ...(changes > 1 && { changes }) })
      told = key
      toldMs = nowMs
      changes = 0
    },
  }
}
