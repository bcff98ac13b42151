/** A home that is put back from a copy must not vote: it has forgotten how it voted. */
import { afterEach, describe, expect, it } from 'vitest'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'
import { readStanding, writeStanding } from './standing.ts'

let world: TestNetwork
afterEach(() => world.end())
const { put, get } = createPeople(() => world)

const votes = ({ primary }: TestNode): boolean =>
  ['leader', 'voter'].includes(primary.status().role)
const troubleOf = ({ primary }: TestNode): string | undefined => primary.status().trouble?.code
const leader = (): TestNode =>
  world.nodes.find(({ primary }) => primary.status().role === 'leader')!

async function committee(seed: number, others: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed)
  for (let at = 0; at < others; at++) await takeIn()
  return world.nodes
}
async function takeIn(): Promise<TestNode> {
  const node = await world.add('deploy', 'use')
  await world.advance(100)
  await world.run('it is promoted', world.nodes[0]!.primary.change('promote', node.id))
  await world.until('all vote', () => world.nodes.every(votes))
  return node
}

describe('a home that is put back from a copy', () => {
  it('does not vote, so that nothing acknowledged is lost, and is mended by demote and promote', async () => {
    const nodes = await committee(31, 2)
    await put(nodes[0]!, 'shop/x', '1')
    const first = leader()
    const [copied, lagging] = nodes.filter((node) => node !== first) as [TestNode, TestNode]
    const copy = copied.disk.copyOut()
    // What comes now is acknowledged by these two alone.
    for (const other of [first, copied]) world.links.cut(other.id, lagging.id)
    await put(first, 'shop/x', '2')
    await copied.kill()
    await first.kill()
    copied.disk.putBack(copy)
    world.links.mendAll()
    await copied.start()
    await world.until('it says so', () => troubleOf(copied) === 'LOG_DAMAGED')
    await world.advance(10_000)
    expect([copied, lagging].some(({ primary }) => primary.status().role === 'leader')).toBe(false)
    await first.start()
    expect(await get(lagging, 'shop/x')).toBe('2')
    for (const change of ['demote', 'promote'] as const) {
      await world.run(change, nodes[0]!.primary.change(change, copied.id))
    }
    await world.until('it votes again', () => votes(copied))
    expect(await get(copied, 'shop/x')).toBe('2')
  })

  it('votes no more than an empty one, where nothing but the identity came back', async () => {
    const nodes = await committee(37, 2)
    // By then the last change of members is over; until then both of the first two are needed.
    await put(nodes[0]!, 'shop/x', '1')
    const lost = nodes.find((node) => node !== leader())!
    await lost.kill()
    await lost.disk.remove('registry')
    await lost.start()
    await world.until('it says so', () => troubleOf(lost) === 'LOG_DAMAGED')
    for (const change of ['demote', 'promote'] as const) {
      await world.run(change, nodes[0]!.primary.change(change, lost.id))
    }
    await world.until('it votes again', () => votes(lost))
  })

  it('is used where nobody else ever voted', async () => {
    const [node] = (await committee(32, 0)) as [TestNode]
    await put(node, 'shop/x', '1')
    const copy = node.disk.copyOut()
    await put(node, 'shop/x', '2')
    await node.kill()
    node.disk.putBack(copy)
    await node.start()
    await world.until('it leads', () => node.primary.status().role === 'leader')
    expect(await get(node, 'shop/x')).toBe('1')
    await node.restart()
    await world.advance(1_000)
    expect(node.primary.status().role).toBe('leader')
  })

  it.each([
    ['a copy of what had yet to be started', 33],
    ['a copy of files', 36],
    ['a snapshot of the machine', 35],
  ])('founds nothing of its own from before others were taken in: %s', async (kind, seed) => {
    const [founder] = (await committee(seed, 0)) as [TestNode]
    if (kind !== 'a copy of what had yet to be started') await put(founder, 'shop/x', '1')
    const copy = founder.disk.copyOut()
    for (let at = 0; at < 2; at++) await takeIn()
    const [, second] = world.nodes
    await put(second!, 'other/x', '2')
    await founder.kill()
    founder.disk.putBack(copy)
    // A snapshot of a whole machine keeps what tells files apart.
    if (kind === 'a snapshot of the machine') await writeStanding(founder.disk, 'holding')
    await founder.start()
    await world.until('it says so', () => troubleOf(founder) === 'LOG_DAMAGED')
    expect(await get(founder, 'other/x')).toBe('2')
    expect(founder.primary.status().role).toBe('none')
  })

  it('is found out by its leader where the copy cannot be told from what was copied', async () => {
    const nodes = await committee(34, 2)
    const copied = nodes.find((node) => node !== leader())!
    const copy = copied.disk.copyOut()
    for (const value of ['1', '2', '3']) await put(nodes[0]!, 'shop/x', value)
    await copied.kill()
    copied.disk.putBack(copy)
    await writeStanding(copied.disk, 'holding')
    await copied.start()
    await world.until('it says so', () => troubleOf(copied) === 'LOG_DAMAGED')
    expect(await readStanding(copied.disk)).toMatchObject({ standing: 'stale' })
    await copied.restart()
    await world.until('it says so again', () => troubleOf(copied) === 'LOG_DAMAGED')
  })
})
