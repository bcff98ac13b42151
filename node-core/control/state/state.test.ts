import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createMemoryStore, type StateChange } from './index.ts'
import {
  createTestNetwork,
  marksAt,
  nodeNamed,
  ownerNamed,
  type Person,
  type TestNetwork,
  type TestNode,
} from './state.fixture.ts'

const ANNA: Person = { owner: 'anna', permissions: ['deploy', 'use'] }
const BERT: Person = { owner: 'bert', permissions: ['deploy', 'use'] }
const GUEST: Person = { owner: 'guest', permissions: ['use'] }

let world: TestNetwork
beforeEach(() => {
  world = createTestNetwork()
})
afterEach(() => world.stop())

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as { code?: unknown }).code,
  )
const cordonOf = (node: string, owner: string): string => `net/node/${node}/cordon/${owner}`
const hashes = (nodes: TestNode[]): string[] => [...new Set(nodes.map(({ state }) => state.hash()))]

async function cluster(...names: string[]): Promise<TestNode[]> {
  const nodes: TestNode[] = []
  for (const name of names) nodes.push(await world.node(name))
  await world.advance(200)
  return nodes
}

function cutAll(from: TestNode, to: TestNode[]): void {
  for (const other of to) {
    world.network.cut(from.id, other.id)
    world.network.cut(other.id, from.id)
  }
}

describe('what one node writes', () => {
  it('is everywhere within a hop or two, and the same', async () => {
    const nodes = await cluster('a', 'b', 'c')
    const record = await world.run(nodes[0]!.state.put('net/workload/web', { replicas: 3 }))
    expect(record.generation).toBe(1)
    await world.advance(50)
    for (const { state } of nodes) {
      expect(state.get('net/workload/web')?.value).toEqual({ replicas: 3 })
    }
    expect(hashes(nodes)).toHaveLength(1)
  })

  it('before it met anybody, is passed on at once by whoever it meets first', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    // So long that no round of anti-entropy with the second would come by itself.
    await world.advance(30_000)
    const cut = [nodeNamed('c'), b.id] as const
    world.network.cut(...cut)
    world.network.cut(cut[1], cut[0])
    const c = await world.node('c')
    await world.run(c.state.put(`node/${c.id}/profile`, { name: 'c' }))
    await world.advance(100)
    expect([a, b].map(({ state }) => state.get(`node/${c.id}/profile`)?.value)).toEqual([
      { name: 'c' },
      { name: 'c' },
    ])
  })

  it('is told to those who listen to its prefix, with what was there before', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    const heard: StateChange[] = []
    b.state.subscribe('net/workload/', (change) => heard.push(change))
    await world.run(a.state.put('net/workload/web', 1))
    await world.run(a.state.put('net/publisher/x', 1))
    await world.run(a.state.put('net/workload/web', 2))
    await world.advance(50)
    expect(
      heard.map(({ record, previous, remote }) => [record.value, previous?.value, remote]),
    ).toEqual([
      [1, undefined, true],
      [2, 1, true],
    ])
  })

  it('goes up a generation with each write, and keeps its tombstone', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    await world.run(a.state.put('net/workload/web', 1))
    await world.advance(50)
    await world.run(b.state.delete('net/workload/web'))
    await world.advance(50)
    expect(a.state.list('net/workload/')).toEqual([])
    expect(a.state.tombstones('net/workload/').map(({ generation }) => generation)).toEqual([2])
    await world.run(b.state.delete('net/workload/never'))
    expect(b.state.get('net/workload/never')).toBeUndefined()
  })

  it('survives the node, under a higher incarnation', async () => {
    const [a] = (await cluster('a')) as [TestNode]
    await world.run(a.state.put('net/workload/web', 1))
    world.network.crash(a.id)
    const again = await world.node('a')
    expect(again.state.get('net/workload/web')?.value).toBe(1)
    const next = await world.run(again.state.put(`node/${a.id}/profile`, 1))
    expect(next.incarnation).toBeGreaterThan(again.state.get('net/workload/web')!.incarnation)
  })

  it('is not in the map when the disk is full, and nothing else is lost', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    a.store.full = true
    expect(await world.run(codeOf(a.state.put('net/workload/web', 1)))).toBe('DISK_FULL')
    expect(a.state.get('net/workload/web')).toBeUndefined()
    a.store.full = false
    await world.run(a.state.put('net/workload/api', 1))
    await world.advance(50)
    expect(b.state.list('net/workload/').map(({ key }) => key)).toEqual(['net/workload/api'])
  })
})

