/**
 * Every file of a home’s `registry/` damaged in every way, and what it comes to: nothing is guessed, the
 * node starts, and what is lost is either had again or told with the file’s name and the way on.
 */
import { afterEach, describe, expect, it } from 'vitest'
import type { SimDisk } from '../../base/disk/index.ts'
import { createKeptFile } from '../../base/kept-file/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world?.end())
const { put, get, recover } = createPeople(() => world)

const DAMAGES = {
  async 'its first byte'(disk: SimDisk, path: string) {
    const content = (await disk.read(path))!
    await disk.writeAtomic(path, Uint8Array.of(0xff, ...content.subarray(1)))
  },
  async 'a bit in the middle'(disk: SimDisk, path: string) {
    const content = (await disk.read(path))!
    // An empty file has none.
    if (content.byteLength === 0) await disk.writeAtomic(path, Uint8Array.of(1))
    else disk.flipBit(path, (content.byteLength >> 1) * 8)
  },
  empty: (disk: SimDisk, path: string) => disk.writeAtomic(path, new Uint8Array()),
  missing: (disk: SimDisk, path: string) => disk.remove(path),
}
type Damage = keyof typeof DAMAGES
const ALL = Object.keys(DAMAGES) as Damage[]
/** What is not there cannot be told from what never was. */
const SEEN = ALL.filter((damage) => damage !== 'missing')

const statusOf = ({ primary }: TestNode) => primary.status()
const votes = (node: TestNode): boolean => ['leader', 'voter'].includes(statusOf(node).role)
const allVote = (nodes: readonly TestNode[]) => world.until('all vote', () => nodes.every(votes))

/** Of four that vote the first has overruled the others; one has left and come back, another follows. */
async function secondEra(seed: number, engine: 'raft' | 'simplex' = 'raft') {
  world = await createTestNetwork(seed, engine)
  const [first] = world.nodes as [TestNode]
  const promote = ({ id }: TestNode) => {
    return world.run('it is promoted', first.primary.change('promote', id))
  }
  for (let at = 1; at < 4; at++) {
    const node = await world.add('deploy', 'use')
    await world.advance(100)
    await promote(node)
  }
  const voters = [...world.nodes]
  await allVote(voters)
  const follower = await world.add('deploy', 'use')
  for (const [at, one] of world.nodes.entries()) await put(one, `n${at}/x`, '1')
  world.split([first])
  await world.until('no majority', () => !statusOf(first).inForce)
  const [, node] = voters as [TestNode, TestNode]
  if (engine === 'raft') await put(node, 'n1/late', '1')
  await recover(first, { anyway: true })
  world.split(undefined)
  await world.until('they learn', () => voters.every((one) => statusOf(one).role !== 'none'))
  if (engine === 'raft') {
    for (const one of voters.slice(1)) await promote(one)
    await world.run('demote', first.primary.change('demote', node.id))
    await world.until('it has left', () => statusOf(node).role === 'none')
    await promote(node)
  }
  await allVote(voters)
  await put(first, 'n0/x', '2')
  // By then what is followed is on disk.
  await world.advance(60_000)
  return { first, node, follower }
}

async function pathsIn(disk: SimDisk): Promise<string[]> {
  const names = await disk.list('registry')
  const within = names.map(async (name) => {
    const inner = await disk.list(`registry/${name}`)
    return inner.length > 0 ? inner.map((one) => `registry/${name}/${one}`) : [`registry/${name}`]
  })
  return (await Promise.all(within)).flat()
}
const pathOf = async (disk: SimDisk, name: RegExp): Promise<string> =>
  (await pathsIn(disk)).find((path) => name.test(path))!

async function damaged(node: TestNode, name: RegExp, damage: Damage): Promise<string> {
  await node.kill()
  const path = await pathOf(node.disk, name)
  expect(path, `${name} is there`).toBeDefined()
  await DAMAGES[damage](node.disk, path)
  await node.start()
  return path
}

const FILES: {
  name: RegExp
  of: 'node' | 'follower'
  /** Told, with the file where it is one of those that are small, and mended by demote and promote. */
  told: Damage[]
}[] = [
  { name: /standing\.cbor$/, of: 'node', told: ALL },
  // What is in it is no matter: told is whether another file is in its place.
  { name: /anchor$/, of: 'node', told: ['its first byte', 'empty', 'missing'] },
  { name: /log-1-[0-9a-f]+\/current$/, of: 'node', told: ALL },
  { name: /log-1-[0-9a-f]+\/segment-/, of: 'node', told: ALL },
  { name: /promised\.cbor$/, of: 'node', told: SEEN },
  { name: /era\.cbor$/, of: 'node', told: [] },
  { name: /author\.cbor$/, of: 'node', told: [] },
  { name: /copy-1-[0-9a-f]+\.snapshot$/, of: 'follower', told: [] },
]

