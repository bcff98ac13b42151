import { expect, test } from 'vitest'
import { createRegistryPull } from './registry-pull.ts'

const [MINE, OTHER, PUBLISHED] = ['mine', 'other', 'published'] as const
const NAME = 'bob/tool:latest'

/** An engine with images by name, and a registry that has one for every name. */
function house(
  names: Record<string, string>,
  { unnamed = [], ours = [] }: { unnamed?: string[]; ours?: string[] } = {},
) {
  const named = new Map(Object.entries(names))
  const there = new Set([...named.values(), ...unnamed])
  const noted = new Map<string, string | undefined>(ours.map((id) => [id, undefined]))
  let [pulls, pullsMost] = [0, 0]
  const engine = {
    images: async () => [...there].map((id) => ({ id, tags: [], sizeBytes: 1 })),
    async image(reference: string) {
      const id = named.get(reference)
      return id === undefined ? undefined : { id, tags: [], sizeBytes: 1, exposes: [] }
    },
    pull: async (reference: string) =>
      (async function* () {
        pullsMost = Math.max(pullsMost, ++pulls)
        yield {}
        named.set(reference, PUBLISHED)
        there.add(PUBLISHED)
        pulls--
      })(),
    async nameImage(id: string, reference: string) {
      named.set(reference, id)
    },
  }
  const book = {
    has: async (id: string) => noted.has(id),
    async remember(id: string, reference?: string) {
      noted.set(id, reference)
    },
  }
  const pull = createRegistryPull(engine, book)
  const options = { signal: new AbortController().signal, onProgress() {} }
  return { named, noted, pull: () => pull(NAME, options), pullsMost: () => pullsMost }
}

test('what came is ours, by the name that it came by', async () => {
  const { pull, named, noted } = house({})
  expect(await pull()).toBe(PUBLISHED)
  expect(named.get(NAME)).toBe(PUBLISHED)
  expect([...noted]).toEqual([[PUBLISHED, NAME]])
})

test('a name that its owner gave to something else is given back, and what came has none', async () => {
  const { pull, named, noted } = house({ [NAME]: MINE })
  expect(await pull()).toBe(PUBLISHED)
  expect(named.get(NAME)).toBe(MINE)
  expect([...noted]).toEqual([[PUBLISHED, undefined]])
})

test('two at a time leave the name with its owner too', async () => {
  const { pull, named, pullsMost } = house({ [NAME]: MINE })
  expect(await Promise.all([pull(), pull(), pull()])).toEqual([PUBLISHED, PUBLISHED, PUBLISHED])
  expect(named.get(NAME)).toBe(MINE)
  expect(pullsMost()).toBe(1)
})

test.each([
  ['by that name', { [NAME]: PUBLISHED }, []],
  ['by another', { 'mine:1': PUBLISHED }, []],
  ['without one', { 'mine:1': OTHER }, [PUBLISHED]],
])('what was there %s is not ours because a registry has it too', async (_, names, unnamed) => {
  const { pull, noted } = house(names, { unnamed })
  expect(await pull()).toBe(PUBLISHED)
  expect([...noted]).toEqual([])
})

test('what came from members before stays ours, by the name that it has now', async () => {
  const { pull, noted } = house({}, { unnamed: [PUBLISHED], ours: [PUBLISHED] })
  await pull()
  expect([...noted]).toEqual([[PUBLISHED, NAME]])
})
