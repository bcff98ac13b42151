import { describe, expect, it } from 'vitest'
import { enduringTime } from './index.ts'
import { CLOCKS_APART_MS } from './limits.ts'

function setUp() {
  const now = { monotonic: 1_000, uptime: 70_000, wall: 1_700_000_000_000 }
  const time = enduringTime({
    monotonicMs: () => now.monotonic,
    uptimeMs: () => now.uptime,
    wallMs: () => now.wall,
    timer: () => () => {},
  })
  const startMs = time()
  const pass = (ms: number, asleep = false): void => {
    if (!asleep) now.monotonic += ms
    now.uptime += ms
    now.wall += ms
  }
  return { now, pass, passedMs: () => time() - startMs }
}

describe('time that nothing stops', () => {
  it('is that of the monotonic clock while no other passes it by', () => {
    const { now, pass, passedMs } = setUp()
    pass(500)
    expect(passedMs()).toBe(500)
    now.wall -= 3_600_000
    pass(500)
    expect(passedMs()).toBe(1_000)
  })

  it('goes on while the computer sleeps and its monotonic clock stands still', () => {
    const { pass, passedMs } = setUp()
    pass(30_000, true)
    expect(passedMs()).toBeGreaterThanOrEqual(30_000)
  })

  it('does so whatever the wall clock says on waking', () => {
    const { now, pass, passedMs } = setUp()
    pass(30_000, true)
    now.wall -= 40_000
    expect(passedMs()).toBeGreaterThanOrEqual(30_000)
  })

  it('does so where the wall clock had jumped ahead before', () => {
    const { now, pass, passedMs } = setUp()
    now.wall += 3_600_000
    const beforeMs = passedMs()
    now.wall -= 3_600_000
    passedMs()
    pass(30_000, true)
    expect(passedMs() - beforeMs).toBeGreaterThanOrEqual(30_000)
  })

  it('misses no more of many short sleeps than of one', () => {
    const { pass, passedMs } = setUp()
    for (let nap = 0; nap < 100; nap++) {
      pass(CLOCKS_APART_MS - 1, true)
      passedMs()
    }
    expect(passedMs()).toBeGreaterThanOrEqual(100 * (CLOCKS_APART_MS - 1) - CLOCKS_APART_MS)
  })

  it('does not run ahead for a clock that counts in steps', () => {
    const { now, passedMs } = setUp()
    const { uptime, wall } = now
    for (let ms = 1; ms <= 1_000; ms++) {
      now.monotonic++
      now.wall = wall + ms
      now.uptime = uptime + Math.floor(ms / 10) * 10
      passedMs()
    }
    expect(passedMs()).toBe(1_000)
  })
})
