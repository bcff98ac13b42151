import { expect, test } from 'vitest'
import { scaledWhy } from './scaled.ts'

test.each([
  ['REQUESTS', ', by its requests'],
  ['WOKEN', ', since a request woke it'],
  ['BOUNDS', ', as its bounds say'],
  ['IDLE', ''],
  ['OF_A_NEWER_NODE', ''],
])('why there are so many copies: %s', (why, text) => {
  expect(scaledWhy(why)).toBe(text)
})
