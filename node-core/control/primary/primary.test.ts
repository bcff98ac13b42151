/** The Primary of a whole network in one process: committee, forwarding, loss, damage. */
import { afterEach, describe, expect, it } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import { framed } from '../../base/net/index.ts'
import type { KeyChange } from './index.ts'
import { createPeople } from './people.fixture.ts'
import {
  bytes,
  createTestNetwork,
  START_MS,
  type TestNetwork,
  type TestNode,
  text,
} from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())
const { put, get, codeOf } = createPeople(() => world)

/** A founder's node and others, all of them voters. */
async function committee(seed: number, others: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed)
  const [first] = world.nodes
  for (let at = 0; at < others; at++) {
    const node = await world.add('deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', first!.primary.change('promote', node.id))
  }
  await world.until('all vote', () =>
    world.nodes.every(({ primary }) => ['leader', 'voter'].includes(primary.status().role)),
  )
  return world.nodes
}
const leaderOf = (nodes: readonly TestNode[]): TestNode | undefined =>
  nodes.find(({ primary }) => primary.status().role === 'leader')

describe('the Primary', () => {
  it('shows the copy of a node that has one, and says when it has moved on', async () => {
    const [first, second] = (await committee(41, 1)) as [TestNode, TestNode]
    const outsider = await world.add('deploy')
    let told = 0
    const forget = second.primary.subscribe(() => told++)
    await put(first, 'shop/stock', '12')
    await world.until('it has come', () => second.primary.view()?.get('shop/stock') !== undefined)
    expect(told).toBeGreaterThan(0)
    expect(outsider.primary.view()).toBeUndefined()
    forget()
    const before = told
    await put(first, 'shop/stock', '11')
    await world.advance(1_000)
    expect(told).toBe(before)
  })

  it('is whole with one node: put, read, restart, read', async () => {
    world = await createTestNetwork(1)
    const [node] = world.nodes as [TestNode]
    await put(node, 'shop/stock', '12')
    expect(await get(node, 'shop/stock')).toBe('12')
    await node.kill()
    await node.start()
    expect(await get(node, 'shop/stock')).toBe('12')
    expect(node.primary.status()).toMatchObject({ role: 'leader', inForce: true })
  })

  it('says why its only copy has stopped when the disk is full, and goes on after a restart too', async () => {
    world = await createTestNetwork(16)
    const [node] = world.nodes as [TestNode]
    await put(node, 'shop/x', '1')
    node.disk.setCapacity(0)
    const body = { key: 'shop/x', value: bytes('2') }
    const write = (): Promise<unknown> => node.primary.execute({ kind: 'kv.put', body })
    expect(await codeOf(write())).toBe('REPLICA_FAILED')
    expect(await codeOf(node.primary.key('shop/x'))).toBe('REPLICA_FAILED')
    await expect(write()).rejects.toThrow(/goes on by itself.*full/i)
    // What was applied is still known, to whoever asks for what may be behind.
    expect(await get(node, 'shop/x', true)).toBe('1')
    expect(node.primary.status().trouble?.code).toBe('REPLICA_FAILED')
    node.disk.setCapacity(undefined)
    await node.restart()
    expect(['1', '2']).toContain(await get(node, 'shop/x'))
    await put(node, 'shop/x', '3')
    expect(await get(node, 'shop/x')).toBe('3')
  })

  it('refuses in a node outside any committee', async () => {
    world = await createTestNetwork(2)
    const [founder] = world.nodes as [TestNode]
    await founder.primary.stop()
    const other = await world.add('deploy', 'use')
    expect(await codeOf(other.primary.key('shop/stock'))).toBe('NO_PRIMARY')
  })

  it('takes commands and questions from a node outside the committee, of an owner let in', async () => {
    world = await createTestNetwork(3)
    const [founder] = world.nodes as [TestNode]
    const guest = await world.add('deploy', 'use')
    await world.until('the committee is told', () => !!guest.primary.status().committee)
    await put(guest, 'guest/x', '1')
    expect(await get(founder, 'guest/x')).toBe('1')
    expect(await get(guest, 'guest/x')).toBe('1')
    expect(guest.primary.status()).toMatchObject({
      role: 'none',
      inForce: true,
      height: founder.primary.status().height,
    })
    await put(founder, 'shop/x', '1')
    const body = { key: 'shop/x', value: bytes('2') }
    expect(await codeOf(guest.primary.execute({ kind: 'kv.put', body }))).toBe('NAME_TAKEN')
  })

  it('takes no word of consensus from a member of the network outside the committee', async () => {
    world = await createTestNetwork(13)
    const [founder] = world.nodes as [TestNode]
    const guest = await world.add('use')
    await world.advance(1_000)
    const { committee: before } = founder.primary.status()
    const stream = await world.run(
      'the stream is open',
      world.links.node(guest.id).openStream(founder.id, 'consensus/1'),
    )
    // A leader of a term that nobody has begun.
    await stream.write(framed(encode([1, 'heartbeat', 1_000, 0, '', 0])))
    await world.advance(50)
    expect(founder.primary.status()).toMatchObject({ role: 'leader', inForce: true })
    expect(founder.primary.status().committee?.term).toBe(before?.term)
  })

  it('uses no command id of another life, when a home comes back from a copy and its clock lags', async () => {
    world = await createTestNetwork(14)
    const [founder] = world.nodes as [TestNode]
    // As a clock that ran ahead once has left it.
    const copy = encode({ v: 1, incarnation: START_MS + 1e9 })
    for (const value of ['1', '2']) {
      await founder.disk.writeAtomic('registry/author.cbor', copy)
      await founder.restart()
      await put(founder, 'shop/x', value)
      expect(await get(founder, 'shop/x')).toBe(value)
    }
  })

  it('goes on when the leader dies, and brings it up to date when it returns', async () => {
    const nodes = await committee(4, 2)
    for (const [at, node] of nodes.entries()) await put(node, `n${at}/x`, '1')
    const leader = leaderOf(nodes)!
    const rest = nodes.filter((node) => node !== leader)
    await leader.kill()
    await put(rest[0]!, 'after/x', '2')
    expect(await get(rest[1]!, 'after/x')).toBe('2')
    await leader.start()
    expect(await get(leader, 'after/x')).toBe('2')
    await world.until('it follows', () => leader.primary.status().role === 'voter')
  })

  it('without a majority refuses writes and linearizable reads in time, and answers stale ones', async () => {
    const nodes = await committee(5, 2)
    await put(nodes[0]!, 'shop/x', '1')
    await world.advance(500)
    await nodes[1]!.kill()
    await nodes[2]!.kill()
    const [left] = nodes as [TestNode]
    const since = world.clock.monotonicMs()
    const body = { key: 'shop/x', value: bytes('2') }
    const written = left.primary.execute({ kind: 'kv.put', body })
    expect(await codeOf(written)).toBe('NO_QUORUM')
    await expect(written).rejects.toThrow('may still take effect')
    expect(await codeOf(left.primary.key('shop/x'))).toBe('NO_QUORUM')
    expect(world.clock.monotonicMs() - since).toBeLessThan(11_000)
    expect(await get(left, 'shop/x', true)).toBe('1')
    expect(left.primary.status().inForce).toBe(false)
  })

  it('gives up a change in time where the majority is lost in that moment', async () => {
    const nodes = await committee(61, 2)
    await nodes[1]!.kill()
    await nodes[2]!.kill()
    const [left] = nodes as [TestNode]
    expect(left.primary.status().inForce).toBe(true)
    const since = world.clock.monotonicMs()
    expect(await codeOf(left.primary.change('withdraw', left.id))).toBe('NO_QUORUM')
    expect(world.clock.monotonicMs() - since).toBeLessThan(10_000)
  })

  it('demotes through the leader, the leader itself included, and never the last voter', async () => {
    const nodes = await committee(6, 2)
    const [founder, second, third] = nodes as [TestNode, TestNode, TestNode]
    await put(founder, 'shop/x', '1')
    await put(second, 'second/x', '0')
    expect(leaderOf(nodes)).toBe(founder)
    const since = world.clock.monotonicMs()
    await world.run('the founder goes', founder.primary.change('demote', founder.id))
    await put(second, 'second/x', '1')
    // It handed the lead over, so nobody has waited for an election.
    expect(world.clock.monotonicMs() - since).toBeLessThan(1_000)
    await world.until('it holds nothing', () => founder.primary.status().role === 'none')
    await world.advance(100)
    expect(await founder.disk.list('registry/log')).toEqual([])
    // But for what it had promised there, should it come back.
    expect(await founder.disk.read('registry/promised.cbor')).toBeDefined()
    expect(await get(founder, 'shop/x')).toBe('1')
    await world.run('the second goes', founder.primary.change('demote', second.id))
    expect(founder.primary.status().committee?.voters).toEqual([third.id])
    expect(await codeOf(founder.primary.change('demote', third.id))).toBe('LAST_VOTER')
    expect(await codeOf(second.primary.change('promote', second.id))).toBe('FORBIDDEN')
    await world.run('it comes back', founder.primary.change('promote', founder.id))
    await put(founder, 'shop/x', '2')
    expect(await get(second, 'shop/x')).toBe('2')
  })

  it('hands the lead to a voter that answers, whoever asks, and writes go on', async () => {
    const nodes = await committee(16, 2)
    const [founder, second, third] = nodes as [TestNode, TestNode, TestNode]
    const guest = await world.add('admin', 'use')
    await world.advance(3_000)
    for (const [asker, next] of [
      [founder, second],
      [founder, third],
      [guest, founder],
    ] as const) {
      const since = world.clock.monotonicMs()
      await world.run('the lead goes over', asker.primary.change('transfer', next.id))
      expect(leaderOf(nodes)?.id).toBe(next.id)
      await put(next, `${next.id.slice(0, 4)}/x`, '1')
      expect(world.clock.monotonicMs() - since).toBeLessThan(1_000)
    }
    await world.run('who leads already does', founder.primary.change('transfer', founder.id))
    expect(await codeOf(founder.primary.change('transfer', guest.id))).toBe('NOT_A_VOTER')
    await third.kill()
    await world.advance(3_000)
    expect(await codeOf(founder.primary.change('transfer', third.id))).toBe('NOT_TAKEN_OVER')
    expect(leaderOf([founder, second])?.id).toBe(founder.id)
  })

  it('begins no empty copy while the others have yet to tell that it is out', async () => {
    const nodes = await committee(15, 3)
    const leader = leaderOf(nodes)!
    const out = nodes.find((node) => node !== leader)!
    const admin = nodes[0]!
    const going = admin.primary.change('demote', out.id)
    going.catch(() => {})
    const held: boolean[] = []
    for (let at = 0; at < 100; at++) {
      await world.advance(5)
      held.push((await out.disk.list('registry/log')).length > 0)
    }
    await world.run('it is out', going)
    expect(held.at(-1)).toBe(false)
    expect(held.lastIndexOf(true)).toBe(held.indexOf(false) - 1)
    await world.run('it comes back', admin.primary.change('promote', out.id))
    await world.until('it votes', () => out.primary.status().role === 'voter')
  })

  it('gives no vote to a learner that has not caught up', async () => {
    world = await createTestNetwork(11)
    const [founder] = world.nodes as [TestNode]
    const absent = await world.add('deploy', 'use')
    await world.advance(3_000)
    await absent.kill()
    expect(await codeOf(founder.primary.change('promote', absent.id))).toBe('NOT_CAUGHT_UP')
    await put(founder, 'shop/x', '1')
    await absent.start()
    await world.run('it is promoted', founder.primary.change('promote', absent.id))
    await world.until('it votes', () => absent.primary.status().role === 'voter')
  })

  it('tells a watcher of every change once, whoever answers it', async () => {
    await committee(7, 2)
    const writer = await world.add('deploy', 'use')
    const guest = await world.add('use')
    await world.advance(500)
    const seen: KeyChange[] = []
    const ending = new AbortController()
    const watching = (async () => {
      const changes = guest.primary.watch('shop/', { from: 1, signal: ending.signal })
      for await (const { events } of changes) seen.push(...events)
    })()
    const expected = ['0', '1', '2', '3', '4', '5']
    for (const value of expected) {
      if (value === '3') await leaderOf(world.nodes)!.kill()
      await put(writer, 'shop/x', value)
    }
    await world.until('all is seen', () => seen.length >= expected.length)
    expect(seen.map(({ row }) => text(row?.value))).toEqual(expected)
    ending.abort()
    await world.run('the watch ends', watching)
  })

  it('does not use a damaged copy, says so, and gets a new one by demote and promote', async () => {
    const nodes = await committee(8, 2)
    const [founder, second] = nodes as [TestNode, TestNode]
    await put(founder, 'shop/x', '1')
    await world.advance(500)
    await second.kill()
    const files = await second.disk.list('registry/log')
    second.disk.flipBit(`registry/log/${files.find((file) => file.startsWith('segment-'))}`, 500)
    await second.start()
    await world.until('it is said', () => second.primary.status().trouble?.code === 'LOG_DAMAGED')
    // It is outside for now, and still served by the others.
    expect(await get(second, 'shop/x')).toBe('1')
    await world.run('it goes', founder.primary.change('demote', second.id))
    await world.until('it is clean', () => second.primary.status().trouble === undefined)
    await world.run('it comes back', founder.primary.change('promote', second.id))
    await world.until('it votes', () => second.primary.status().role === 'voter')
    expect(await get(second, 'shop/x', true)).toBe('1')
  })

  it('writes again once a disk that was full has room, and has lost nothing', async () => {
    world = await createTestNetwork(43)
    const [founder] = world.nodes as [TestNode]
    await put(founder, 'shop/x', '1')
    founder.disk.setCapacity(0)
    const body = { key: 'shop/x', value: bytes('2') }
    expect(await codeOf(founder.primary.execute({ kind: 'kv.put', body }))).toBe('REPLICA_FAILED')
    // Nor is it ever said that others are missing, while the copy is opened again and again.
    for (let at = 0; at < 1_000; at++) {
      await world.advance(10)
      expect(founder.primary.status().trouble?.code).toBe('REPLICA_FAILED')
    }
    founder.disk.setCapacity(undefined)
    await world.until('it is well again', () => founder.primary.status().trouble === undefined)
    expect(founder.primary.status().role).toBe('leader')
    expect(await get(founder, 'shop/x')).toBe('1')
    await put(founder, 'shop/x', '3')
  })

  it('takes a lost log for damage: it neither founds again nor votes without one', async () => {
    world = await createTestNetwork(12)
    const [founder] = world.nodes as [TestNode]
    await put(founder, 'shop/x', '1')
    await founder.kill()
    await founder.disk.remove('registry/log')
    await founder.start()
    await world.advance(3_000)
    expect(founder.primary.status()).toMatchObject({
      role: 'none',
      trouble: { code: 'LOG_DAMAGED' },
    })
    expect(await codeOf(founder.primary.key('shop/x'))).not.toBe('done')
  })

  it('answers on a voter that is cut off from the leader and not from the rest', async () => {
    const nodes = await committee(13, 2)
    await put(nodes[0]!, 'shop/x', '1')
    const leader = leaderOf(nodes)!
    const [cutOff] = nodes.filter((node) => node !== leader) as [TestNode]
    world.links.cut(cutOff.id, leader.id)
    world.links.cut(leader.id, cutOff.id)
    await world.advance(5_000)
    expect(await get(cutOff, 'shop/x')).toBe('1')
    await put(cutOff, 'cut/x', '2')
    expect(await get(leader, 'cut/x')).toBe('2')
  })

  it('shares a batch among calls of one time, in the order of the calls', async () => {
    world = await createTestNetwork(9)
    const [node] = world.nodes as [TestNode]
    await put(node, 'shop/x', 'first')
    const before = node.primary.status().height ?? 0
    const all = Array.from({ length: 100 }, (_, at) =>
      node.primary.execute({ kind: 'kv.put', body: { key: 'shop/x', value: bytes(`${at}`) } }),
    )
    await world.run('all are put', Promise.all(all))
    expect(await get(node, 'shop/x')).toBe('99')
    expect((node.primary.status().height ?? 0) - before).toBe(1)
  })

  it('ends leases by the log’s time', async () => {
    const nodes = await committee(10, 2)
    const [node] = nodes as [TestNode]
    const lease = 'shop/worker'
    const grant = { kind: 'lease.grant', body: { lease, ttlMs: 2_000 } } as const
    await world.run('the lease is granted', node.primary.execute(grant))
    const body = { key: 'shop/leader', value: bytes('me'), lease }
    await world.run('the key is put', node.primary.execute({ kind: 'kv.put', body }))
    expect(await get(node, 'shop/leader')).toBe('me')
    await world.advance(9_000)
    expect(await get(node, 'shop/leader')).toBeUndefined()
    expect(await codeOf(node.primary.execute({ kind: 'lease.keep', body: { lease } }))).toBe(
      'NO_LEASE',
    )
  })
})
