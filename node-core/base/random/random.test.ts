import { describe, expect, it } from 'vitest'
import { createSeededRandom, createSystemRandom, pick, type Random, shuffle } from './index.ts'

describe.each([
  ['the system', createSystemRandom],
  ['a seed', () => createSeededRandom(1)],
])('%s as chance', (_, make: () => Random) => {
  it('stays within its bounds and reaches all of them', () => {
    const random = make()
    const seen = new Set<number>()
    for (let at = 0; at < 1_000; at++) {
      seen.add(random.int(5))
      const float = random.float()
      expect(float >= 0 && float < 1).toBe(true)
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4])
    expect(random.bytes(0)).toHaveLength(0)
    expect(random.bytes(33)).toHaveLength(33)
  })

  it('is spread evenly: chi-squared of 16 bins under its bound at p = 0.0001', () => {
    const random = make()
    const bins = new Array<number>(16).fill(0)
    for (let at = 0; at < 16_000; at++) bins[random.int(16)]! += 1
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
    expect(chiSquared).toBeLessThan(44.3)
  })

  it('shuffles without losing anything and picks what is there', () => {
    const random = make()
    const items = Array.from({ length: 50 }, (_item, at) => at)
    expect(shuffle(random, items).toSorted((a, b) => a - b)).toEqual(items)
    expect(shuffle(random, items)).not.toEqual(items)
    expect(items).toContain(pick(random, items))
    expect(pick(random, [])).toBeUndefined()
  })
})

describe('a seed', () => {
  it('gives the same sequence on every machine', () => {
    const random = createSeededRandom(2026)
    expect(Buffer.from(random.bytes(8)).toString('hex')).toBe('01c3509e01895bab')
    expect(createSeededRandom(1).float()).not.toBe(createSeededRandom(2).float())
  })
})
