import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../node-core/base/net/index.ts'
import type {
  CommittedEntry,
  Engine,
  EngineStatus,
  LogIndex,
  Members,
  ProposalId,
  ReadId,
  Verdict,
} from '../../node-core/control/consensus/index.ts'
import type { LogRecord } from './engine-kind.ts'
import { createInvariants, type Invariants } from './invariants.ts'
import { createStore, encodeCommand, type Store } from './store.ts'

const genesis: Members = { voters: ['a' as NodeId, 'b' as NodeId], learners: [] }
const founding = { members: genesis, state: createStore().save() }
const at = (index: number): LogIndex => index as LogIndex
const id = (proposal: string): ProposalId => proposal as ProposalId
const payload = (proposal: string): Uint8Array =>
  encodeCommand({ proposal, id: proposal, key: 'x', value: proposal })
const entry = (index: number, proposal: string): CommittedEntry => ({
  index: at(index),
  payload: payload(proposal),
})
const readLog = (record: Uint8Array): LogRecord[] => JSON.parse(Buffer.from(record).toString())
const record = (...entries: [index: number, term: number, content?: string][]): Uint8Array[] =>
  entries.map(([index, term, content = 'same']) =>
    Buffer.from(JSON.stringify([{ kind: 'entry', index, term, content }])),
  )
const status = (change: Partial<EngineStatus>): EngineStatus => ({
  ...{ kind: 'raft', self: 'a' as NodeId, leader: undefined, term: 1, committed: at(0) },
  ...{ last: at(9), members: genesis, progress: [], quorum: true, ...change },
})

const stepWith = (verdict: Verdict) => ({
  ...{ engine: {} as Engine, message: new Uint8Array(), verdict, fromHonest: true },
})

function failuresOf(act: (invariants: Invariants) => void): string[] {
  const invariants = createInvariants({ founding, readLog, electsLeaders: true, repeats: false })
  act(invariants)
  return invariants.failures
}
/** As a life does for each entry. */
function deliver(invariants: Invariants, life: string, store: Store, given: CommittedEntry): void {
  invariants.sawCommitted(life, given, store.applied)
  store.apply(given.index, given.payload)
  invariants.sawApplied(life, store)
}
function delivered(invariants: Invariants, ...proposals: string[]): Store {
  const store = createStore()
  for (const [n, proposal] of proposals.entries()) {
    deliver(invariants, 'n0.1', store, entry(n + 1, proposal))
  }
  return store
}

