import { expect, it } from 'vitest'
import { encode, listHead } from './index.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

it.each([0, 1, 23, 24, 255, 256, 65_535, 65_536, 70_000])(
  'puts a list of %i together from its items as it is written whole',
  (count) => {
    const items = Array.from({ length: count }, (_, at) => [at, 'x'])
    const pieces = [listHead(count), ...items.map((item) => encode(item))]
    expect(hex(Buffer.concat(pieces))).toBe(hex(encode(items)))
  },
)
