import { expect, it } from 'vitest'
import { shorten } from './shorten.ts'

const within = (length: number) => (text: string) => text.length <= length

it('leaves alone what fits', () => {
  expect(shorten('attic', within(5))).toBe('attic')
})

it('ends what does not fit with an ellipsis, and no space before it', () => {
  expect(shorten('kitchen laptop of Ada', within(9))).toBe('kitchen…')
  expect(shorten('kitchen', within(0))).toBe('…')
})

it('takes no letter apart', () => {
  expect(shorten('ab👩‍🌾cd', within(4))).toBe('ab…')
})
