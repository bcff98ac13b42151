import { expect, it } from 'vitest'
import { decode, encode, encodedBytesMax } from './index.ts'

const VALUES: [name: string, value: unknown][] = [
  ['nothing', null],
  ['a small number', 7],
  ['the largest number', Number.MAX_SAFE_INTEGER],
  ['the smallest number', Number.MIN_SAFE_INTEGER],
  ['text', 'shop/stock'],
  ['text of three bytes a letter', '\u20ac'.repeat(1_000)],
  ['text beyond the basic plane', '\u{1f344}'.repeat(1_000)],
  ['bytes', new Uint8Array(100_000)],
  ['a list', Array.from({ length: 1_000 }, (_, at) => at * 2 ** 40)],
  ['a command', ['kv.put', { key: 'shop/stock', value: new Uint8Array(100), lease: null }]],
]

it.each(VALUES)('bounds %s from above, and not by much', (_, value) => {
  const { byteLength } = encode(value)
  expect(encodedBytesMax(value)).toBeGreaterThanOrEqual(byteLength)
  expect(encodedBytesMax(value)).toBeLessThanOrEqual(3 * byteLength + 32)
  expect(decode(encode(value))).toEqual(value)
})

it('refuses what encode refuses', () => {
  const refusal = expect.objectContaining({ code: 'CODEC_UNSUPPORTED' })
  expect(() => encodedBytesMax({ key: 0.5 })).toThrow(refusal)
  expect(() => encodedBytesMax('\ud800')).toThrow(refusal)
})
