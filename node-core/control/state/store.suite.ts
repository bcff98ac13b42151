/** What every store of the shared state promises. */
import { describe, expect, it } from 'vitest'
import type { StateStore } from './index.ts'

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)
const sorted = (rows: Map<string, Uint8Array>): [string, number[]][] =>
  [...rows].map(([name, row]): [string, number[]] => [name, [...row]]).sort()

export function storeSuite(name: string, makeStore: () => StateStore): void {
  describe(`${name} as a store`, () => {
    it('is empty at first', async () => {
      expect(await makeStore().load()).toEqual(new Map())
    })

    it('gives back what was written last, and nothing that was taken away', async () => {
      const store = makeStore()
      await store.load()
      await store.write(
        new Map([
          ['a', bytes(1)],
          ['b', bytes(2)],
          ['c', bytes()],
        ]),
      )
      await store.write(
        new Map([
          ['a', bytes(3, 4)],
          ['b', undefined],
          ['never', undefined],
        ]),
      )
      expect(sorted(await store.load())).toEqual([
        ['a', [3, 4]],
        ['c', []],
      ])
    })

    it('takes nothing for an answer', async () => {
      const store = makeStore()
      await store.load()
      await store.write(new Map())
      expect(await store.load()).toEqual(new Map())
    })
  })
}
