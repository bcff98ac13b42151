import { describe, expect, it } from 'vitest'
import { createAwakeClock } from './awake-clock.ts'
import { createLeaseTime } from './lease-time.ts'

describe('the time of a lease', () => {
  it('counts from when the last renewal that succeeded was sent', () => {
    const time = createLeaseTime(10_000, 2_500)
    expect(time.phase(0)).toBe('over')
    time.kept(1_000)
    expect(time.phase(8_499)).toBe('held')
    expect(time.phase(8_500)).toBe('ending')
    expect(time.phase(11_000)).toBe('over')
    time.kept(6_000)
    // An answer that was long under way says nothing newer.
    time.kept(2_000)
    expect(time.phase(13_499)).toBe('held')
    expect(time.phase(16_000)).toBe('over')
  })

  it('is over once the registry says so', () => {
    const time = createLeaseTime(10_000, 2_500)
    time.kept(0)
    time.lost()
    expect(time.phase(1)).toBe('over')
  })
})

describe('a clock that goes on in suspend', () => {
  it('follows the steady one, and what passed since boot once that is well ahead', () => {
    let steadyMs = 500
    let bootSeconds = 77
    const nowMs = createAwakeClock(
      () => steadyMs,
      () => bootSeconds,
    )
    steadyMs += 1_500
    bootSeconds += 2
    expect(nowMs()).toBe(1_500)
    bootSeconds += 3_600
    expect(nowMs()).toBe(3_601_000)
  })
})
