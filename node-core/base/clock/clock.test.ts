import { describe, expect, it } from 'vitest'
import {
  type Clock,
  createSimClock,
  createSystemClock,
  every,
  parseTimestamp,
  sleep,
  toTimestamp,
} from './index.ts'

/** What any clock must do. `pass` lets that much time go by. */
function clockSuite(
  name: string,
  make: () => { clock: Clock; pass: (ms: number) => Promise<void> },
) {
  describe(`${name} as a clock`, () => {
    it('never goes back and tells a time since 1970', () => {
      const { clock } = make()
      const before = clock.monotonicMs()
      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(before)
      expect(clock.wallMs()).toBeGreaterThan(1_600_000_000_000)
    })

    it('runs timers in the order they fall due, once, and not those cancelled', async () => {
      const { clock, pass } = make()
      const ran: string[] = []
      clock.timer(40, () => ran.push('late'))
      clock.timer(10, () => ran.push('early'))
      const cancel = clock.timer(20, () => ran.push('cancelled'))
      cancel()
      cancel()
      await pass(150)
      expect(ran).toEqual(['early', 'late'])
    })

    it('sleeps until the time has passed or the signal says so', async () => {
      const { clock, pass } = make()
      const stop = new AbortController()
      const asleep = sleep(clock, 10)
      const stopped = expect(sleep(clock, 1e6, { signal: stop.signal })).rejects.toThrow('enough')
      stop.abort(new Error('enough'))
      await stopped
      await expect(sleep(clock, 10, { signal: stop.signal })).rejects.toThrow('enough')
      await pass(50)
      await asleep
    })
  })
}

clockSuite('the system', () => {
  const clock = createSystemClock()
  return { clock, pass: (ms) => sleep(clock, ms) }
})
clockSuite('the simulated one', () => {
  const clock = createSimClock()
  return { clock, pass: async (ms) => clock.advance(ms) }
})

describe('the simulated clock', () => {
  it('runs what falls due while it moves, also what was armed on the way', () => {
    const clock = createSimClock()
    const ran: number[] = []
    clock.timer(10, () => {
      ran.push(clock.monotonicMs())
      clock.timer(10, () => ran.push(clock.monotonicMs()))
    })
    clock.advance(19)
    expect(ran).toEqual([10])
    clock.advance(1)
    expect(ran).toEqual([10, 20])
    expect(clock.runNext()).toBe(false)
  })

  it('keeps timeouts true when the wall clock jumps', () => {
    const clock = createSimClock({ wallStartMs: 5_000 })
    clock.jumpWall(-3_600_000)
    expect(clock.monotonicMs()).toBe(0)
    expect(clock.wallMs()).toBe(5_000 - 3_600_000)
  })
})

describe('every', () => {
  const turns = async () => {
    for (let at = 0; at < 20; at++) await Promise.resolve()
  }

  it('waits after each run, so that a slow one never overlaps itself', async () => {
    const clock = createSimClock()
    let running = 0
    let runs = 0
    const finish: (() => void)[] = []
    const stop = every(
      clock,
      100,
      async () => {
        running++
        runs++
        expect(running).toBe(1)
        await new Promise<void>((resolve) => finish.push(resolve))
        running--
      },
      () => undefined,
    )
    clock.advance(1_000)
    await turns()
    expect(runs).toBe(1)
    finish.shift()?.()
    await turns()
    clock.advance(100)
    expect(runs).toBe(2)
    const stopped = stop()
    finish.shift()?.()
    await stopped
    clock.advance(1_000)
    expect(runs).toBe(2)
  })

  it('tells of a failure and goes on', async () => {
    const clock = createSimClock()
    const failures: unknown[] = []
    const stop = every(
      clock,
      10,
      () => Promise.reject(new Error('no')),
      (error) => failures.push(error),
    )
    for (let at = 0; at < 3; at++) {
      clock.advance(10)
      await turns()
    }
    await stop()
    expect(failures).toHaveLength(3)
  })
})

describe('timestamps', () => {
  it('have one spelling', () => {
    expect(toTimestamp(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(parseTimestamp('2026-11-20T16:55:00.123Z')).toBe(1_795_193_700_123)
    for (const text of [
      '',
      '2026-11-20',
      '2026-11-20T16:55:00Z',
      '2026-11-20T16:55:00.000+01:00',
      '2026-02-30T00:00:00.000Z',
      '2026-13-01T00:00:00.000Z',
      '2026-11-20T24:00:00.000Z',
    ]) {
      expect(parseTimestamp(text)).toBeUndefined()
    }
  })
})

it('runs what is due at once in the next turn of this thread, where it is not cancelled', async () => {
  const clock = createSystemClock()
  const ran: string[] = []
  clock.timer(1, () => ran.push('a millisecond later'))
  clock.timer(0, () => ran.push('next'))
  clock.timer(0, () => ran.push('cancelled'))()
  expect(ran).toEqual([])
  await new Promise(setImmediate)
  expect(ran[0]).toBe('next')
  expect(ran).not.toContain('cancelled')
})
