import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEvents } from './events.ts'

describe('simulated time', () => {
  it('runs everything in the order of time, and of asking within one moment', () => {
    const ordered = (timesMs: number[]): void => {
      const events = createEvents()
      const ran: [number, number][] = []
      for (const [n, timeMs] of timesMs.entries()) events.at(timeMs, () => ran.push([timeMs, n]))
      while (events.runNext(100));
      expect(ran).toEqual(ran.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]))
      expect(ran).toHaveLength(timesMs.length)
    }
    fc.assert(fc.property(fc.array(fc.nat(50)), ordered), { seed: 2026 })
  })

  it('stops at the time it is given, and what is late runs at once', () => {
    const events = createEvents()
    const ran: number[] = []
    events.at(5, () => events.at(1, () => ran.push(events.nowMs())))
    events.at(11, () => ran.push(11))
    while (events.runNext(10));
    expect(ran).toEqual([5])
    expect(events.nowMs()).toBe(10)
  })
})
