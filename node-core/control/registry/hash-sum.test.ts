import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHashSum } from './hash-sum.ts'

const items = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 12 })

/** The definition, by big integers. */
function naive(list: readonly Uint8Array[]): string {
  const sum = list.reduce((total, item) => {
    const digest = createHash('sha256').update(item).digest().reverse()
    return total + BigInt(`0x${digest.toString('hex')}`)
  }, 0n)
  const hex = (sum % 2n ** 256n).toString(16).padStart(64, '0')
  return Buffer.from(hex, 'hex').reverse().toString('hex')
}

describe('the hash of a set', () => {
  it('is the sum of its items’ hashes, in whatever order they came and went', () => {
    fc.assert(
      fc.property(items, items, (stay, go) => {
        const sum = createHashSum()
        for (const item of [...go, ...stay]) sum.add(item)
        for (const item of go.toReversed()) sum.subtract(item)
        expect(Buffer.from(sum.value()).toString('hex')).toBe(naive(stay))
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
