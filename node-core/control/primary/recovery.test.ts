/** A committee that lost its majority, overruled from a copy that is left (docs/adr/0016). */
import { afterEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { encodeStatement, sealMandate } from '../succession/index.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode, text } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())
const { ask, put, get, codeOf, recover } = createPeople(() => world)

const eraOf = ({ primary }: TestNode): number => primary.status().era
const { signal: SIGNAL } = new AbortController()
const lead = ({ primary }: TestNode): boolean => {
  return primary.status().role === 'leader' && primary.status().inForce
}
/** Of what a node reports: key and value. */
const lateOf = ({ primary }: TestNode): [string, string | undefined][] =>
  primary.recovery.reports().flatMap(({ commands }) =>
    commands.flatMap(({ kind, body, subject }): [string, string | undefined][] => {
      const value: unknown = Reflect.get(Object(body), 'value')
      return kind === 'kv.put' ? [[subject, text(value as Uint8Array)]] : []
    }),
  )

/** All of them voters and known to the registry; the owners of `admins` of them may overrule. */
async function committee(seed: number, size: number, admins = 1): Promise<TestNode[]> {
  world = await createTestNetwork(seed)
  const [first] = world.nodes
  for (let at = 1; at < size; at++) {
    const isAdmin = at < admins
    const node = await world.add(
      ...(isAdmin ? (['admin', 'deploy', 'use'] as const) : (['deploy', 'use'] as const)),
    )
    await world.advance(100)
    await world.run('it is promoted', first!.primary.change('promote', node.id))
  }
  await world.until('all vote', () =>
    world.nodes.every(({ primary }) => ['leader', 'voter'].includes(primary.status().role)),
  )
  for (const [at, node] of world.nodes.entries()) await put(node, `n${at}/before`, '1')
  return world.nodes
}
/** For a mandate, and little else. Bytes. */
const ROOM = 1_500
const usedOn = ({ disk }: TestNode): number =>
  [...disk.copyOut().values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
const cutOff = async (side: readonly TestNode[]): Promise<void> => {
  world.split(side)
  await world.until('the side has no quorum', () =>
    side.every(({ primary }) => !primary.status().inForce),
  )
}

describe('a lost majority', () => {
  it('leaves reads of what was last seen, and no writes', async () => {
    const [first] = await committee(1, 3)
    await cutOff([first!])
    expect(await codeOf(ask(first!, 'n0/x', '2'))).toBe('NO_QUORUM')
    expect(await codeOf(first!.primary.key('n0/before'))).toBe('NO_QUORUM')
    const { row } = await world.run('stale', first!.primary.key('n0/before', { stale: true }))
    expect(text(row?.value)).toBe('1')
  })

  it('is overruled by an admin’s node, which writes on with all that its copy holds', async () => {
    const [first] = await committee(2, 3)
    const [a] = world.nodes
    await cutOff([a!])
    const plan = await world.run('the plan', first!.primary.recovery.plan())
    expect(plan).toMatchObject({ era: 0, later: [], missing: expect.arrayContaining([]) })
    expect(plan.missing).toHaveLength(2)
    const { revision } = await world.run('stale', first!.primary.key('x', { stale: true }))
    const watched = first!.primary.watch('n1/', { from: revision + 1, signal: SIGNAL })
    const next = watched[Symbol.asyncIterator]().next()
    expect(await recover(first!)).toEqual({ era: 1 })
    await put(first!, 'n0/x', '2')
    // What the others were told after that was another's.
    expect(await codeOf(next)).toBe('COMPACTED')
    expect(await get(first!, 'n1/before')).toBe('1')
    expect(first!.primary.status()).toMatchObject({ role: 'leader', inForce: true, era: 1 })
    await first!.kill()
    await first!.start()
    await world.until('it leads again', () => lead(first!))
    expect(await get(first!, 'n0/x')).toBe('2')
    expect(eraOf(first!)).toBe(1)
  })

  it('is not overruled while a majority stands, by no admin, or where another holds more', async () => {
    const nodes = await committee(3, 5, 2)
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode]
    expect(await codeOf(a.primary.recovery.recover())).toBe('QUORUM_STANDS')
    await cutOff([c])
    expect(await codeOf(c.primary.recovery.recover())).toBe('FORBIDDEN')
    expect(await codeOf(ask(c, 'n2/x', '1'))).toBe('NO_QUORUM')
    await put(b, 'n1/x', '1')
    // Of the two that are left b holds what a was never told.
    world.split([a])
    await put(b, 'n1/x', '2')
    world.split([a, b])
    await world.until('no quorum', () => [a, b].every(({ primary }) => !primary.status().inForce))
    const { later } = await world.run('the plan', a.primary.recovery.plan())
    if (later.length > 0) {
      expect(later).toEqual([b.id])
      expect(await codeOf(a.primary.recovery.recover())).toBe('LATER_COPY')
    }
    await recover(b)
    expect(await get(b, 'n1/x')).toBe('2')
  })
})

it('who is in reach is not taken for missing since one question to it was lost', async () => {
  const [a, b] = (await committee(5, 4)) as [TestNode, TestNode]
  await cutOff([a, b])
  world.links.cut(a.id, b.id)
  const planned = a.primary.recovery.plan()
  await world.advance(1_000)
  world.links.mend(a.id, b.id)
  const { missing } = await world.run('the plan', planned)
  expect(missing).not.toContain(b.id)
  expect(missing).toHaveLength(2)
})

describe('a partition of five whose minority overrules', () => {
  it.each([11, 12, 13, 14, 15, 16])(
    'leaves one side, and every late write in a report (seed %i)',
    async (seed) => {
      const nodes = await committee(seed, 5)
      const random = createSeededRandom(seed)
      const [a, b, c, d, e] = nodes as [TestNode, TestNode, TestNode, TestNode, TestNode]
      await cutOff([a, b])
      await world.until('the majority goes on', () => [c, d, e].some(lead))
      const late: [string, string][] = []
      const writers = [
        ['n2', c],
        ['n3', d],
        ['n4', e],
      ] as const
      const writeLate = async (): Promise<void> => {
        const [name, node] = writers[random.int(3)] ?? writers[0]
        const write: [string, string] = [`${name}/late`, String(late.length)]
        await put(node, ...write)
        late.push(write)
      }
      for (let at = 0; at < 3 + random.int(5); at++) await writeLate()
      await recover(a, { anyway: true })
      await put(a, 'n0/after', 'kept')
      for (let at = 0; at < 1 + random.int(5); at++) await writeLate()
      if (random.int(2) === 0) await world.advance(random.int(3_000))

      world.split(undefined)
      await world.until('all are of the new era', () => nodes.every((node) => eraOf(node) === 1))
      await world.until('they learn', () =>
        nodes.every(({ primary }) => primary.status().role !== 'none'),
      )
      expect(nodes.filter(lead)).toEqual([a])
      for (const node of [c, d, e]) {
        const reported = new Set(lateOf(node).map((write) => write.join()))
        // Each was acknowledged by a majority of the old committee: of each of its copies that had come
        // as far it is told, and of all of them together nothing is missing.
        expect(reported.size, 'reported by one').toBeGreaterThan(0)
      }
      const all = new Set([c, d, e].flatMap(lateOf).map((write) => write.join()))
      for (const write of late) expect(all).toContain(write.join())

      for (const node of nodes) {
        await world.until('it is up to date', () => (node.primary.status().height ?? 0) > 0)
        expect(await get(node, 'n0/after')).toBe('kept')
        expect(await get(node, 'n2/late')).toBeUndefined()
      }
      await world.run('a vote again', a.primary.change('promote', c.id))
      await put(c, 'n2/again', '1')
      expect(await get(e, 'n2/again')).toBe('1')
    },
  )

  it('reports again after a crash in the middle, and forgets only when told', async () => {
    const nodes = await committee(21, 3)
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode]
    await cutOff([a])
    await world.until('the majority goes on', () => [b, c].some(lead))
    await put(b, 'n1/late', 'x')
    await recover(a)
    for (const { disk } of [b, c]) disk.setCapacity(0)
    world.split(undefined)
    await world.advance(5_000)
    expect([b, c].map(eraOf)).toEqual([0, 0])
    // The mandate finds room, and the report does not.
    for (const node of [b, c]) node.disk.setCapacity(usedOn(node) + ROOM)
    await world.until('they know', () => [b, c].every((node) => eraOf(node) === 1))
    await world.advance(5_000)
    // A report that cannot be written keeps the copy.
    expect([b, c].flatMap(lateOf)).toEqual([])
    for (const { primary } of [b, c]) {
      expect(primary.status().trouble?.code).toBe('REPLICA_FAILED')
    }
    await b.kill()
    for (const { disk } of [b, c]) disk.setCapacity(undefined)
    await b.start()
    await world.until('both report', () => [b, c].every((node) => lateOf(node).length > 0))
    expect(lateOf(b)).toEqual([['n1/late', 'x']])
    await b.restart()
    expect(lateOf(b)).toEqual([['n1/late', 'x']])
    expect(await world.run('discard', b.primary.recovery.discard(0))).toBe(true)
    expect(lateOf(b)).toEqual([])
  })

  it('is carried out once there is room, where the disk of whoever goes on fills in the middle', async () => {
    const [a, b, c] = (await committee(25, 3)) as [TestNode, TestNode, TestNode]
    await cutOff([a])
    world.claim = () => {
      // The mandate finds room, and the new log does not.
      a.disk.setCapacity(usedOn(a) + ROOM)
      return 'won'
    }
    expect(await codeOf(a.primary.recovery.recover())).toBe('REPLICA_FAILED')
    world.split(undefined)
    await world.until('all know', () => [a, b, c].every((node) => eraOf(node) === 1))
    await world.advance(10_000)
    expect(a.primary.status()).toMatchObject({ role: 'none', trouble: { code: 'REPLICA_FAILED' } })
    expect(a.primary.status().trouble?.message).toContain('goes on by itself')
    expect(await codeOf(a.primary.recovery.recover())).toBe('REPLICA_FAILED')
    a.disk.setCapacity(undefined)
    await world.until('it leads', () => lead(a))
    expect(a.primary.status().trouble).toBeUndefined()
    expect(await get(a, 'n1/before')).toBe('1')
    await world.until('they learn', () => b.primary.status().role !== 'none')
    await put(b, 'n1/after', '2')
  })

  it('leaves one where both sides overrule, and what the other wrote is in its report', async () => {
    const nodes = await committee(22, 4, 4)
    const [a, b, c, d] = nodes as [TestNode, TestNode, TestNode, TestNode]
    world.split([a, b])
    await world.until('no side has a quorum', () =>
      nodes.every(({ primary }) => !primary.status().inForce),
    )
    await recover(a, { anyway: true })
    await recover(c, { anyway: true })
    await put(a, 'n0/x', 'a')
    await put(c, 'n2/x', 'c')
    world.split(undefined)
    await world.until('one leads', () => nodes.filter(lead).length === 1)
    await world.until('all learn from it', () =>
      nodes.every(({ primary }) => primary.status().role !== 'none'),
    )
    const [winner, loser] = lead(a) ? [a, c] : [c, a]
    const lost: [string, string] = loser === a ? ['n0/x', 'a'] : ['n2/x', 'c']
    expect(lateOf(loser)).toContainEqual(lost)
    expect(await get(b, lost[0])).toBeUndefined()
    expect(await get(d, winner === a ? 'n0/x' : 'n2/x')).toBe(winner === a ? 'a' : 'c')
  })

  it('is refused where the witness has seen another, and nothing has changed', async () => {
    const [a] = (await committee(23, 3)) as [TestNode]
    await cutOff([a])
    const lostTo = { node: 'c'.repeat(64) as NodeId, name: 'cleo', era: 1, atMs: 1_800_000_000_000 }
    world.claim = () => ({ lostTo })
    const recovering = a.primary.recovery.recover()
    const refused = recovering.catch((error: Error) => error)
    expect(await codeOf(recovering)).toBe('OVERRULED')
    expect(await refused).toMatchObject({
      details: { node: lostTo.node, era: 1 },
      message: expect.stringContaining('by cleo (cccccccc) at 2027-01-15T08:00:00.000Z'),
    })
    expect(eraOf(a)).toBe(0)
    world.split(undefined)
    await world.until('the committee stands', () => a.primary.status().inForce)
    await put(a, 'n0/x', '1')
  })

  it('is not claimed at the witness where the disk has no room for the mandate', async () => {
    const [a] = (await committee(26, 3)) as [TestNode]
    await cutOff([a])
    let claims = 0
    world.claim = () => {
      claims++
      return 'won'
    }
    a.disk.setCapacity(usedOn(a))
    expect(await codeOf(a.primary.recovery.recover())).toBe('DISK_FULL')
    expect([claims, eraOf(a)]).toEqual([0, 0])
    a.disk.setCapacity(undefined)
    await world.until('its copy is in use again', () => a.primary.status().role !== 'none')
    await recover(a)
    expect([claims, eraOf(a)]).toEqual([1, 1])
  })

  it('heeds no mandate of somebody who is no admin', async () => {
    const [a, b] = (await committee(24, 3)) as [TestNode, TestNode]
    const payload = encodeStatement({
      ...({ era: 1, index: 100, voters: [new Uint8Array(32).fill(5)] } as never as object),
    } as never)
    const forged = sealMandate(
      { publicKey: new Uint8Array(32).fill(5), sign: () => new Uint8Array(64) },
      world.network,
      payload,
      [],
    )
    world.map.tell(b.id, `node/${b.id}/recovery`, { v: 1, mandate: forged, rejoins: false })
    await world.advance(1_000)
    expect(eraOf(a)).toBe(0)
    await put(a, 'n0/x', '1')
  })
})
