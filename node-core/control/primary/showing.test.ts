/** What a node shows of the registry, while its copies change places and are read again. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { createRegistry } from '../registry/index.ts'
import { SAVE_QUIET_MS } from './limits.ts'
import {
  bytes,
  createTestNetwork,
  type TestNetwork,
  type TestNode,
  text,
} from './primary.fixture.ts'
import { type Copy, createShowing } from './showing.ts'

let world: TestNetwork
afterEach(() => world.end())

const put = (node: TestNode, key: string, value: string): Promise<Plain> =>
  world.run(
    `${key} is put`,
    node.primary.execute({ kind: 'kv.put', body: { key, value: bytes(value) } }),
  )
const held = (node: TestNode, key: string): string | undefined =>
  text(node.primary.view()?.get(key)?.value)

describe('the registry as a node shows it', () => {
  it('shows nothing after a start before it holds again what it held', async () => {
    world = await createTestNetwork(45)
    const [node] = world.nodes as [TestNode]
    const counts = [1, 2, 3, 4, 5, 6]
    for (const count of counts) await put(node, 'shop/count', `${count} ${'x'.repeat(500_000)}`)
    await node.kill()
    const started = node.start()
    const shown = new Set<string | undefined>()
    node.primary.subscribe(() => {
      shown.add(text(node.primary.view()?.get('shop/count')?.value)?.slice(0, 1))
    })
    await world.run('the start', started)
    await world.until('it shows all of it', () => shown.has('6'))
    expect([...shown].filter((count) => count !== undefined)).toEqual(['6'])
  })

  it.each(['raft', 'simplex'] as const)(
    'never shows less than it has shown, whichever copy comes in place of another (%s)',
    async (engine) => {
      world = await createTestNetwork(13, engine)
      const [founder] = world.nodes as [TestNode]
      const second = await world.add('use', 'deploy')
      const counted = (): number => Number(held(second, 'shop/count') ?? 0)
      for (let count = 1; count <= 40; count++) await put(founder, 'shop/count', `${count}`)
      await world.until('it follows', () => counted() === 40)
      const back: string[] = []
      let most = 40
      second.primary.subscribe(() => {
        if (counted() < most) back.push(`${counted()} after ${most}`)
        most = Math.max(most, counted())
      })
      await world.run('a promotion', founder.primary.change('promote', second.id))
      await put(founder, 'shop/count', '41')
      await world.until('it holds the log', () => counted() === 41)
      expect(['voter', 'leader']).toContain(second.primary.status().role)
      await world.run('a demotion', founder.primary.change('demote', second.id))
      await world.until('it is out', () => second.primary.status().role === 'none')
      await put(founder, 'shop/count', '42')
      await world.until('it follows again', () => counted() === 42)
      expect(back).toEqual([])
    },
  )

  it('shows what it followed after it was killed while it learned the log', async () => {
    world = await createTestNetwork(14)
    const [founder] = world.nodes as [TestNode]
    const second = await world.add('use', 'deploy')
    const counted = (): number | undefined => {
      const count = held(second, 'shop/count')
      return count === undefined ? undefined : Number(count)
    }
    for (let count = 1; count <= 40; count++) await put(founder, 'shop/count', `${count}`)
    await world.until('it follows', () => counted() === 40)
    await world.advance(SAVE_QUIET_MS + 100)
    let killed: Promise<void> | undefined
    second.primary.subscribe(() => {
      if (second.primary.status().role === 'learner') killed ??= second.kill()
    })
    const promoted = founder.primary.change('promote', second.id).catch(() => {})
    await world.until('it learns', () => killed !== undefined)
    await world.run('its end', killed ?? promoted)
    const started = second.start()
    const shown = new Set<number | undefined>()
    second.primary.subscribe(() => shown.add(counted()))
    await world.run('its start', started)
    await put(founder, 'shop/count', '41')
    await world.until('it holds the log', () => counted() === 41)
    shown.delete(undefined)
    expect([...shown]).toEqual([40, 41])
    await world.run('the promotion', promoted)
  })

  it('stays for as long as another copy may come, which may be asked of what it shows', async () => {
    world = await createTestNetwork(15)
    const { network } = world
    const copyAt = (height: number): Copy => {
      return { view: createRegistry({ network, voters: [] }).view, height: height as LogIndex }
    }
    const [before, after] = [copyAt(40), copyAt(1)]
    let now: Copy | undefined = before
    let may = true
    const showing = createShowing({
      copy: () => now,
      mayCome: () => may && showing.view() === before.view,
    })
    for (const next of [before, after, undefined]) {
      now = next
      expect(showing.view()).toBe(before.view)
    }
    now = after
    may = false
    expect(showing.view()).toBe(after.view)
  })
})
