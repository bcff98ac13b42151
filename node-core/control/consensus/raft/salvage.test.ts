/** What is left of a log, and a log that goes on from it under other members. */
import { describe, expect, it } from 'vitest'
import { type NodeId, parseNodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import type { LogIndex, ProposalId } from '../index.ts'
import { configurationOf } from './configuration.ts'
import { draftOfChange, type Entry } from './entries.ts'
import { createRaftEngine, foundAfter, salvage } from './index.ts'
import { toIndex, toTerm } from './positions.ts'
import { recordsOf } from './records.ts'

const node = (digit: string): NodeId => parseNodeId(digit.repeat(64)) ?? ('' as NodeId)
const [A, B, C] = [node('a'), node('b'), node('c')]
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const entry = (index: number, term: number, data: string): Entry => ({
  ...{ index: toIndex(index), term: toTerm(term), kind: 'normal', data: bytes(data) },
})
const wanted = { transition: 'auto', changes: [{ type: 'addVoter', node: C }] } as const

const records = recordsOf({
  snapshot: {
    ...{ index: toIndex(4), term: toTerm(2), state: bytes('state') },
    configuration: configurationOf({ voters: [A, B], learners: [] }),
  },
  entries: [
    entry(5, 2, 'five'),
    { index: toIndex(6), term: toTerm(3), ...draftOfChange(wanted, 'changeV2') },
    entry(7, 3, 'seven'),
  ],
  hardState: { term: toTerm(5), votedFor: B, commit: toIndex(5) },
})

describe('a salvaged log', () => {
  it('tells all that the records hold, committed or not', () => {
    const log = salvage(records)
    expect(log).toMatchObject({
      ...{ committed: 5, last: { index: 7, term: 3 }, term: 5 },
      snapshot: { index: 4, term: 2, members: { voters: [A, B] } },
    })
    expect(log.entries.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      ...['five', '', 'seven'],
    ])
    expect(log.entries[1]?.members?.voters).toEqual([A, B, C])
  })

  it('is empty where there is none', () => {
    const nothing = { snapshot: undefined, entries: [], committed: 0, last: { index: 0, term: 0 } }
    expect(salvage([])).toMatchObject(nothing)
  })

  it('goes on under one voter, who leads at once and writes after all that was', () => {
    const founded = foundAfter(salvage(records), { voters: [B], learners: [] }, () => bytes('new'))
    expect(founded.index).toBe(8)
    const engine = createRaftEngine({ self: B, random: createSeededRandom(1) }, founded.records)
    const committed: LogIndex[] = []
    const states: string[] = []
    const settle = (): void => {
      for (let ready = engine.ready(); ready; ready = engine.ready()) {
        if (ready.snapshot) states.push(Buffer.from(ready.snapshot.state).toString())
        for (const { index, payload } of ready.committed) {
          if (payload.length > 0) committed.push(index)
        }
        engine.advance()
      }
    }
    settle()
    engine.propose('x' as ProposalId, bytes('after'))
    settle()
    expect(states).toEqual(['new'])
    expect(committed).toEqual([10])
    expect(engine.status()).toMatchObject({ leader: B, members: { voters: [B] } })
    expect(engine.status().term).toBeGreaterThan(5)
  })
})
