/** A home that no longer says what its log is: shown like a damaged log, and mended alike. */
import { afterEach, describe, expect, it } from 'vitest'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'
import { readStanding } from './standing.ts'

let world: TestNetwork
afterEach(() => world.end())
const { put, get, recover } = createPeople(() => world)

const STANDING = 'registry/standing.cbor'
const votes = ({ primary }: TestNode): boolean =>
  ['leader', 'voter'].includes(primary.status().role)
const troubleOf = ({ primary }: TestNode) => primary.status().trouble
const leader = (): TestNode =>
  world.nodes.find(({ primary }) => primary.status().role === 'leader')!

async function committee(seed: number, size: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed)
  for (let at = 1; at < size; at++) {
    const node = await world.add('deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', world.nodes[0]!.primary.change('promote', node.id))
    await world.until('all vote', () => world.nodes.every(votes))
  }
  for (const [at, node] of world.nodes.entries()) await put(node, `n${at}/x`, '1')
  await put(world.nodes[0]!, 'shop/x', '1')
  return world.nodes
}

async function without(node: TestNode, damage: (node: TestNode) => Promise<void>): Promise<void> {
  await node.kill()
  await damage(node)
  await node.start()
}
const firstByte = async ({ disk }: TestNode): Promise<void> => {
  const content = (await disk.read(STANDING))!
  await disk.writeAtomic(STANDING, Uint8Array.of(0xff, ...content.subarray(1)))
}
const missing = ({ disk }: TestNode): Promise<void> => disk.remove(STANDING)

describe.each([
  ['damaged', firstByte, 'cannot be read'],
  ['gone', missing, 'gone'],
] as const)('a standing that is %s', (_, damage, words) => {
  it('keeps a voter from voting, is told, and is mended by demote and promote', async () => {
    const nodes = await committee(51, 3)
    const node = nodes.find((one) => one !== leader())!
    await without(node, damage)
    await world.until('it says so', () => troubleOf(node)?.code === 'LOG_DAMAGED')
    expect(troubleOf(node)?.message).toContain('demote')
    expect(troubleOf(node)?.message).toContain(words)
    await put(nodes[0]!, 'shop/x', '2')
    expect(node.primary.status().role).toBe('none')
    for (const change of ['demote', 'promote'] as const) {
      await world.run(change, nodes[0]!.primary.change(change, node.id))
    }
    await world.until('it votes again', () => votes(node))
    expect(troubleOf(node)).toBeUndefined()
    expect(await get(node, 'shop/x')).toBe('2')
  })

  it('is mended though the node was away while it was demoted and promoted', async () => {
    const nodes = await committee(52, 3)
    const node = nodes.find((one) => one !== leader())!
    await node.kill()
    await damage(node)
    await world.run('demote', nodes[0]!.primary.change('demote', node.id))
    await node.start()
    await world.run('promote', nodes[0]!.primary.change('promote', node.id))
    await world.until('it votes again', () => votes(node))
  })

  it('is no matter where nobody else ever voted: the log is used', async () => {
    const [node] = (await committee(53, 1)) as [TestNode]
    await without(node, damage)
    await world.until('it leads', () => node.primary.status().role === 'leader')
    expect(await get(node, 'shop/x')).toBe('1')
    expect(await readStanding(node.disk)).toMatchObject({ standing: 'holding' })
  })
})

it.each([
  ['damaged', firstByte],
  ['gone', missing],
])(
  'hides no late write, where the committee was overruled while the standing was %s',
  async (_, damage) => {
    const [admin, ...others] = (await committee(54, 3)) as [TestNode, TestNode, TestNode]
    world.split([admin])
    const [writer, node] = others
    await world.until('they go on', () => others.some((one) => one === leader()))
    await put(writer!, 'n1/late', '1')
    await without(node!, damage)
    await recover(admin, { anyway: true })
    world.split(undefined)
    await world.until('it learns', () => node!.primary.status().role === 'learner')
    const [report] = node!.primary.recovery.reports()
    expect(report?.commands.map(({ subject }) => subject)).toContain('n1/late')
    await node!.restart()
    await world.until('it learns again', () => node!.primary.status().role === 'learner')
    expect(node!.primary.recovery.reports()).toHaveLength(1)
  },
)

it('tells of a log that cannot be read once, though it stays', async () => {
  const [admin, ...others] = (await committee(55, 3)) as [TestNode, TestNode, TestNode]
  const node = others[1]!
  await node.kill()
  world.split([admin])
  await world.until('it misses them', () => !admin.primary.status().inForce)
  await recover(admin, { anyway: true })
  world.split(undefined)
  await missing(node)
  const [file] = (await node.disk.list('registry/log')).filter((name) => name !== 'current')
  const path = `registry/log/${file}`
  const content = (await node.disk.read(path))!
  await node.disk.writeAtomic(
    path,
    content.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
  )
  await node.start()
  await world.until('it learns', () => node.primary.status().role === 'learner')
  expect(node.primary.recovery.reports()).toMatchObject([{ unreadable: true }])
  expect(await world.run('discard', node.primary.recovery.discard(0))).toBe(true)
  expect(await node.disk.read(path)).toBeDefined()
  // Then no standing tells of anything.
  await world.run('demote', admin.primary.change('demote', node.id))
  await world.until('it is out', () => node.primary.status().role === 'none')
  await node.restart()
  await world.advance(10_000)
  expect(node.primary.recovery.reports()).toEqual([])
})