describe('who may write', () => {
  it.each([
    ['node/of another', () => `node/${'cd'.repeat(32)}/profile`],
    ['a prefix nobody has', () => 'net/anything/x'],
    ['no key at all', () => 'net/workload/with space'],
    ['a workload without deploy', () => 'net/workload/web'],
    ['a removal without admin', () => 'net/removed/someone'],
    ['a publisher without admin', () => 'net/publisher/x'],
    ['a member without invite', () => 'net/member/x'],
    ['a cordon for another owner', () => cordonOf('cd'.repeat(32), ownerNamed('bert'))],
    ['what is no cordon', () => `net/node/${'cd'.repeat(32)}/cordon`],
  ])('refuses %s', async (_, key) => {
    const node = await world.node('g', GUEST)
    expect(await world.run(codeOf(node.state.put(key(), 1)))).toBe('FORBIDDEN')
    expect(node.state.list('')).toEqual([])
  })

  it('lets an owner cordon from any of its nodes, and an admin for it', async () => {
    const node = await world.node('g', GUEST)
    const f = await world.node('f')
    const other = cordonOf('cd'.repeat(32), ownerNamed('guest'))
    await world.run(node.state.put(other, { cordoned: true }))
    await world.advance(100)
    await world.run(f.state.put(other, { cordoned: false }))
    await world.advance(100)
    expect(node.state.get(other)?.value).toEqual({ cordoned: false })
  })

  it('keeps a name for the owner that took it; an admin may write it for them', async () => {
    const a = await world.node('a', ANNA)
    const b = await world.node('b', BERT)
    const f = await world.node('f')
    await world.advance(100)
    await world.run(a.state.put('net/workload/web', 1))
    await world.advance(100)
    expect(await world.run(codeOf(b.state.put('net/workload/web', 2)))).toBe('CONFLICT')
    const byAdmin = await world.run(f.state.put('net/workload/web', 3))
    expect(byAdmin.claim).toBe(a.state.get('net/workload/web')?.owner)
    await world.advance(100)
    await world.run(a.state.delete('net/workload/web'))
    await world.advance(100)
    expect(await world.run(codeOf(b.state.put('net/workload/web', 2)))).toBe('CONFLICT')
    expect(hashes([a, b, f])).toHaveLength(1)
  })

  it('refuses a write that expected another generation', async () => {
    const [a] = (await cluster('a')) as [TestNode]
    await world.run(a.state.put('net/workload/web', 1, { expectGeneration: 0 }))
    const late = a.state.put('net/workload/web', 2, { expectGeneration: 0 })
    expect(await world.run(codeOf(late))).toBe('CONFLICT')
  })

  it('refuses a value over its limit and keeps the one before', async () => {
    const [a] = (await cluster('a')) as [TestNode]
    await world.run(a.state.put('net/workload/web', 'small'))
    const large = a.state.put('net/workload/web', 'x'.repeat(70_000))
    expect(await world.run(codeOf(large))).toBe('TOO_LARGE')
    expect(a.state.get('net/workload/web')?.value).toBe('small')
  })

  it('refuses keys over the limit of one author', async () => {
    const [a] = (await cluster('a')) as [TestNode]
    const puts = Array.from({ length: 4_097 }, (_, n) =>
      codeOf(a.state.put(`node/${a.id}/instance/${n}`, n)),
    )
    const codes = await world.run(Promise.all(puts))
    expect(codes.filter((code) => code === 'LIMIT_REACHED')).toHaveLength(1)
  })
})

describe('after a partition', () => {
  it('comes to one state, whoever wrote what on which side', async () => {
    const nodes = await cluster('a', 'b', 'c', 'd')
    const [a, b, c, d] = nodes as [TestNode, TestNode, TestNode, TestNode]
    for (const one of [a, b]) cutAll(one, [c, d])
    for (let n = 0; n < 20; n++) {
      await world.run(a.state.put('net/workload/web', `left ${n}`))
      await world.run(c.state.put(`net/workload/only-right-${n}`, n))
    }
    await world.run(d.state.put('net/workload/web', 'right'))
    await world.advance(10_000)
    expect(hashes(nodes)).toHaveLength(2)
    world.network.mendAll()
    await world.advance(3_000)
    expect(hashes(nodes)).toHaveLength(1)
    // Generation 20 stands over generation 1.
    expect(d.state.get('net/workload/web')?.value).toBe('left 19')
  })

  it('gives a name that two owners took to one of them for good, however far the other went', async () => {
    const a = await world.node('a', ANNA)
    const b = await world.node('b', BERT)
    await world.advance(100)
    cutAll(a, [b])
    await world.run(a.state.put('net/workload/web', 'anna 1'))
    for (let n = 0; n < 10; n++) await world.run(b.state.put('net/workload/web', `bert ${n}`))
    world.network.mendAll()
    await world.advance(6_000)
    const winner = a.state.get('net/workload/web')!
    expect(b.state.get('net/workload/web')).toEqual(winner)
    const [holder, other] = winner.author === a.id ? [a, b] : [b, a]
    await world.run(holder.state.put('net/workload/web', 'again'))
    expect(await world.run(codeOf(other.state.put('net/workload/web', 'mine')))).toBe('CONFLICT')
  })

  it('does not bring back what was ended on the other side', async () => {
    const nodes = await cluster('a', 'b', 'c')
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode]
    await world.run(a.state.put('net/workload/web', 1))
    await world.advance(100)
    cutAll(c, [a, b])
    await world.run(a.state.delete('net/workload/web'))
    await world.advance(60_000)
    world.network.mendAll()
    await world.advance(6_000)
    for (const { state } of nodes) expect(state.list('net/workload/')).toEqual([])
    expect(hashes(nodes)).toHaveLength(1)
  })

  it('catches up a node that was away while more was written than one delta holds', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    cutAll(a, [b])
    for (let n = 0; n < 40; n++)
      await world.run(a.state.put(`net/workload/w-${n}`, 'x'.repeat(30_000)))
    world.network.mendAll()
    await world.advance(4_000)
    expect(b.state.list('net/workload/')).toHaveLength(40)
    expect(hashes([a, b])).toHaveLength(1)
  })
})

