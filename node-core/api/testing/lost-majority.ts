/** A node whose committee has lost its majority, for the tests of what a person does about that. */
import { MyceliumError } from '../../base/errors/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import type { LateReport, Recovery, RecoveryPlan } from '../../control/primary/index.ts'
import { toEra } from '../../control/succession/index.ts'
import { ADA, BEN } from './memory-facts.ts'
import type { MemoryNode } from './memory-node.ts'

export const AWAY = 'f'.repeat(64) as typeof BEN.node

export interface LostMajority {
  plan: RecoveryPlan
  reports: LateReport[]
  /** What was asked of it, in order. */
  asked: unknown[]
}

/** Takes the place of the recovery of a node in memory. */
export function loseMajority(node: MemoryNode): LostMajority {
  const parts = node.deps.network()
  if (!parts) throw new Error('The node is in a network.')
  const lost: LostMajority = {
    plan: {
      ...{ era: toEra(2), voters: [ADA.node, BEN.node, AWAY], missing: [BEN.node, AWAY] },
      ...{ last: 41 as LogIndex, committed: 40 as LogIndex },
      ...{
        later: [],
        unproven: [],
        mayLose: true,
        mayBeHidden: true,
        follows: false,
        forgets: false,
      },
    },
    reports: [],
    asked: [],
  }
  const recovery: Recovery = {
    plan: async () => lost.plan,
    async recover(options = {}) {
      lost.asked.push(options)
      if (lost.plan.later.length > 0 && !options.anyway) {
        throw new MyceliumError('LATER_COPY', 'Another node in reach holds more than this one.')
      }
      return { era: toEra(lost.plan.era + 1) }
    },
    reports: () => lost.reports,
    async discard(era) {
      lost.reports = lost.reports.filter((report) => report.era !== era)
      return true
    },
    learn: async () => {},
  }
  Object.assign(parts.primary, { recovery })
  return lost
}

/** Of era 1, with so many writes that were not taken over. */
export function lateReport(commands: number): LateReport {
  return {
    ...{ era: toEra(1), overruledBy: 'ab'.repeat(32), atMs: Date.parse('2026-11-25T12:00:00Z') },
    ...{ common: 30 as LogIndex, compacted: false, unreadable: false, altered: false },
    commands: Array.from({ length: commands }, (_, at) => ({
      ...{ index: (31 + at) as LogIndex, committed: at === 0, kind: 'kv.put' },
      ...{ author: ADA.node, incarnation: 1, number: at + 1 },
      timeMs: Date.parse('2026-11-25T11:00:00Z'),
      ...{ subject: `shop/${at}`, body: { key: `shop/${at}`, value: Uint8Array.of(at % 256) } },
    })),
    rows: [{ key: 'shop/row', modRevision: 7, value: Uint8Array.of(1, 2) }],
  }
}
