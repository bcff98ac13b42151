/** The committee fills itself: growth, loss, replacement and departure, with a writer all the while. */
import { afterEach, describe, expect, it } from 'vitest'
import { bytes, createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())

const votersOf = ({ primary }: TestNode) => primary.status().committee?.voters ?? []
const leaderOf = (nodes: readonly TestNode[]) =>
  nodes.find(({ primary }) => primary.status().role === 'leader')

async function network(
  seed: number,
  others: number,
  engine: 'raft' | 'simplex' = 'raft',
): Promise<[TestNode, ...TestNode[]]> {
  world = await createTestNetwork(seed, engine)
  for (let at = 0; at < others; at++) await world.add('deploy', 'use')
  await world.advance(1_000)
  const [founder, ...rest] = world.nodes
  return [founder!, ...rest]
}

async function untilVoters(size: number, seen: TestNode, without?: TestNode): Promise<void> {
  await world.until(`${size} vote`, () => {
    const voters = votersOf(seen)
    return voters.length === size && (!without || !voters.includes(without.id))
  })
}

/** Writes one after the other, and times each. */
function startWriter(node: TestNode) {
  const tookMs: number[] = []
  const failed: unknown[] = []
  let stopped = false
  const working = (async () => {
    for (let at = 0; !stopped; at++) {
      const since = world.clock.monotonicMs()
      const body = { key: 'load/x', value: bytes(`${at}`) }
      await node.primary.execute({ kind: 'kv.put', body }).catch((error) => failed.push(error))
      tookMs.push(world.clock.monotonicMs() - since)
      await new Promise<void>((resolve) => world.clock.timer(150, resolve))
    }
  })()
  return {
    tookMs,
    failed,
    async end() {
      stopped = true
      await world.run('the writer ends', working)
    },
  }
}

function expectSteady({ tookMs, failed }: ReturnType<typeof startWriter>, writes: number): void {
  const sorted = tookMs.sort((left, right) => left - right)
  expect(failed).toEqual([])
  expect(sorted.length).toBeGreaterThan(writes)
  expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThan(100)
  expect(sorted.at(-1)).toBeLessThan(1_000)
}

describe('a committee that fills itself', () => {
  it('grows from one to three to five without a failed write', async () => {
    const [founder] = await network(1, 2)
    const writer = startWriter(founder)
    world.detect()
    await untilVoters(3, founder)
    for (let at = 0; at < 3; at++) await world.add('deploy', 'use')
    await untilVoters(5, founder)
    // A sixth is of no use while five vote.
    await world.advance(3_000)
    expect(votersOf(founder)).toHaveLength(5)
    await writer.end()
    expectSteady(writer, 50)
  })

  it('replaces one that is gone for a minute without a failed write, and does not flap', async () => {
    const [founder, ...rest] = await network(7, 3)
    world.detect()
    await untilVoters(3, founder)
    const writer = startWriter(founder)
    const dead = rest.find(({ id }) => votersOf(founder).includes(id))!
    await dead.kill()
    await world.advance(20_000)
    expect(votersOf(founder)).toContain(dead.id)
    await untilVoters(3, founder, dead)
    const now = [...votersOf(founder)].sort()
    await dead.start()
    await world.advance(15_000)
    expect([...votersOf(founder)].sort()).toEqual(now)
    expect(dead.primary.status().role).toBe('none')
    await writer.end()
    expectSteady(writer, 400)
  })

  it('stays one with two computers, and is two if an admin says so', async () => {
    const [founder, second] = await network(2, 1)
    world.detect()
    await world.advance(20_000)
    expect(votersOf(founder)).toEqual([founder.id])
    await world.run('it is promoted', founder.primary.change('promote', second!.id))
    await world.advance(20_000)
    expect(votersOf(founder)).toHaveLength(2)
  })

  it('leaves out whoever an admin took out, until it is released', async () => {
    const [founder, second] = await network(3, 2)
    world.detect()
    await untilVoters(3, founder)
    await world.run('it is demoted', founder.primary.change('demote', second!.id))
    // Two are no safer than one.
    await untilVoters(1, founder)
    await world.advance(30_000)
    expect(votersOf(founder)).toEqual([founder.id])
    await world.run('it is released', founder.primary.change('release', second!.id))
    await untilVoters(3, founder)
  })

  it('replaces a leader that an admin takes out, itself included', async () => {
    const [founder, ...rest] = await network(4, 3)
    world.detect()
    await untilVoters(3, founder)
    await world.run('it takes itself out', founder.primary.change('demote', founder.id))
    await untilVoters(3, founder, founder)
    expect(leaderOf(rest)).toBeDefined()
    expect([...votersOf(founder)].sort()).toEqual(rest.map(({ id }) => id).sort())
  })

  it('hands the registry over before the last voter withdraws, if somebody can take it', async () => {
    const [founder, second] = await network(5, 1)
    const body = { key: 'shop/x', value: bytes('1') }
    await world.run('a write', founder.primary.execute({ kind: 'kv.put', body }))
    world.detect()
    await world.advance(2_000)
    await world.run('it goes', founder.primary.change('withdraw', founder.id))
    expect(votersOf(second!)).toEqual([second!.id])
    const { row } = await world.run('a read', second!.primary.key('shop/x'))
    expect(row?.value).toEqual(bytes('1'))
  })

  it('lets nobody go whose absence would leave those who stay waiting for the dead', async () => {
    const [founder, second, third] = await network(6, 2)
    world.detect()
    await untilVoters(3, founder)
    await third!.kill()
    await world.advance(5_000)
    await world.run('it goes', founder.primary.change('withdraw', founder.id))
    await world.until('one is left', () => votersOf(second!).length === 1)
    const body = { key: 'second/x', value: bytes('1') }
    await world.run('a write', second!.primary.execute({ kind: 'kv.put', body }))
  })
})

describe('a committee of Simplex', () => {
  it('fills itself to four, which bear a loss, without a failed write', async () => {
    const [founder] = await network(8, 4, 'simplex')
    const writer = startWriter(founder)
    world.detect()
    await untilVoters(4, founder)
    await writer.end()
    expect(writer.failed).toEqual([])
    await world.advance(2_000)
    expect(votersOf(founder)).toHaveLength(4)
  })

  it('replaces one that is gone for a minute', { timeout: 60_000 }, async () => {
    const [founder, ...rest] = await network(8, 4, 'simplex')
    world.detect()
    await untilVoters(4, founder)
    const dead = rest.find(({ id }) => votersOf(founder).includes(id))!
    await dead.kill()
    await world.advance(30_000)
    await untilVoters(4, founder, dead)
  })

  it('leaves out whoever an admin took out, until it is released', async () => {
    const [founder, second] = await network(9, 3, 'simplex')
    world.detect()
    await untilVoters(4, founder)
    await world.run('it is demoted', founder.primary.change('demote', second!.id))
    await world.advance(15_000)
    expect(votersOf(founder)).not.toContain(second!.id)
    await world.run('it is released', founder.primary.change('release', second!.id))
    await untilVoters(4, founder)
  })
})
