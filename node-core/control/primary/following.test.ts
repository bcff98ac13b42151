import { afterEach, describe, expect, it } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import { SAVE_EVERY_MS, SAVE_QUIET_MS } from './limits.ts'
import { FIRST_LOG } from './log-name.ts'
import {
  bytes,
  createTestNetwork,
  type TestNetwork,
  type TestNode,
  text,
} from './primary.fixture.ts'
import { copyFileOf } from './standing.ts'

const COPY_FILE = copyFileOf(FIRST_LOG)

let world: TestNetwork
afterEach(() => world.end())

const put = (node: TestNode, key: string, value: string): Promise<Plain> =>
  world.run(
    `${key} = ${value}`,
    node.primary.execute({ kind: 'kv.put', body: { key, value: bytes(value) } }),
  )
const held = (node: TestNode, key: string): string | undefined =>
  text(node.primary.view()?.get(key)?.value)
const stale = async (node: TestNode, key: string): Promise<string | undefined> => {
  const { row } = await world.run(`${key}, as it is here`, node.primary.key(key, { stale: true }))
  return text(row?.value)
}

/** A committee of so many, all of them admins. */
async function committee(seed: number, size: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed)
  const [founder] = world.nodes as [TestNode]
  for (let count = 1; count < size; count++) {
    const node = await world.add('admin', 'deploy', 'use')
    await world.run('a promotion', founder.primary.change('promote', node.id))
  }
  return world.nodes.slice(0, size)
}