describe('the invariants find', () => {
  const BAD: [string, (invariants: Invariants) => void, RegExp][] = [
    [
      'two leaders of one term',
      (all) => {
        all.sawStatus('n0.1', status({ leader: 'a' as NodeId }))
        all.sawStatus('n1.1', status({ leader: 'b' as NodeId }))
      },
      /n1.1 holds b for the leader of 1: a is/,
    ],
    [
      'a term that goes back in one life',
      (all) => {
        all.sawStatus('n0.1', status({ term: 2 }))
        all.sawStatus('n0.1', status({ term: 1 }))
      },
      /goes back to term 1/,
    ],
    [
      'a commit that is taken back',
      (all) => {
        all.sawStatus('n0.1', status({ committed: at(5) }))
        all.sawStatus('n0.1', status({ committed: at(4) }))
      },
      /takes back its commit/,
    ],
    [
      'a commit beyond the log',
      (all) => all.sawStatus('n', status({ committed: at(10) })),
      /holds 9/,
    ],
    [
      'two entries at one index',
      (all) => {
        delivered(all, 'p')
        deliver(all, 'n1.1', createStore(), entry(1, 'q'))
      },
      /another entry at 1 than n0.1/,
    ],
    [
      'a gap',
      (all) => deliver(all, 'n1.1', delivered(all, 'p'), entry(3, 'q')),
      /delivers 3 after 1/,
    ],
    [
      'an entry delivered again',
      (all) => deliver(all, 'n1.1', delivered(all, 'p'), entry(1, 'p')),
      /1 after 1/,
    ],
    [
      'other members at one index',
      (all) => {
        deliver(all, 'n0.1', createStore(), { ...entry(1, 'p'), members: genesis })
        const members = { ...genesis, learners: ['c' as NodeId] }
        deliver(all, 'n1.1', createStore(), { ...entry(1, 'p'), members })
      },
      /other members at 1/,
    ],
    [
      'another state at one index',
      (all) => {
        delivered(all, 'p')
        const store = createStore()
        store.apply(at(0), payload('stray'))
        deliver(all, 'n1.1', store, entry(1, 'p'))
      },
      /n1.1 has another state at 1/,
    ],
    [
      'a committed proposal in a second place, told before',
      (all) => {
        all.proposed('n0.1', id('p'))
        all.sawFate('n0.1', { id: id('p'), outcome: 'committed', index: at(1) })
        delivered(all, 'p', 'p')
      },
      /delivers p at 2, which was told to be at 1/,
    ],
    [
      'a committed proposal in a second place, told after',
      (all) => {
        all.proposed('n0.1', id('p'))
        delivered(all, 'p', 'p')
        all.sawFate('n0.1', { id: id('p'), outcome: 'committed', index: at(1) })
      },
      /p is at 1 and 2/,
    ],
    [
      'a snapshot of what nobody has delivered',
      (all) => {
        const store = createStore()
        store.apply(at(1), payload('p'))
        const snapshot = { index: at(1), state: store.save(), members: genesis }
        all.sawRestored('n1.1', { snapshot, before: 0, store })
      },
      /which nobody has delivered/,
    ],
    [
      'a snapshot older than what was applied',
      (all) => {
        const store = delivered(all, 'p')
        const snapshot = { index: at(1), state: store.save(), members: genesis }
        all.sawRestored('n1.1', { snapshot, before: 2, store })
      },
      /goes back to a snapshot of 1 from 2/,
    ],
    [
      'a snapshot that is called that of another index',
      (all) => {
        const store = delivered(all, 'p', 'q')
        const snapshot = { index: at(1), state: store.save(), members: genesis }
        all.sawRestored('n1.1', { snapshot, before: 0, store })
      },
      /calls the state of 2 that of 1/,
    ],
    [
      'a snapshot with other members',
      (all) => {
        const store = delivered(all, 'p')
        const members = { ...genesis, learners: ['c' as NodeId] }
        const snapshot = { index: at(1), state: store.save(), members }
        all.sawRestored('n1.1', { snapshot, before: 0, store })
      },
      /restores other members/,
    ],
    [
      'a fate told twice',
      (all) => {
        all.proposed('n0.1', id('p'))
        all.sawFate('n0.1', { id: id('p'), outcome: 'unknown' })
        all.sawFate('n0.1', { id: id('p'), outcome: 'unknown' })
      },
      /told the fate of p again/,
    ],
    [
      'a refused proposal in the log, told before',
      (all) => {
        all.proposed('n0.1', id('p'))
        all.sawFate('n0.1', { id: id('p'), outcome: 'refused', code: 'BUSY' })
        delivered(all, 'p')
      },
      /delivers p at 1, which was refused/,
    ],
    [
      'a refused proposal in the log, told after',
      (all) => {
        all.proposed('n0.1', id('p'))
        delivered(all, 'p')
        all.sawFate('n0.1', { id: id('p'), outcome: 'refused', code: 'SUPERSEDED' })
      },
      /was refused and stands at 1/,
    ],
    [
      'a proposal told to be where another is',
      (all) => {
        all.proposed('n0.1', id('p'))
        delivered(all, 'q')
        all.sawFate('n0.1', { id: id('p'), outcome: 'committed', index: at(1) })
      },
      /p was told to be at 1, where q is/,
    ],
    [
      'a proposal told to be where another will be',
      (all) => {
        all.proposed('n0.1', id('p'))
        all.sawFate('n0.1', { id: id('p'), outcome: 'committed', index: at(1) })
        delivered(all, 'q')
      },
      /p was told to be at 1, where q is/,
    ],
    [
      'a read of the past',
      (all) => {
        delivered(all, 'p', 'q')
        all.askedRead('n0.1', 'r' as ReadId)
        all.sawRead('n0.1', { id: 'r' as ReadId, index: at(1) })
      },
      /may read at 1, and 2 was delivered/,
    ],
    [
      'a read answered twice',
      (all) => {
        all.askedRead('n0.1', 'r' as ReadId)
        all.sawRead('n0.1', { id: 'r' as ReadId, index: at(1) })
        all.sawRead('n0.1', { id: 'r' as ReadId, index: at(1) })
      },
      /answered r again/,
    ],
    [
      'two contents of one index and term',
      (all) => {
        all.sawRecords('n0', record([1, 1]))
        all.sawRecords('n1', record([1, 1, 'other']))
      },
      /n1 holds another entry 1 of term 1 than n0/,
    ],
    [
      'two logs that share an entry and not the one before',
      (all) => {
        all.sawRecords('n0', record([1, 1], [2, 3]))
        all.sawRecords('n1', record([1, 2], [2, 3]))
      },
      /share entry 2 of term 3 and not the one before/,
    ],
    [
      'blame',
      (all) => all.sawStep('n0.1', stepWith({ verdict: 'reject', code: 'X' })),
      /honest peer: X/,
    ],
  ]
  it.each(BAD)('%s', (_name, act, message) => {
    const failures = failuresOf(act)
    expect(failures[0]).toMatch(message)
  })
})

describe('the invariants accept', () => {
  const GOOD: [string, (invariants: Invariants) => void][] = [
    [
      'a proposal that was handed on twice by the network',
      (all) => {
        all.proposed('n0.1', id('p'))
        all.sawFate('n0.1', { id: id('p'), outcome: 'unknown' })
        delivered(all, 'p', 'p')
      },
    ],
    [
      'a log cut and written again in a higher term',
      (all) => {
        all.sawRecords('n0', record([1, 1], [2, 1]))
        all.sawRecords('n0', record([2, 2, 'new'], [3, 2]))
        all.sawRecords('n1', record([1, 1], [2, 2, 'new'], [3, 2]))
      },
    ],
    [
      'a log of which the last records were lost',
      (all) => {
        all.sawRecords('n0', record([1, 1], [2, 1]))
        all.sawStart('n0', record([1, 1]))
        all.sawRecords('n0', record([2, 2, 'new']))
      },
    ],
    [
      'a next life that knows less',
      (all) => {
        all.sawStatus('n0.1', status({ term: 3, committed: at(5) }))
        all.died('n0.1')
        all.sawStatus('n0.2', status({ term: 2, committed: at(0) }))
      },
    ],
    [
      'the same snapshot that others applied step by step',
      (all) => {
        const store = delivered(all, 'p')
        const snapshot = { index: at(1), state: store.save(), members: genesis }
        all.sawRestored('n1.1', { snapshot, before: 0, store })
      },
    ],
  ]
  it.each(GOOD)('%s', (_name, act) => {
    expect(failuresOf(act)).toEqual([])
  })

  it('and say whom nobody has told anything', () => {
    const invariants = createInvariants({ founding, electsLeaders: true, repeats: false })
    invariants.proposed('n0.1', id('p'))
    invariants.askedRead('n0.1', 'r' as ReadId)
    expect(invariants.untold('n0.1')).toEqual(['p', 'r'])
    invariants.died('n0.1')
    expect(invariants.untold('n0.1')).toEqual([])
  })
})
