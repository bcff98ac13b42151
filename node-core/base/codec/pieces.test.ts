import { expect, it } from 'vitest'
import { encode, encodeItems, inMapOrder, listHead, mapHead } from './index.ts'

const joined = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('hex')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

it.each([0, 1, 23, 24, 255, 256, 65_535, 65_536, 70_000])(
  'puts a list of %i together from pieces as it is written whole',
  (count) => {
    const items = Array.from({ length: count }, (_, at) => [at, 'x'])
    const middle = Math.ceil(count / 3)
    const pieces = [encodeItems(items.slice(0, middle)), encodeItems(items.slice(middle))]
    expect(joined([listHead(count), ...pieces])).toBe(hex(encode(items)))
  },
)

it.each([0, 5, 23, 24, 300])('puts a map of %i together in its one order', (count) => {
  const map = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${'k'.repeat((at * 7) % 5)}${at * 3}`, at]),
  )
  const entries = inMapOrder(Object.keys(map)).flatMap((key) => [encode(key), encode(map[key])])
  expect(joined([mapHead(count), ...entries])).toBe(hex(encode(map)))
})
