/** Locks of a network: who waits is told when its turn has come, wherever it asks. */
import { afterEach, describe, expect, it } from 'vitest'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())

const LOCK = 'shop/leader'
const run = (node: TestNode, kind: 'lock.acquire' | 'lock.release', lease: string) =>
  world.run(kind, node.primary.execute({ kind, body: { lock: LOCK, lease } }))
const grant = (node: TestNode, lease: string, ttlMs = 60_000) =>
  world.run('a lease', node.primary.execute({ kind: 'lease.grant', body: { lease, ttlMs } }))

async function heldByFirst(seed: number, ttlMs?: number): Promise<[TestNode, TestNode]> {
  world = await createTestNetwork(seed)
  const [founder] = world.nodes as [TestNode]
  const guest = await world.add('admin', 'deploy', 'use')
  await world.until('the committee is told', () => !!guest.primary.status().committee)
  await grant(founder, 'shop/first', ttlMs)
  await grant(guest, 'shop/second')
  expect(await run(founder, 'lock.acquire', 'shop/first')).toMatchObject({ held: true })
  expect(await run(guest, 'lock.acquire', 'shop/second')).toEqual({ held: false, ahead: 1 })
  return [founder, guest]
}

describe('a lock', () => {
  it('is shown with its holder and who waits, in order, from anywhere', async () => {
    const [founder, guest] = await heldByFirst(51)
    const row = { holder: 'shop/first', token: expect.any(Number), waiting: ['shop/second'] }
    for (const { primary } of [founder, guest]) {
      expect(await world.run('it is shown', primary.lock(LOCK))).toEqual(row)
    }
    expect(await world.run('it is shown', guest.primary.lock('shop/free'))).toBeUndefined()
  })

  it('wakes who waits on a node without a copy, once its turn has come', async () => {
    const [founder, guest] = await heldByFirst(52)
    let woken = false
    const turn = guest.primary.untilTurn(LOCK, 'shop/second', { waitMs: 15_000 })
    void turn.then(() => {
      woken = true
    })
    await world.advance(3_000)
    expect(woken).toBe(false)
    await run(founder, 'lock.release', 'shop/first')
    await world.advance(500)
    expect(woken).toBe(true)
    const again = guest.primary.untilTurn(LOCK, 'shop/second', { waitMs: 60_000 })
    const askedMs = world.clock.monotonicMs()
    await world.run('its turn, which has come', again)
    expect(world.clock.monotonicMs() - askedMs).toBeLessThan(500)
    const token = { held: true, token: expect.any(Number) }
    expect(await run(guest, 'lock.acquire', 'shop/second')).toEqual(token)
  })

  it('passes on when the lease of its holder ends', async () => {
    const [, guest] = await heldByFirst(53, 2_000)
    const turn = guest.primary.untilTurn(LOCK, 'shop/second', { waitMs: 20_000 })
    await world.run('its turn', turn)
    expect(await run(guest, 'lock.acquire', 'shop/second')).toMatchObject({ held: true })
  })

  it('lets who waits go when the time is over, or when it no longer wants to', async () => {
    const [founder, guest] = await heldByFirst(54)
    const began = world.clock.monotonicMs()
    // What is left of a time on a real clock is no whole number.
    await world.run('the time', guest.primary.untilTurn(LOCK, 'shop/second', { waitMs: 999.5 }))
    expect(world.clock.monotonicMs() - began).toBeGreaterThanOrEqual(999.5)
    const stop = new AbortController()
    const options = { waitMs: 20_000, signal: stop.signal }
    const given = guest.primary.untilTurn(LOCK, 'shop/second', options)
    stop.abort(new Error('no more'))
    await expect(world.run('it is let go', given)).rejects.toThrow('no more')
    const waiting = founder.primary.untilTurn(LOCK, 'shop/second', { waitMs: 20_000 })
    await run(guest, 'lock.release', 'shop/second')
    await world.run('it waits no more', waiting)
  })
})
