import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatCpuMillis,
  formatMemoryBytes,
  parseCpuMillis,
  parseMemoryBytes,
  parseSlot,
  slotOf,
} from './index.ts'

test.each<[string | number, number | undefined]>([
  ['500m', 500],
  ['0.5', 500],
  ['2', 2_000],
  [2, 2_000],
  [0.25, 250],
  ['1.5m', undefined],
  ['-1', undefined],
  ['', undefined],
  ['.5', 500],
  ['1.', 1_000],
  ['1e-1', 100],
  ['+2E0', 2_000],
  ['1e-7', 1],
  ['0.0', 0],
  ['.', undefined],
  ['e1', undefined],
  ['1e', undefined],
  ['1e9', undefined],
  ['0x10', undefined],
  ['1_000', undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
])('reads %s of CPU as %s thousandths of a core', (text, millis) => {
  expect(parseCpuMillis(text)).toBe(millis)
})

test.each<[string | number, number | undefined]>([
  ['256Mi', 268_435_456],
  ['1Gi', 1_073_741_824],
  ['512M', 512_000_000],
  ['1.5Gi', 1_610_612_736],
  ['1000', 1_000],
  ['.5Gi', 2 ** 29],
  ['1.Gi', 2 ** 30],
  ['129e6', 129_000_000],
  ['1e-1Gi', 107_374_182],
  ['2Pi', 2 ** 51],
  ['e6', undefined],
  [1_000, 1_000],
  ['1Zi', undefined],
  ['Mi', undefined],
  ['-1Mi', undefined],
  ['1 Gi', undefined],
  ['999999999999999Ti', undefined],
])('reads %s of memory as %s bytes', (text, bytes) => {
  expect(parseMemoryBytes(text)).toBe(bytes)
})

test('what is written is read as the same amount', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 46 }), (amount) => {
      expect(parseMemoryBytes(formatMemoryBytes(amount))).toBe(amount)
      expect(parseCpuMillis(formatCpuMillis(amount % 1e6))).toBe(amount % 1e6)
    }),
    { seed: 7 },
  )
})

test('a slot reads back as its workload and index', () => {
  expect(parseSlot(slotOf('web', 12))).toEqual({ workload: 'web', index: 12 })
  expect(parseSlot('web')).toBeUndefined()
  expect(parseSlot('web/-1')).toBeUndefined()
})
