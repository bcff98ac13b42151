/** A home that has lost what began the present era: it starts, waits, and learns it anew (docs/adr/0047). */
import { afterEach, describe, expect, it } from 'vitest'
import { createSilentLogger } from '../../base/log/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { createEraBook } from './era-book.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())
const { ask, put, get, codeOf, recover } = createPeople(() => world)

const ERA = 'registry/era.cbor'
const statusOf = ({ primary }: TestNode) => primary.status()
const isUnknown = (node: TestNode): boolean => statusOf(node).trouble?.code === 'ERA_UNKNOWN'

/** Of three voters the first has overruled the others, which vote with it again. */
async function secondEra(seed: number, engine: 'raft' | 'simplex' = 'raft'): Promise<TestNode[]> {
  world = await createTestNetwork(seed, engine)
  const [first] = world.nodes as [TestNode]
  const all = engine === 'raft' ? 3 : 4
  for (let at = 1; at < all; at++) {
    const node = await world.add('deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', first.primary.change('promote', node.id))
  }
  await allVote()
  for (const [at, node] of world.nodes.entries()) await put(node, `n${at}/x`, '1')
  await overrule(first)
  return world.nodes
}

async function overrule(first: TestNode): Promise<void> {
  const before = statusOf(first).era
  world.split([first])
  await world.until('no majority', () => !statusOf(first).inForce)
  await recover(first, { anyway: true })
  world.split(undefined)
  await world.until('all are of it', () => {
    return world.nodes.every(
      (node) => statusOf(node).era > before && statusOf(node).role !== 'none',
    )
  })
  if (world.network.genesis.consensus === 'raft') {
    for (const { id } of world.nodes.slice(1)) {
      await world.run('it is promoted', first.primary.change('promote', id))
    }
  }
  await allVote()
}

const allVote = () =>
  world.until('all vote', () =>
    world.nodes.every((node) => ['leader', 'voter'].includes(statusOf(node).role)),
  )

/** What the others, and it itself, had told of the era. */
function hush(): Map<string, Uint8Array> {
  const said = new Map<string, Uint8Array>()
  for (const { id } of world.nodes) {
    const key = `node/${id}/recovery`
    const value = world.map.of(id).get(key)?.value as { mandate: Uint8Array } | undefined
    if (value) said.set(id, value.mandate)
    world.map.tell(id, key, undefined)
  }
  return said
}

const firstByte = async ({ disk }: TestNode): Promise<void> => {
  const content = (await disk.read(ERA))!
  await disk.writeAtomic(ERA, Uint8Array.of(0xff, ...content.subarray(1)))
}
const middle = async ({ disk }: TestNode): Promise<void> => {
  disk.flipBit(ERA, ((await disk.read(ERA))!.byteLength * 8) >> 1)
}
const empty = ({ disk }: TestNode) => disk.writeAtomic(ERA, new Uint8Array())
const missing = ({ disk }: TestNode) => disk.remove(ERA)

describe('a home whose mandate is lost', () => {
  it.each([
    ['its first byte', firstByte],
    ['a bit in the middle', middle],
    ['empty', empty],
    ['missing', missing],
  ] as const)('has it again at once from what was told: %s', async (_, damage) => {
    const [first, node] = (await secondEra(61)) as [TestNode, TestNode]
    const before = await node.disk.read(ERA)
    await node.kill()
    await damage(node)
    await node.start()
    await world.until('it votes', () => statusOf(node).role === 'voter')
    expect(statusOf(node)).toMatchObject({ era: 1, trouble: undefined })
    await put(first, 'n0/x', '2')
    expect(await get(node, 'n0/x')).toBe('2')
    expect(await node.disk.read(ERA)).toEqual(before)
  })

  it.each([
    ['raft', 'damaged', firstByte],
    ['raft', 'missing', missing],
    ['simplex', 'damaged', firstByte],
    ['simplex', 'missing', missing],
  ] as const)(
    'neither votes nor believes anybody until it is shown: %s, %s',
    async (engine, _, damage) => {
      const [first, node] = (await secondEra(62, engine)) as [TestNode, TestNode]
      await node.kill()
      await damage(node)
      const said = hush()
      await node.start()
      await world.advance(20_000)
      expect(statusOf(node)).toMatchObject({
        role: 'none',
        committee: { voters: [], learners: [] },
        inForce: false,
        height: undefined,
      })
      expect(isUnknown(node)).toBe(true)
      expect(statusOf(node).trouble?.message).toContain(ERA)
      expect(await codeOf(ask(node, 'n1/x', '9'))).toBe('ERA_UNKNOWN')
      expect(await codeOf(node.primary.key('n1/x'))).toBe('ERA_UNKNOWN')
      expect(await codeOf(node.primary.recovery.recover())).toBe('NOT_RUNNING')
      const mandate = said.get(first.id)!
      world.map.tell(first.id, `node/${first.id}/recovery`, { v: 1, mandate, rejoins: false })
      await world.until('it votes', () => ['leader', 'voter'].includes(statusOf(node).role))
      expect(isUnknown(node)).toBe(false)
      await put(node, 'n1/x', '2')
      expect(await get(first, 'n1/x')).toBe('2')
    },
  )

  it('takes no era for the present one that is before its own', async () => {
    const [first, node] = (await secondEra(63)) as [TestNode, TestNode]
    const old = hush().get(first.id)!
    await overrule(first)
    await node.kill()
    await missing(node)
    const now = hush().get(first.id)!
    await node.start()
    await node.primary.recovery.learn(old)
    await world.advance(1_000)
    expect(isUnknown(node)).toBe(true)
    await node.primary.recovery.learn(now)
    await world.until('it votes', () => statusOf(node).role === 'voter')
    expect(statusOf(node).era).toBe(2)
  })

  it('is not one whose mandate is of an admin who was removed since', async () => {
    const [first] = (await secondEra(64)) as [TestNode]
    const book = createEraBook({
      ...{ self: first.id, network: world.network, disk: first.disk },
      ...{ state: world.map.of(first.id), clock: world.clock, logger: createSilentLogger() },
      isRemoved: (_: OwnerId) => true,
    })
    await book.start(() => {})
    expect(book.era()).toBe(1)
    expect(book.isKnown()).toBe(true)
    book.stop()
  })
})
