import { expect, it } from 'vitest'
import { createSimClock, inTurns } from './index.ts'
import { TURN_MS } from './limits.ts'

/** Steps that take so long each, and what was done. */
function stepsOf(tookMs: readonly number[]) {
  const done: string[] = []
  let nowMs = 0
  const sim = createSimClock()
  const clock = {
    monotonicMs: () => nowMs,
    timer(ms: number, run: () => void) {
      return sim.timer(ms, () => {
        done.push('others')
        run()
      })
    },
  }
  function* steps(): Generator<void, string> {
    for (const ms of tookMs) {
      nowMs += ms
      done.push(`${ms} ms`)
      yield
    }
    return 'end'
  }
  return { sim, clock, steps, done }
}

it('lets others in once a turn is over, and tells the result', async () => {
  const { sim, clock, steps, done } = stepsOf([1, TURN_MS - 1, 1, 2, TURN_MS, 1])
  const result = inTurns(clock, steps())
  for (let turn = 0; turn < 10; turn++) await sim.advance(0)
  expect(await result).toBe('end')
  expect(done).toEqual(['1 ms', '7 ms', 'others', '1 ms', '2 ms', '8 ms', 'others', '1 ms'])
})

it('takes no time where there is nothing to do, and throws what a step throws', async () => {
  const { clock, steps, done } = stepsOf([])
  expect(await inTurns(clock, steps())).toBe('end')
  expect(done).toEqual([])
  // biome-ignore lint/correctness/useYield: its first step throws.
  const failing = (function* (): Generator<void, void> {
    throw new Error('A step failed.')
  })()
  await expect(inTurns(clock, failing)).rejects.toThrow('A step failed.')
})
