import { expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { OTHERS_MS } from './limits.ts'
import { createRoundWatch } from './round-watch.ts'

function setUp() {
  const clock = createSimClock()
  let woken = 0
  const watch = createRoundWatch(clock, () => {
    woken++
  })
  return { clock, watch, woken: () => woken }
}

it('lets nobody wait before the first round, and after the last one for a while', async () => {
  const { clock, watch } = setUp()
  expect(watch.mayWait()).toBe(false)
  watch.over()
  await clock.advance(OTHERS_MS - 1)
  expect(watch.mayWait()).toBe(true)
  await clock.advance(1)
  expect(watch.mayWait()).toBe(false)
})

it('wakes at the end of that while, once, and only whoever asked for it', async () => {
  const { clock, watch, woken } = setUp()
  watch.over()
  await clock.advance(2 * OTHERS_MS)
  expect(woken()).toBe(0)
  watch.over()
  watch.wakeAtEnd()
  watch.wakeAtEnd()
  await clock.advance(OTHERS_MS)
  expect(woken()).toBe(1)
  watch.over()
  watch.wakeAtEnd()
  watch.stop()
  await clock.advance(2 * OTHERS_MS)
  expect(woken()).toBe(1)
})
