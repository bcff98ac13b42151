import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { EngineStatus, LogIndex } from '../index.ts'
import { createLeadLog } from './lead-log.ts'
import { LEAD_TOLD_MS, VIEWS_IN_VAIN } from './limits.ts'

const [a, b] = ['aa' as NodeId, 'bb' as NodeId]
const raft: EngineStatus = {
  ...{ kind: 'raft', self: a, leader: undefined, term: 1, quorum: true },
  ...{ committed: 0 as LogIndex, last: 0 as LogIndex, progress: [] },
  members: { voters: [a, b], learners: [] },
}
const simplex: EngineStatus = { ...raft, kind: 'simplex', leader: a }

/** What the log says of these, each so many milliseconds after the one before. */
function lines(stepMs: number, ...statuses: EngineStatus[]): unknown[] {
  const logger = createMemoryLogger()
  const log = createLeadLog(logger)
  for (const [at, status] of statuses.entries()) log.look(status, at * stepMs)
  return logger.lines.map(({ level, message, fields }) => [level, message, fields])
}

describe('who leads', () => {
  it('is told with the term when it changes, and once', () => {
    const mine = { ...raft, leader: a, term: 2 }
    const other = { ...raft, leader: b, term: 4 }
    const none = { ...raft, term: 4 }
    expect(lines(LEAD_TOLD_MS, raft, mine, mine, none, other, other, none, none)).toEqual([
      ['info', 'This node leads.', { leader: a, term: 2 }],
      ['info', 'Another node leads.', { leader: b, term: 4 }],
      ['info', 'Nobody leads.', { term: 4 }],
    ])
  })

  it('is told once in a while where it goes to and fro, and how often it did', () => {
    const all = Array.from({ length: 1_000 }, (_, at) => {
      return { ...raft, leader: at % 2 === 0 ? a : b, term: at + 1 }
    })
    const said = lines(LEAD_TOLD_MS / 100, ...all)
    expect(said).toHaveLength(10)
    expect(said[1]).toEqual(['info', 'This node leads.', { leader: a, term: 101, changes: 100 }])
  })

  it('of campaigns that nobody wins says nothing', () => {
    const all = Array.from({ length: 50 }, (_, at) => ({ ...raft, term: at + 1 }))
    expect(lines(LEAD_TOLD_MS, ...all)).toEqual([])
  })
})

describe('views of Simplex', () => {
  const at = (term: number, committed: number) => ({
    ...simplex,
    term,
    committed: committed as LogIndex,
  })

  it('are told of once they pass in vain, and when they end in agreement again', () => {
    const stuck = 3 + VIEWS_IN_VAIN
    const seen = [at(1, 1), at(3, 3), at(stuck - 1, 3), at(stuck, 3), at(stuck + 9, 3), at(90, 4)]
    expect(lines(LEAD_TOLD_MS, ...seen)).toEqual([
      ['info', 'Views pass, and nothing is agreed on.', { view: stuck, committed: 3 }],
      ['info', 'Views end in agreement again.', { view: 90, committed: 4 }],
    ])
  })

  it('of an idle committee are none, and another era begins anew', () => {
    const idle = Array.from({ length: 100 }, () => at(7, 7))
    expect(lines(LEAD_TOLD_MS, ...idle, at(1, 7), at(2, 7))).toEqual([])
  })
})