describe('resynchronising', () => {
  it('fetches everything again and changes nothing', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    for (let n = 0; n < 10; n++) await world.run(a.state.put(`net/workload/w-${n}`, n))
    await world.advance(100)
    const before = b.state.hash()
    await world.run(b.state.resync())
    expect(b.state.hash()).toBe(before)
    expect(await world.run(marksAt(b, a.net))).toEqual(await world.run(marksAt(a, b.net)))
  })

  it('knows that it is in step once a round has ended, or that it is alone', async () => {
    const a = await world.node('a')
    expect(a.state.synced).toBe(true)
    await world.run(a.state.put('net/workload/web', 1))
    const b = await world.node('b')
    await world.advance(2_000)
    expect(b.state.synced).toBe(true)
    expect(b.state.get('net/workload/web')).toBeDefined()
    world.network.crash(b.id)
    world.network.crash(a.id)
    const alone = await world.node('b')
    expect(alone.state.synced).toBe(false)
  })
})

describe('a home that is older than its stream', () => {
  it('goes above what it said before, and says its own keys again', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    await world.run(a.state.put(`node/${a.id}/profile`, 'first'))
    const backup = a.store.copy()
    world.network.crash(a.id)
    const second = await world.node('a')
    await world.run(second.state.put(`node/${a.id}/profile`, 'second'))
    await world.run(second.state.put(`node/${a.id}/instance/x`, 'left behind'))
    await world.advance(100)
    world.network.crash(a.id)
    const third = await world.node('a', undefined, backup)
    await world.run(third.state.put(`node/${a.id}/profile`, 'third'))
    await world.advance(6_000)
    expect(b.state.get(`node/${a.id}/profile`)?.value).toBe('third')
    expect(third.state.get(`node/${a.id}/instance/x`)?.value).toBe('left behind')
    expect(hashes([third, b])).toHaveLength(1)
  })

  it('starts over from nothing and finds its old keys again', async () => {
    const [a, b] = (await cluster('a', 'b')) as [TestNode, TestNode]
    await world.run(a.state.put(`node/${a.id}/profile`, 'first'))
    await world.advance(100)
    world.network.crash(a.id)
    const again = await world.node('a', undefined, createMemoryStore())
    await world.run(again.state.put(`node/${a.id}/profile`, 'new'))
    await world.advance(6_000)
    expect(b.state.get(`node/${a.id}/profile`)?.value).toBe('new')
    expect(hashes([again, b])).toHaveLength(1)
  })
})

describe('tombstones of a node’s own keys', () => {
  it('are collected in the end, and nothing comes back to those who were away', async () => {
    world = createTestNetwork({ gcIntervalMs: 60_000, tombstoneTtlMs: 120_000 })
    const nodes = await cluster('a', 'b', 'c')
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode]
    await world.run(a.state.put(`node/${a.id}/profile`, 'kept'))
    for (let n = 0; n < 50; n++) await world.run(a.state.put(`node/${a.id}/instance/${n}`, n))
    await world.advance(1_000)
    cutAll(c, [a, b])
    for (let n = 0; n < 50; n++) await world.run(a.state.delete(`node/${a.id}/instance/${n}`))
    await world.advance(400_000)
    expect(b.state.tombstones('node/')).toEqual([])
    expect(c.state.list(`node/${a.id}/instance/`)).toHaveLength(50)
    world.network.mendAll()
    await world.advance(6_000)
    for (const { state } of nodes) {
      expect(state.list(`node/${a.id}/instance/`)).toEqual([])
      expect(state.get(`node/${a.id}/profile`)?.value).toBe('kept')
    }
    expect(hashes(nodes)).toHaveLength(1)
  })
})

describe('idle nodes', () => {
  it('say little: 20 peers that agree cost less than 100 bytes a second of state', async () => {
    const nodes = await cluster(...Array.from({ length: 21 }, (_, n) => `n${n}`))
    await world.advance(60_000)
    const ids = nodes.map(({ id }) => id)
    let bytes = 0
    const first = nodes[0]!
    const net = first.net
    const request = net.request.bind(net)
    net.request = async (peer: NodeId, ...rest) => {
      const answer = await request(peer, ...rest)
      bytes += rest[1].byteLength + answer.byteLength
      return answer
    }
    await world.advance(60_000)
    expect(ids).toHaveLength(21)
    expect(bytes / 60).toBeLessThan(100)
  })
})
