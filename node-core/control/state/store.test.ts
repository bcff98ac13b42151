import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSimDatabase } from '../../base/database/index.ts'
import { createDatabaseStore, createMemoryStore } from './index.ts'
import { storeSuite } from './store.suite.ts'

storeSuite('memory', createMemoryStore)
storeSuite('a database', () => createDatabaseStore(createSimDatabase()))

it('a memory store loses what had not resolved when the power went', async () => {
  const clock = createSimClock()
  const store = createMemoryStore(clock, { writeMs: 5 })
  void store.write(new Map([['a', new Uint8Array([1])]]))
  store.crash()
  clock.advance(10)
  await Promise.resolve()
  expect(await store.load()).toEqual(new Map())
})
