import { describe, expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { createPassing } from './passing.ts'

describe('time in a world of whole nodes', () => {
  it('passes from timer to timer, each after all that the one before set off', async () => {
    const clock = createSimClock()
    const passing = createPassing(clock)
    const seen: string[] = []
    void passing.sleep(10).then(async () => {
      for (let turn = 0; turn < 50; turn++) await undefined
      seen.push(`first at ${clock.monotonicMs()}`)
    })
    void passing.sleep(11).then(() => seen.push(`second at ${clock.monotonicMs()}`))
    await passing.advance(20)
    expect(seen).toEqual(['first at 10', 'second at 11'])
    expect(clock.monotonicMs()).toBe(20)
  })

  it('goes on until something holds, and says so where it does not in time', async () => {
    const clock = createSimClock()
    const passing = createPassing(clock)
    expect(await passing.until(() => clock.monotonicMs() >= 120, 1_000)).toBe(true)
    expect(clock.monotonicMs()).toBe(150)
    expect(await passing.until(() => false, 200)).toBe(false)
    expect(clock.monotonicMs()).toBe(350)
  })

  it('ends with a failure where timers fire for ever at one moment', async () => {
    const clock = createSimClock()
    const again = (): void => void clock.timer(0, again)
    again()
    await expect(createPassing(clock).advance(1)).rejects.toThrow('Somebody never comes to rest.')
  })
})
