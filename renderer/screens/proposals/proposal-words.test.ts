import { describe, expect, it } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { makeProposal } from '../../testing/scenarios/proposals.ts'
import { countsOf, factsOf, shownValue, typedValue, waitsForVote } from './proposal-words.ts'

const { t } = createText('en')
const of = (part: Partial<Parameters<typeof makeProposal>[0]>) =>
  makeProposal({ id: 1, text: 'Shall we?', ...part })

describe('how a proposal stands', () => {
  it('is how many have voted, as long as nobody may know what', () => {
    expect(countsOf(of({ votes: 2 }), t)).toBe('2 of 5 members have voted. It takes 3 yes votes.')
    expect(countsOf(of({ members: 1 }), t)).toBe('0 of 1 member has voted. It takes one yes vote.')
  })

  it('is what was told, and what is still waited for or came to nothing', () => {
    const told = of({ state: 'revealing', votes: 4, yes: 2, no: 1, members: 4 })
    expect(countsOf(told, t)).toBe(
      '2 yes, 1 no, of 4 members. It takes 3 yes votes. 1 vote is not revealed yet.',
    )
    const ended = of({ state: 'rejected', votes: 4, yes: 2, no: 0, silent: 2 })
    expect(countsOf(ended, t)).toContain('2 votes were not revealed in time')
  })

  it('says until when, or that its time has not begun', () => {
    const said = (part: Parameters<typeof of>[0]) =>
      factsOf(of(part), { t, nowMs: Date.now(), language: 'en' }).at(-1)
    expect(said({})).toMatch(/^voting closes /)
    expect(said({ state: 'revealing' })).toMatch(/^ends .* at the latest$/)
    expect(said({ state: 'passed' })).toMatch(/^ended /)
    const { closesAt: _, endsAt: __, ...young } = of({})
    const facts = factsOf(young, { t, nowMs: Date.now(), language: 'en' })
    expect(facts.at(-1)).toMatch(/^the time begins/)
  })
})

it('waits for a vote of who may vote and has not, here or elsewhere', () => {
  expect(waitsForVote(of({}))).toBe(true)
  expect(waitsForVote(of({ mayVote: false }))).toBe(false)
  for (const own of ['kept', 'committed', 'elsewhere'] as const) {
    expect(waitsForVote(of({ own }))).toBe(false)
  }
})

it('takes what was typed for a setting as JSON or as words, and shows it so', () => {
  expect(['3', 'true', 'ada', '"3"', '[1]'].map(typedValue)).toEqual([3, true, 'ada', '3', [1]])
  expect([3, 'ada', [1]].map(shownValue)).toEqual(['3', 'ada', '[1]'])
})
