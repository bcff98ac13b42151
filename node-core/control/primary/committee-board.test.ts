import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { parseOwnerId } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { StateChange, StateRecord } from '../state/index.ts'
import { type Committee, toldForm } from './committee.ts'
import { createCommitteeBoard } from './committee-board.ts'
import { FIRST_LOG } from './log-name.ts'

const node = (letter: string): NodeId => letter.repeat(64) as NodeId
const [self, admin, voter] = ['a', 'b', 'c'].map(node) as [NodeId, NodeId, NodeId]

function setUp(proven?: () => Committee) {
  const records = new Map<string, StateRecord>()
  const clock = createSimClock()
  const removed = new Set<NodeId>()
  const own = { voters: [self], leader: self as NodeId | undefined, term: 1, quorum: true }
  const listeners = new Set<(change: StateChange) => void>()
  let puts = 0
  let lists = 0
  const place = (author: NodeId, key: string, value: Plain | undefined): StateRecord => {
    const owner = parseOwnerId('0'.repeat(64))
    if (!owner) throw new Error('No owner.')
    const record = { key, value, author, owner, incarnation: 1, counter: 1, generation: 0 }
    const previous = records.get(key)
    records.set(key, record)
    for (const listener of listeners) listener({ key, record, previous, remote: author !== self })
    return record
  }
  const board = createCommitteeBoard({
    ...{ log: () => FIRST_LOG, named: () => undefined, proven },
    ...{ self, clock, logger: createSilentLogger() },
    isAdmins: (one) => one === admin,
    stands: (one) => !removed.has(one),
    state: {
      get: (key) => records.get(key),
      list: () => {
        lists++
        return [...records.values()].filter(({ value }) => value !== undefined)
      },
      put: async (key, value) => {
        puts++
        return place(self, key, value)
      },
      subscribe: (_, listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    own: () => ({
      ...{ state: 'running', failure: undefined, applied: 5 as LogIndex, logBytes: 0 },
      engine: {
        ...{ kind: 'raft', self, committed: 5 as LogIndex, last: 5 as LogIndex, progress: [] },
        ...{ leader: own.leader, term: own.term, quorum: own.quorum },
        members: { voters: own.voters, learners: [] },
      },
    }),
  })
  const tell = (author: NodeId, voters: NodeId[], applied: number): void => {
    const form = toldForm({ voters, learners: [], leader: voters[0], term: 1, applied })
    place(author, `node/${author}/primary`, form)
  }
  const look = (): number => {
    board.look()
    clock.advance(200)
    return puts
  }
  const untell = (author: NodeId): void => void place(author, `node/${author}/primary`, undefined)
  return { board, own, tell, untell, look, removed, lists: () => lists }
}

describe('the committee that a node goes by', () => {
  it('is its own copy’s where that hears a quorum, else what is told', () => {
    const { board, own, tell } = setUp()
    tell(admin, [admin, voter], 9)
    expect(board.current()?.voters).toEqual([self])
    own.quorum = false
    expect(board.current()?.voters).toEqual([admin, voter])
  })

  it('is what is proven while its own copy, opened anew, begins with the first of all', () => {
    const proven: Committee = {
      ...{ voters: [voter], learners: [self], leader: undefined, term: 7, applied: 7 },
    }
    const { board, own, look } = setUp(() => proven)
    Object.assign(own, { term: 0 })
    expect(board.current()).toEqual(proven)
    expect(look()).toBe(0)
    Object.assign(own, { term: 8, voters: [self, voter] })
    expect(board.current()?.voters).toEqual([self, voter])
    expect(look()).toBe(1)
  })

  it('is in force without this node once a majority of those that it names says so, and not by its own log', () => {
    const { board, tell } = setUp()
    const committee = { voters: [admin, voter], learners: [], term: 1, applied: 9 }
    const inForce = (): boolean => board.isInForce({ ...committee, leader: admin })
    expect(inForce()).toBe(false)
    tell(voter, [admin, voter, self], 8)
    expect(inForce()).toBe(false)
    tell(node('d'), [admin, voter], 9)
    expect(inForce()).toBe(false)
    // The one that says so may lose its log, and the other knows of nothing yet.
    tell(voter, [admin, voter], 9)
    expect(inForce()).toBe(false)
    tell(admin, [admin, voter], 9)
    expect(inForce()).toBe(true)
  })

  it('is left by a word that those of its own log do not go by at the liar’s alone', () => {
    const { board, tell, removed } = setUp()
    const [liar, heir] = [node('d'), node('e')]
    const held = { voters: [self, voter], learners: [], leader: voter, term: 1, applied: 100 }
    const lie = { voters: [liar], learners: [], leader: liar, term: 1, applied: 2 ** 52 }
    const isLeft = (): boolean => board.isInForce(lie, held)
    tell(admin, [admin, voter, liar], 10)
    tell(voter, [self, voter], 90)
    tell(liar, [liar], 2 ** 52)
    expect([board.told()?.voters, board.isInForce(lie), isLeft()]).toEqual([[liar], true, false])
    expect([board.mayVote(liar, held), board.mayVote(liar, undefined)]).toEqual([false, true])
    // What it vouches for itself is worth as little.
    tell(heir, [liar, heir], 2 ** 52)
    expect([isLeft(), board.mayVote(heir, held)]).toEqual([false, false])
    tell(voter, [voter, heir], 101)
    expect([isLeft(), board.mayVote(heir, held)]).toEqual([true, true])
    // Those it knew may be gone from the network altogether.
    tell(voter, [self, voter], 90)
    removed.add(voter)
    expect(isLeft()).toBe(true)
  })

  it('is not what a removed owner’s node tells', () => {
    const { board, tell, removed } = setUp()
    tell(admin, [admin, voter], 9)
    tell(voter, [voter], 10)
    expect(board.told()?.voters).toEqual([voter])
    removed.add(voter)
    expect(board.told()?.voters).toEqual([admin, voter])
  })

  it('is read from each word once, until that word changes or goes', () => {
    const { board, tell, untell, lists } = setUp()
    tell(admin, [admin, voter], 9)
    let changes = 0
    board.start(() => {
      changes++
    })
    expect([board.told()?.applied, board.tellings().length]).toEqual([9, 1])
    tell(voter, [voter], 10)
    expect([board.told()?.voters, board.told()?.applied]).toEqual([[voter], 10])
    untell(voter)
    expect([board.told()?.applied, changes, lists()]).toEqual([9, 2, 1])
    board.stop()
    tell(voter, [voter], 11)
    expect(board.told()?.applied).toBe(11)
  })

  it('is told when it changes, and only then, by who hears a quorum and a leader', () => {
    const { own, look } = setUp()
    expect([look(), look()]).toEqual([1, 1])
    own.term = 2
    expect(look()).toBe(2)
    own.leader = undefined
    expect(look()).toBe(2)
    own.voters = [self, voter]
    own.leader = voter
    own.quorum = false
    expect(look()).toBe(2)
    own.quorum = true
    expect(look()).toBe(3)
  })
})
