import { expect, test } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import type { Plain } from '../../../base/codec/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createFetchedBook } from './fetched-images.ts'

const ID = `sha256:${'a'.repeat(64)}`

/** An engine with images, of which the removal comes too late to be waited for. */
function house() {
  let file: Plain | undefined
  let there = [{ id: ID, tags: ['web:1'], sizeBytes: 1 }]
  const engine = {
    images: async () => there,
    imageSizes: async () => new Map<string, number>(),
    async removeImage(): Promise<boolean> {
      throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker does not answer in time.')
    },
  }
  const kept = {
    read: async () => file,
    async write(value: Plain) {
      file = value
      return true
    },
  }
  const book = () => createFetchedBook(engine, kept, createSimClock())
  return { book, noted: () => Object.keys(file ?? {}), has: (some: typeof there) => (there = some) }
}

test('an image that went after nobody waited any more is struck out, in the next life too', async () => {
  const { book, noted, has } = house()
  const first = book()
  await first.remember(ID, 'web:1')
  await expect(first.remove(ID)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  expect(await first.list()).toHaveLength(1)
  expect(noted()).toEqual([ID])
  has([])
  expect(await book().list()).toEqual([])
  expect(noted()).toEqual([])
})

test('what was not to go stays noted though the engine has it not', async () => {
  const { book, noted, has } = house()
  const first = book()
  await first.remember(ID, 'web:1')
  has([])
  expect(await first.list()).toEqual([])
  expect(noted()).toEqual([ID])
})

test('what is fetched again is to go no more', async () => {
  const { book, noted, has } = house()
  const first = book()
  await first.remember(ID, 'web:1')
  await first.remove(ID).catch(() => {})
  await first.remember(ID, 'web:1')
  has([])
  expect(await first.list()).toEqual([])
  expect(noted()).toEqual([ID])
})
