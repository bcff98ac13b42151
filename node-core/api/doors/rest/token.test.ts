import { expect, it } from 'vitest'
import { createTokenCheck } from './token.ts'

it('knows one token and no other', () => {
  const knows = createTokenCheck('the-token')
  expect([
    knows('the-token'),
    knows('the-tokem'),
    knows('the'),
    knows(''),
    knows(undefined),
  ]).toEqual([...[true, false, false, false, false]])
})

it('is made for no door whose token everybody knows', () => {
  expect(() => createTokenCheck('')).toThrow('A door has a token.')
})
