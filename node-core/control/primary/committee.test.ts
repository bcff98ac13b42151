import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { believed, type Committee, majorityOf, parseTold, toldForm } from './committee.ts'

const node = (letter: string): NodeId => letter.repeat(64) as NodeId
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(node) as [NodeId, NodeId, NodeId, NodeId]
const committee = (voters: NodeId[], applied: number, change: Partial<Committee> = {}) => ({
  ...{ voters, learners: [], leader: voters[0], term: 1, applied },
  ...change,
})
const isAdmins = (one: NodeId): boolean => one === a

describe('which committee is believed', () => {
  it('takes the word of an admin’s node, and of nobody else', () => {
    const mine = { author: d, committee: committee([d], 99) }
    expect(believed([mine], isAdmins)).toBeUndefined()
    const word = { author: a, committee: committee([a], 1) }
    expect(believed([mine, word], isAdmins)).toEqual(word.committee)
  })

  it('takes the word of whoever such a word names as a voter, and so on', () => {
    const words = [
      { author: a, committee: committee([a, b], 10) },
      { author: b, committee: committee([b, c], 20) },
      { author: c, committee: committee([c], 30) },
      { author: d, committee: committee([d], 99) },
    ]
    expect(believed(words, isAdmins)).toEqual(words[2]?.committee)
    expect(believed(words.toReversed(), isAdmins)).toEqual(words[2]?.committee)
  })

  it('takes no word of whom the newest word of an admin’s node, or one since, does not name', () => {
    const words = [
      { author: a, committee: committee([a, b, d], 10) },
      { author: d, committee: committee([d], 2 ** 52, { term: 2 ** 52 }) },
    ]
    expect(believed(words, isAdmins)).toEqual(words[1]?.committee)
    words[0] = { author: a, committee: committee([a, b], 11) }
    words.push({ author: b, committee: committee([b, d], 9) })
    expect(believed(words, isAdmins)).toEqual(words[0]?.committee)
  })

  it('does not take the word of a learner', () => {
    const word = { author: a, committee: committee([a], 1, { learners: [b] }) }
    const other = { author: b, committee: committee([b], 2) }
    expect(believed([word, other], isAdmins)).toEqual(word.committee)
  })

  it('goes by the entry, then by the term', () => {
    const words = [
      { author: a, committee: committee([a, b], 10, { term: 3 }) },
      { author: b, committee: committee([a, b], 10, { term: 4 }) },
    ]
    expect(believed(words, isAdmins)?.term).toBe(4)
    words.push({ author: a, committee: committee([a], 11, { term: 2 }) })
    expect(believed(words, isAdmins)?.term).toBe(2)
  })
})

describe('the form in which it is told', () => {
  it('reads back, and its bytes stay as they are', () => {
    const one = committee([b, a], 7, { learners: [c], leader: undefined })
    expect(parseTold(toldForm(one))).toEqual({ ...one, voters: [a, b] })
    expect(
      Object.keys(toldForm(one) ?? {})
        .sort()
        .join(),
    ).toBe('applied,leader,learners,term,v,voters')
  })

  it.each([
    ['nothing', undefined],
    ['another version', { ...Object(toldForm(committee([a], 1))), v: 2 }],
    ['no voters', { ...Object(toldForm(committee([a], 1))), voters: [] }],
    ['a voter that is no node', { ...Object(toldForm(committee([a], 1))), voters: ['a'] }],
    ['more', { ...Object(toldForm(committee([a], 1))), more: 1 }],
  ])('is not read from %s', (_, value) => {
    expect(parseTold(value)).toBeUndefined()
  })
})

it('counts majorities', () => {
  expect([1, 2, 3, 4, 5].map(majorityOf)).toEqual([1, 2, 2, 3, 3])
})
