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