describe('a node outside the committee', () => {
  it('keeps a copy that goes with the log', async () => {
    const [founder] = (await committee(1, 1)) as [TestNode]
    await put(founder, 'shop/stock', '12')
    const guest = await world.add('use')
    await world.until('it has the copy', () => held(guest, 'shop/stock') === '12')
    let told = 0
    guest.primary.subscribe(() => told++)
    await put(founder, 'shop/stock', '11')
    await world.until('it has moved on', () => held(guest, 'shop/stock') === '11')
    expect(told).toBeGreaterThan(0)
    expect(guest.primary.status()).toMatchObject({
      role: 'none',
      height: founder.primary.status().height,
    })
  })

  it('answers what is stale when nobody else is left', async () => {
    const [founder] = (await committee(2, 1)) as [TestNode]
    const guest = await world.add('deploy', 'use')
    await world.advance(1_000)
    await put(guest, 'shop/stock', '12')
    await world.until('it has the copy', () => held(guest, 'shop/stock') === '12')
    await founder.kill()
    await world.advance(5_000)
    expect(await stale(guest, 'shop/stock')).toBe('12')
    const read = guest.primary.key('shop/stock').catch((error) => error.code)
    expect(await world.run('a read', read)).toBe('NO_QUORUM')
  })

  it('reads what was committed after a restart without anybody, kill or not', async () => {
    const [founder] = (await committee(7, 1)) as [TestNode]
    const guest = await world.add('use')
    await put(founder, 'shop/stock', '12')
    await world.until('it has the copy', () => held(guest, 'shop/stock') === '12')
    await world.advance(SAVE_QUIET_MS + 100)
    await guest.kill()
    await put(founder, 'shop/stock', '11')
    await founder.kill()
    await guest.start()
    expect(held(guest, 'shop/stock')).toBe('12')
    await founder.start()
    await world.until('it has moved on', () => held(guest, 'shop/stock') === '11')
    await guest.restart()
    expect(held(guest, 'shop/stock')).toBe('11')
    expect(guest.primary.status().height).toBe(founder.primary.status().height)
  })

  it('says after a start that it is of an earlier life, until it holds what came meanwhile', async () => {
    const [founder, second, third] = (await committee(17, 3)) as [TestNode, TestNode, TestNode]
    const guest = await world.add('use')
    await put(founder, 'shop/stock', '12')
    for (const node of [guest, third]) {
      await world.until('it has the copy', () => held(node, 'shop/stock') === '12')
      await world.until('it knows', () => node.primary.status().caughtUp)
      await world.advance(SAVE_QUIET_MS + 100)
      await node.kill()
    }
    await put(founder, 'shop/stock', '11')
    const seen: string[] = []
    for (const node of [guest, third]) {
      const started = node.start()
      node.primary.subscribe(() => {
        const stock = held(node, 'shop/stock')
        if (stock) seen.push(`${stock} ${node.primary.status().caughtUp}`)
      })
      await world.run('its start', started)
      await world.until('it has caught up', () => node.primary.status().caughtUp)
      expect(held(node, 'shop/stock')).toBe('11')
    }
    expect(new Set(seen)).toContain('12 false')
    expect(new Set(seen)).not.toContain('12 true')
    expect(second.primary.status().caughtUp).toBe(true)
  })

  it('of nobody else’s in reach is never told that it has caught up', async () => {
    const [founder] = (await committee(18, 1)) as [TestNode]
    const guest = await world.add('use')
    await put(founder, 'shop/stock', '12')
    await world.until('it has the copy', () => held(guest, 'shop/stock') === '12')
    await world.advance(SAVE_QUIET_MS + 100)
    await guest.kill()
    await founder.kill()
    await guest.start()
    await world.advance(3_000)
    expect([held(guest, 'shop/stock'), guest.primary.status().caughtUp]).toEqual(['12', false])
    await founder.start()
    await world.until('the lone voter has', () => founder.primary.status().caughtUp)
    await world.until('it has', () => guest.primary.status().caughtUp)
  })

  it.each([
    ['torn', (bytes: Uint8Array) => bytes.subarray(0, bytes.byteLength - 9)],
    ['damaged', (bytes: Uint8Array) => bytes.map((byte, at) => (at === 99 ? byte ^ 1 : byte))],
    ['empty', () => new Uint8Array(0)],
  ])('throws a %s copy away and fetches another', async (_, harm) => {
    const [founder] = (await committee(8, 1)) as [TestNode]
    const guest = await world.add('use')
    await put(founder, 'shop/stock', '12')
    await world.until('it has the copy', () => held(guest, 'shop/stock') === '12')
    const stopped = guest.primary.stop()
    await world.advance(50)
    await stopped
    const bytes = await guest.disk.read(COPY_FILE)
    await guest.disk.writeAtomic(COPY_FILE, harm(bytes!))
    await guest.start()
    expect(guest.primary.view()).toBeUndefined()
    await world.until('it has another', () => held(guest, 'shop/stock') === '12')
  })

  it('writes no more often than it may, however much is committed', async () => {
    const [founder] = (await committee(9, 1)) as [TestNode]
    const guest = await world.add('use')
    await world.advance(SAVE_QUIET_MS + 1_000)
    let writes = 0
    const { writeAtomic } = guest.disk
    guest.disk.writeAtomic = (path, ...rest) => {
      if (path === COPY_FILE) writes++
      return writeAtomic(path, ...rest)
    }
    const endMs = world.clock.monotonicMs() + 2 * SAVE_EVERY_MS
    for (let at = 0; world.clock.monotonicMs() < endMs; at++) {
      await put(founder, 'shop/stock', `${at}`)
      await world.advance(500)
    }
    expect(writes).toBeGreaterThan(0)
    expect(writes).toBeLessThanOrEqual(3)
  })

  it('is given nothing without the right to read', async () => {
    const [founder] = (await committee(3, 1)) as [TestNode]
    const guest = await world.add('deploy')
    await put(founder, 'shop/stock', '12')
    await world.advance(5_000)
    expect(guest.primary.view()).toBeUndefined()
  })

  it('watches its own copy without a gap, from before it was there', async () => {
    const [founder] = (await committee(4, 1)) as [TestNode]
    await put(founder, 'shop/a', '1')
    const guest = await world.add('use')
    await world.until('it has the copy', () => held(guest, 'shop/a') === '1')
    const leaving = new AbortController()
    const seen: (string | undefined)[] = []
    const watching = (async () => {
      for await (const { events } of guest.primary.watch('shop/', {
        from: 1,
        signal: leaving.signal,
      })) {
        seen.push(...events.map(({ row }) => text(row?.value)))
      }
    })()
    for (const value of ['2', '3', '4']) await put(founder, 'shop/a', value)
    await world.until('all were seen', () => seen.length === 4)
    expect(seen).toEqual(['1', '2', '3', '4'])
    leaving.abort()
    await world.run('the watch', watching)
  })

  it('follows another member when the one it follows goes, and misses nothing', async () => {
    const nodes = await committee(5, 3)
    const guest = await world.add('use')
    await world.until('it follows', () => guest.primary.status().following?.parent !== undefined)
    const leader = nodes.find(({ primary }) => primary.status().role === 'leader')
    const parent = nodes.find(({ id }) => id === guest.primary.status().following?.parent)!
    expect(parent.id).not.toBe(leader?.id)
    await parent.kill()
    await put(leader!, 'shop/a', '1')
    await put(leader!, 'shop/b', '1')
    await world.until('it has both', () => held(guest, 'shop/b') === '1')
    expect(held(guest, 'shop/a')).toBe('1')
    expect(guest.primary.status().following?.parent).not.toBe(parent.id)
  })

  it('has one copy and not two while it is in the committee, and follows again after', async () => {
    const [founder] = (await committee(6, 1)) as [TestNode]
    const second = await world.add('use', 'deploy')
    await put(founder, 'shop/a', '1')
    await world.until('it follows', () => held(second, 'shop/a') === '1')
    await world.run('a promotion', founder.primary.change('promote', second.id))
    await put(founder, 'shop/a', '2')
    await world.until('it holds the log', () => held(second, 'shop/a') === '2')
    expect(second.primary.status()).toMatchObject({
      role: 'voter',
      following: { parent: undefined, depth: 0 },
    })
    await world.run('a demotion', founder.primary.change('demote', second.id))
    await put(founder, 'shop/a', '3')
    await world.until('it follows again', () => held(second, 'shop/a') === '3')
    expect(second.primary.status()).toMatchObject({
      role: 'none',
      following: { parent: founder.id },
    })
  })

  it.each([10, 11, 12])(
    'loses no call of many when members die in the middle of them (seed %i)',
    async (seed) => {
      const nodes = await committee(seed, 5)
      const guest = await world.add('deploy', 'use')
      await world.until('it is known', () => guest.primary.status().committee?.voters.length === 5)
      await put(guest, 'guest/first', '1')
      const failed: string[] = []
      let done = 0
      let ending = false
      const client = async (number: number): Promise<void> => {
        for (let at = 0; !ending; at++) {
          const key = `guest/${number}/${at}`
          try {
            await guest.primary.execute({ kind: 'kv.put', body: { key, value: bytes('1') } })
            if ((await guest.primary.key(key)).row === undefined) failed.push(`${key} is gone`)
            done++
          } catch (error) {
            failed.push(`${key}: ${error}`)
          }
        }
      }
      const clients = Array.from({ length: 8 }, (_, number) => client(number))
      await world.advance(500)
      // Whoever is asked, and whoever leads: both are in the middle of something.
      for (const role of ['voter', 'leader'] as const) {
        await nodes.find(({ primary }) => primary.status().role === role)?.kill()
        const before = done
        await world.until('writes go on', () => done > before + 50)
      }
      ending = true
      await world.run('the last calls', Promise.all(clients))
      expect(failed).toEqual([])
    },
  )
})
