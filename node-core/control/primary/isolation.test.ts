import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createIsolation } from './isolation.ts'
import { WRITE_TIMEOUT_MS } from './limits.ts'

function begin() {
  const clock = createSimClock()
  let alone = true
  const isolation = createIsolation({ clock, isAlone: () => alone })
  isolation.look()
  const pass = (ms: number): void => {
    clock.timer(ms, () => {})
    clock.runNext()
  }
  const is = (next: boolean): void => {
    alone = next
    isolation.look()
  }
  return { pass, is, patienceMs: () => isolation.patienceMs(WRITE_TIMEOUT_MS) }
}

describe('how long the committee is waited for', () => {
  it('is the usual time until nobody has been there for as long', () => {
    const { pass, patienceMs } = begin()
    pass(WRITE_TIMEOUT_MS - 1)
    expect(patienceMs()).toBe(WRITE_TIMEOUT_MS)
    pass(1)
    expect(patienceMs()).toBeLessThan(1_000)
  })

  it('is the usual time again from when one was there, however briefly', () => {
    const { pass, is, patienceMs } = begin()
    pass(WRITE_TIMEOUT_MS)
    is(false)
    expect(patienceMs()).toBe(WRITE_TIMEOUT_MS)
    is(true)
    pass(WRITE_TIMEOUT_MS - 1)
    expect(patienceMs()).toBe(WRITE_TIMEOUT_MS)
  })
})
