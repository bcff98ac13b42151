import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSortedKeys } from './index.ts'

const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/'), minLength: 1, maxLength: 5 })
const step = fc.record({ add: fc.boolean(), key })

describe('sorted keys', () => {
  it('are what sorting a set gives', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        key,
        key,
        fc.nat(6),
        (steps, prefix, after, limit) => {
          const keys = createSortedKeys()
          const model = new Set<string>()
          for (const { add, key } of steps) {
            if (add) keys.add(key)
            else keys.remove(key)
            if (add) model.add(key)
            else model.delete(key)
          }
          const matching = [...model].sort().filter((one) => one.startsWith(prefix))
          expect(keys.size).toBe(model.size)
          expect(keys.all()).toEqual([...model].sort())
          expect(keys.startingWith(prefix)).toEqual(matching)
          expect(keys.page(prefix, { after, limit })).toEqual(
            matching.filter((one) => one > after).slice(0, limit),
          )
        },
      ),
      { seed: 1, numRuns: 2_000 },
    )
  })

  it('stay in order over many pieces, however they come and go', () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `k${(at * 7_919) % 5_000}`)
    const keys = createSortedKeys()
    for (const name of names) keys.add(name)
    expect(keys.startingWith('')).toEqual(names.toSorted())
    for (const name of names.slice(0, 4_000)) keys.remove(name)
    expect(keys.startingWith('')).toEqual(names.slice(4_000).toSorted())
    expect(keys.page('k1', { after: 'k12', limit: 3 })).toEqual(
      names
        .slice(4_000)
        .toSorted()
        .filter((one) => one > 'k12')
        .slice(0, 3),
    )
    for (const name of names) keys.remove(name)
    expect(keys.startingWith('')).toEqual([])
  })
})
