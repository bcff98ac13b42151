import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createLogMerge, type TimedLine } from './merge-logs.ts'

it('ends sources that wait for its reader when the reader leaves', async () => {
  let ended = false
  async function* lines(): AsyncGenerator<TimedLine> {
    try {
      for (let n = 100; ; n++) yield { at: `2026-01-01T00:00:00.${n}Z` }
    } finally {
      ended = true
    }
  }
  const merge = createLogMerge<TimedLine>({
    ...{ clock: createSimClock(), holdMs: 0, heldMax: 2, tail: undefined, signal: undefined },
    onError(error) {
      throw error
    },
  })
  merge.add(lines())
  for await (const _ of merge.read()) break
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(true)
})

it.each([undefined, 0])(
  'keeps lines of one source in their order, whatever their times',
  async (holdMs) => {
    const merge = createLogMerge<TimedLine & { text: string }>({
      ...{ clock: createSimClock(), holdMs, heldMax: 10, tail: 10, signal: undefined },
      onError(error) {
        throw error
      },
    })
    async function* lines(name: string, ...seconds: number[]) {
      for (const second of seconds) {
        yield { at: `2026-01-01T00:00:0${second}.000Z`, text: `${name}${second}` }
      }
    }
    merge.add(lines('a', 3, 1, 4))
    merge.add(lines('b', 2, 5))
    merge.seal()
    await new Promise((resolve) => setImmediate(resolve))
    const told: string[] = []
    for await (const { text } of merge.read()) told.push(text)
    expect(told).toEqual(['b2', 'a3', 'a1', 'a4', 'b5'])
  },
)

it.each(Array.from({ length: 24 }, (_, steps) => steps))(
  'ends with the last of its sources, whenever that ends: %i steps later',
  async (steps) => {
    const merge = createLogMerge<TimedLine>({
      ...{ clock: createSimClock(), holdMs: undefined, heldMax: 10, tail: 5, signal: undefined },
      onError(error) {
        throw error
      },
    })
    const more = Promise.withResolvers<void>()
    async function* lines(): AsyncGenerator<TimedLine> {
      await more.promise
      yield { at: '2026-01-01T00:00:00.000Z' }
      for (let step = 0; step < steps; step++) await Promise.resolve()
    }
    merge.add(lines())
    merge.seal()
    let told: number | undefined
    const read = async (): Promise<void> => {
      let lines = 0
      for await (const _ of merge.read()) lines++
      told = lines
    }
    void read()
    await new Promise((resolve) => setImmediate(resolve))
    // The reader waits; the line wakes it, and the end may come while it looks.
    more.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toBe(1)
  },
)