describe('a damaged file of a home', () => {
  it.each(FILES)('$name: a voter says so and is mended, or it is no matter', async (file) => {
    const { first, node, follower } = await secondEra(71)
    const one = file.of === 'node' ? node : follower
    for (const damage of ALL) {
      const path = await damaged(one, file.name, damage)
      if (file.told.includes(damage)) {
        await world.until(`${damage} is told`, () => {
          return statusOf(one).trouble?.code === 'LOG_DAMAGED'
        })
        const { message } = statusOf(one).trouble!
        if (/standing|promised/.test(path)) expect(message).toContain(path)
        expect(message).toContain('mycelium demote')
        expect(statusOf(one).role).toBe('none')
        for (const change of ['demote', 'promote'] as const) {
          await world.run(change, first.primary.change(change, one.id))
          if (change === 'demote') {
            await world.until('it has left', () => statusOf(one).trouble === undefined)
          }
        }
        // That there is a promise again to be damaged.
        if (file.name.test('registry/promised.cbor')) {
          await world.until('it votes', () => votes(one))
          await world.run('demote', first.primary.change('demote', one.id))
          await world.until('it has left', () => statusOf(one).role === 'none')
          await world.run('promote', first.primary.change('promote', one.id))
        }
      }
      if (one === node) await world.until(`it votes, with ${damage}`, () => votes(node))
      await put(one, one === node ? 'n1/x' : 'n4/x', damage)
      expect(await get(one, 'n0/x')).toBe('2')
      expect(statusOf(one)).toMatchObject({ era: 1, trouble: undefined })
      await world.advance(60_000)
    }
  })

  it.each(SEEN)('is a report of late writes: that there was one is told (%s)', async (damage) => {
    const { node } = await secondEra(72)
    expect(node.primary.recovery.reports()).toMatchObject([{ unreadable: false, era: 0 }])
    const path = await damaged(node, /late\/era-0/, damage)
    expect(node.primary.recovery.reports()).toMatchObject([{ unreadable: true, era: 0 }])
    await world.until('it votes', () => votes(node))
    expect(await node.primary.recovery.discard(0)).toBe(true)
    expect(await node.disk.read(path)).toBeUndefined()
  })

  it('is the committee that was proven under Simplex: it is proven again', async () => {
    const { first, node } = await secondEra(73, 'simplex')
    for (const damage of ALL) {
      await damaged(node, /committee\.cbor$/, damage)
      await world.until(`it votes, with ${damage}`, () => votes(node))
      await put(node, 'n1/x', damage)
      expect(await get(first, 'n1/x')).toBe(damage)
      await world.until('it is written again', () => statusOf(node).trouble === undefined)
      await world.advance(1_000)
    }
  })

  it.each(['registry/wanted.cbor', 'registry/held-before.cbor', 'registry/publishers.cbor'])(
    'is %s, which the registry says again: it is not believed',
    async (path) => {
      const { node } = await secondEra(74)
      const logger = createMemoryLogger()
      const file = createKeptFile({ disk: node.disk, path, logger }, { bytesMax: 1_000 })
      for (const damage of ALL) {
        await file.write(['what was wanted'])
        expect(await file.read()).toEqual(['what was wanted'])
        await DAMAGES[damage](node.disk, path)
        expect(await file.read()).toBeUndefined()
      }
      expect(logger.lines.map(({ fields }) => fields['path'])).toEqual(SEEN.map(() => path))
    },
  )

  it('is in this table, whatever it is called', async () => {
    const others = [/late\/era-0/, /committee\.cbor$/, /wanted\.cbor$/, /publishers\.cbor$/]
    const known = [...FILES.map(({ name }) => name), ...others]
    for (const engine of ['raft', 'simplex'] as const) {
      await secondEra(75, engine)
      for (const { disk } of world.nodes) {
        const paths = await pathsIn(disk)
        expect(paths.filter((path) => !known.some((name) => name.test(path)))).toEqual([])
      }
    }
  })
})
