import { describe, expect, it } from 'vitest'
import { createSilentLogger } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { EngineStatus, LogIndex } from '../index.ts'
import { createStatusBoard } from './status-board.ts'

const [a, b] = ['aa' as NodeId, 'bb' as NodeId]
const before: EngineStatus = {
  ...{ kind: 'simplex', self: a, leader: a, term: 1, epoch: 0, quorum: true },
  ...{ committed: 0 as LogIndex, last: 0 as LogIndex, progress: [] },
  members: { voters: [a, b], learners: [] },
}

/** How often listeners are told of that change. */
function tellings(change: Partial<EngineStatus>, from: EngineStatus = before): number {
  let engine = from
  const status = () =>
    ({ state: 'running', failure: undefined, engine, applied: 0 as LogIndex, logBytes: 0 }) as const
  const board = createStatusBoard(status, createSilentLogger())
  let told = 0
  board.subscribe(() => told++)
  board.look()
  engine = { ...from, ...change }
  board.look()
  board.look()
  return told - 1
}

describe('the status board', () => {
  it('does not tell of each view of Simplex', () => {
    expect(tellings({ leader: b, term: 2 })).toBe(0)
  })

  it.each<[string, Partial<EngineStatus>]>([
    ['its quorum', { quorum: false }],
    ['the next epoch', { epoch: 1 }],
    ['other members', { members: { voters: [a], learners: [b] } }],
    ['a first leader, or none', { leader: undefined }],
  ])('tells of %s', (_, change) => {
    expect(tellings(change)).toBe(1)
  })

  it('tells of each leader and term of Raft', () => {
    const raft: EngineStatus = { ...before, kind: 'raft' }
    expect(tellings({ leader: b }, raft)).toBe(1)
    expect(tellings({ term: 2 }, raft)).toBe(1)
  })
})
