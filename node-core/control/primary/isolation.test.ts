import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createIsolation } from './isolation.ts'
import { WRITE_TIMEOUT_MS } from './limits.ts'
import { bytes, createTestNetwork } from './primary.fixture.ts'

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

describe('the last of a committee of three', () => {
  it('answers soon once nobody has been in reach for long, and not before', async () => {
    const world = await createTestNetwork(62)
    const [left] = world.nodes
    if (!left) throw new Error('A network has a founder.')
    for (let at = 0; at < 2; at++) {
      const { id } = await world.add('deploy', 'use')
      await world.advance(100)
      await world.run('it is promoted', left.primary.change('promote', id))
    }
    const write = (value: string) => {
      return left.primary.execute({ kind: 'kv.put', body: { key: 'shop/x', value: bytes(value) } })
    }
    await world.run('it is written', write('1'))
    await world.advance(500)
    await Promise.all(world.nodes.slice(1).map((node) => node.kill()))
    const timed = async (asked: Promise<unknown>): Promise<number> => {
      const sinceMs = world.clock.monotonicMs()
      const refused = expect(asked).rejects.toMatchObject({ code: 'NO_QUORUM' })
      await world.run('the refusal', refused)
      return world.clock.monotonicMs() - sinceMs
    }
    // Somebody may be back within that time.
    expect(await timed(write('2'))).toBeGreaterThan(4_000)
    await world.advance(2_000)
    expect(await timed(write('3'))).toBeLessThan(1_000)
    expect(await timed(left.primary.key('shop/x'))).toBeLessThan(1_000)
    const { row } = await world.run('it is read', left.primary.key('shop/x', { stale: true }))
    expect(row?.value).toEqual(bytes('1'))
    await world.end()
  })
})
