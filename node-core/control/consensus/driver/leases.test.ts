import { describe, expect, it } from 'vitest'
import { setUp, turns } from './driver.fixture.ts'
import { TICK_MS } from './limits.ts'

describe('a driver of an engine that counts on leases', () => {
  it('says how much time has passed, that in which this computer slept included', async () => {
    const { engine, world, consensus } = setUp({ countsOnLeases: true })
    await consensus.start()
    await world.advance(10 * TICK_MS)
    const { tick = 0 } = engine.told
    await world.advance(5 * TICK_MS)
    expect((engine.told.tick ?? 0) - tick).toBeCloseTo(5)
    const { ready = 0 } = engine.told
    // As a clock of its own sees it, no time has passed; as another does, half a minute.
    world.clock.jumpWall(30_000)
    void consensus.read().catch(() => {})
    await turns()
    expect((engine.told.ready ?? 0) - ready).toBeGreaterThanOrEqual(30_000 / TICK_MS)
    await consensus.stop()
  })

  it('says nothing of it where it was not told that there are any', async () => {
    const { engine, world, consensus } = setUp()
    await consensus.start()
    await world.advance(2 * TICK_MS)
    expect(engine.calls).toContain('tick')
    expect(engine.told).toEqual({ tick: undefined, ready: undefined })
    await consensus.stop()
  })
})
