/**
 * What a member with other software can send, and what it gains by it. Long, since all of it needs
 * the forger.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Net } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import { drawLine } from './line.ts'
import { encodePush, encodeQuestion, parseAnswer, type Range } from './messages.ts'
import { parseRecord, type SignedRecord } from './record.ts'
import {
  createTestNetwork,
  FOUNDER,
  forge,
  marksAt,
  nodeNamed,
  ownerNamed,
  type Person,
  type TestNetwork,
  type TestNode,
  toyCredential,
} from './state.fixture.ts'

let world: TestNetwork
beforeEach(() => {
  world = createTestNetwork()
})
afterEach(() => world.stop())

const EVERY: Permission[] = ['admin', 'invite', 'deploy', 'use']
const ENTRY = { name: 'x', permissions: EVERY }
const ADMIN_A: Person = { owner: 'admin-a', permissions: EVERY }
const DEPLOYER: Person = { owner: 'deployer', permissions: ['deploy', 'use'] }
const USER: Person = { owner: 'user', permissions: ['use'] }

/** Sends a delta as a peer would. Returns whether it was taken. */
async function sendDelta(
  from: Net,
  to: TestNode,
  ranges: Range[],
  credentials: Uint8Array[] = [],
): Promise<boolean> {
  const digest = { authors: [], credentials: [] }
  const question = encodeQuestion({ kind: 'exchange', digest, delta: { credentials, ranges } })
  return world.run(
    from.request(to.id, 'state/1', question).then(
      (answer) => parseAnswer(answer)?.kind === 'delta',
      () => false,
    ),
  )
}

async function evilNet(name = 'evil'): Promise<Net> {
  const net = world.network.node(nodeNamed(name))
  net.onRequest('state/1', () => {
    throw new Error('silent')
  })
  await world.advance(100)
  return net
}

const rangeOf = (record: SignedRecord, change: Partial<Range> = {}): Range => ({
  author: record.author,
  from: [0, 0],
  to: record.position,
  records: [record.bytes],
  ...change,
})

describe('a sender that lies about another author’s stream', () => {
  it('makes a hole that the next honest peers show and mend', async () => {
    const a = await world.node('a')
    const b = await world.node('b')
    await world.advance(100)
    for (let n = 0; n < 5; n++) await world.run(a.state.put(`net/workload/w-${n}`, n))
    await world.advance(100)
    const evil = await evilNet()
    const c = await world.node('c')
    for (const other of [a, b]) {
      world.network.cut(c.id, other.id)
      world.network.cut(other.id, c.id)
    }
    world.network.crash(c.id)
    const victim = await world.node('c', FOUNDER)
    await world.advance(100)
    const last = parseRecord((a.state.get('net/workload/w-4') as SignedRecord).bytes)!
    const taken = await sendDelta(
      evil,
      victim,
      [rangeOf(a.state.get('net/workload/w-4') as SignedRecord)],
      [toyCredential('a', FOUNDER)],
    )
    expect(taken).toBe(true)
    expect(last.key).toBe('net/workload/w-4')
    expect(victim.state.list('net/workload/')).toHaveLength(1)
    const marks = [await world.run(marksAt(victim, evil)), await world.run(marksAt(a, evil))]
    expect(marks[0]![a.id]).toEqual(marks[1]![a.id])
    world.network.mendAll()
    await world.advance(10_000)
    expect(victim.state.list('net/workload/')).toHaveLength(5)
    expect(victim.state.hash()).toBe(b.state.hash())
  })

  it('cannot move a mark beyond what the author signed', async () => {
    const a = await world.node('a')
    const b = await world.node('b')
    await world.run(a.state.put('net/workload/web', 1))
    await world.advance(100)
    const evil = await evilNet()
    const record = a.state.get('net/workload/web') as SignedRecord
    await sendDelta(evil, b, [
      rangeOf(record, { to: [2 ** 40, 2 ** 40] }),
      { author: nodeNamed('nobody'), from: [0, 0], to: [9, 9], records: [] },
    ])
    const marks = await world.run(marksAt(b, evil))
    expect(marks[a.id]).toEqual([record.incarnation, record.counter])
    expect(marks[nodeNamed('nobody')]).toBeUndefined()
    await world.run(a.state.put('net/workload/web', 2))
    await world.advance(100)
    expect(b.state.get('net/workload/web')?.value).toBe(2)
  })

  it.each([
    [
      'a record of another author in the range',
      (one: SignedRecord, other: SignedRecord) =>
        rangeOf(one, { records: [one.bytes, other.bytes] }),
    ],
    [
      'a flipped bit',
      (one: SignedRecord) => {
        const bytes = one.bytes.slice()
        bytes[bytes.length - 3]! ^= 1
        return rangeOf(one, { records: [bytes] })
      },
    ],
    ['no record at all', (one: SignedRecord) => rangeOf(one, { records: [new Uint8Array(40)] })],
  ])('is refused as a whole for %s', async (_, spoil) => {
    const b = await world.node('b')
    const evil = await evilNet()
    const one = forge('x', FOUNDER, { key: 'net/workload/x', claim: ownerNamed('founder') })
    const other = forge('y', FOUNDER, { key: 'net/workload/y', claim: ownerNamed('founder') })
    const credentials = [toyCredential('x', FOUNDER), toyCredential('y', FOUNDER)]
    expect(await sendDelta(evil, b, [spoil(one, other)], credentials)).toBe(false)
    expect(b.state.list('')).toEqual([])
  })
})

describe('an author that breaks the rules', () => {
  it.each([
    ['writes what it may not', USER, { key: 'net/workload/web', claim: ownerNamed('user') }],
    [
      'takes a name for somebody else',
      DEPLOYER,
      { key: 'net/workload/web', claim: ownerNamed('user') },
    ],
    ['claims nothing', DEPLOYER, { key: 'net/workload/web' }],
    [
      'removes somebody',
      DEPLOYER,
      { key: `net/removed/${ownerNamed('user')}`, value: { through: {} } },
    ],
    [
      'takes back a removal',
      ADMIN_A,
      { key: `net/removed/${ownerNamed('user')}`, value: undefined },
    ],
    ['grants itself more', USER, { key: `net/member/${ownerNamed('user')}`, generation: 9 }],
    ['vouches for itself', ADMIN_A, { key: `net/member/${ownerNamed('admin-a')}`, value: ENTRY }],
    ['makes up a prefix', FOUNDER, { key: 'net/elsewhere/x' }],
  ] as const)('is not believed: %s', async (_, person, fields) => {
    const b = await world.node('b')
    const evil = await evilNet()
    const record = forge('evil', person as Person, fields)
    expect(
      await sendDelta(evil, b, [rangeOf(record)], [toyCredential('evil', person as Person)]),
    ).toBe(true)
    expect(b.state.get(fields.key)).toBeUndefined()
    // It was seen and refused; it is not asked for again and again.
    expect((await world.run(marksAt(b, evil)))[nodeNamed('evil')]).toEqual([1, 1])
  })

  it('hurts its own stream alone with a huge counter', async () => {
    const a = await world.node('a')
    const b = await world.node('b')
    await world.advance(100)
    const evil = await evilNet()
    const record = forge('evil', DEPLOYER, {
      key: `node/${nodeNamed('evil')}/profile`,
      position: [2 ** 48, 2 ** 48],
    })
    await sendDelta(evil, b, [rangeOf(record)], [toyCredential('evil', DEPLOYER)])
    await world.run(a.state.put('net/workload/web', 1))
    await world.advance(6_000)
    expect(b.state.get('net/workload/web')?.value).toBe(1)
    expect(a.state.hash()).toBe(b.state.hash())
  })

  it('that signs two records for one place splits nobody', async () => {
    const nodes = [await world.node('a'), await world.node('b')]
    const evil = await evilNet()
    const key = `node/${nodeNamed('evil')}/profile`
    const both = ['one', 'two'].map((value) => forge('evil', DEPLOYER, { key, value }))
    const credential = [toyCredential('evil', DEPLOYER)]
    for (const [at, node] of nodes.entries()) {
      await sendDelta(evil, node, [rangeOf(both[at]!)], credential)
    }
    world.network.crash(nodeNamed('evil'))
    await world.advance(10_000)
    expect(nodes[0]!.state.get(key)?.value).toBe(nodes[1]!.state.get(key)?.value)
    expect(nodes[0]!.state.hash()).toBe(nodes[1]!.state.hash())
  })

  it('that signs many for one place leaves nobody behind at the end of a delta', async () => {
    await world.stop()
    world = createTestNetwork({ deltaBytesMax: 2_200 })
    const [a, b] = [await world.node('a'), await world.node('b')]
    const evil = await evilNet()
    const record = (counter: number, name: string): SignedRecord => {
      const key = `node/${nodeNamed('evil')}/${name}`
      return forge('evil', DEPLOYER, { key, value: 'x'.repeat(600), position: [1, counter] })
    }
    const first = record(1, 'first')
    // In the order in which they are sent: of all three, two fit into one delta.
    const both = [record(2, 'x'), record(2, 'y')].toSorted((x, y) => (x.id < y.id ? -1 : 1))
    const credential = [toyCredential('evil', DEPLOYER)]
    for (const [node, sent] of [
      [a, [first, ...both]],
      [b, [first, both[0]!]],
    ] as const) {
      const records = sent.map(({ bytes }) => bytes)
      await sendDelta(evil, node, [rangeOf(both[0]!, { records })], credential)
    }
    world.network.crash(nodeNamed('evil'))
    await world.advance(30_000)
    expect(b.state.list('node/')).toHaveLength(3)
    expect(a.state.hash()).toBe(b.state.hash())
  })

  it('that signs more for one place than a delta holds keeps nothing of others back', async () => {
    await world.stop()
    world = createTestNetwork({ deltaBytesMax: 2_200 })
    const a = await world.node('a')
    const evil = await evilNet()
    const records = ['x', 'y', 'z'].map((name) => {
      const key = `node/${nodeNamed('evil')}/${name}`
      return forge('evil', DEPLOYER, { key, value: 'x'.repeat(600) })
    })
    const range = rangeOf(records[0]!, { records: records.map(({ bytes }) => bytes) })
    await sendDelta(evil, a, [range], [toyCredential('evil', DEPLOYER)])
    world.network.crash(nodeNamed('evil'))
    await world.run(a.state.put('net/workload/web', 1))
    const late = await world.node('late')
    await world.advance(5_000)
    expect(late.state.get('net/workload/web')?.value).toBe(1)
  })

  it('cannot take a name by winning an order: whoever wins it, all agree', async () => {
    const a = await world.node('a', DEPLOYER)
    const b = await world.node('b')
    await world.advance(100)
    await world.run(a.state.put('net/workload/web', 'rightful'))
    await world.advance(100)
    const evil = await evilNet()
    const thief: Person = { owner: 'thief', permissions: ['deploy'] }
    const record = forge('evil', thief, {
      key: 'net/workload/web',
      claim: ownerNamed('thief'),
      generation: 2 ** 48,
    })
    await sendDelta(evil, b, [rangeOf(record)], [toyCredential('evil', thief)])
    world.network.crash(nodeNamed('evil'))
    await world.advance(10_000)
    expect(a.state.hash()).toBe(b.state.hash())
  })

  it('is told apart at the first push: bad ones are refused, unknown ones asked about', async () => {
    const b = await world.node('b')
    const a = await world.node('a')
    await world.advance(100)
    const evil = await evilNet()
    const record = forge('x', DEPLOYER, { key: 'net/workload/x', claim: ownerNamed('deployer') })
    const bad = record.bytes.slice()
    bad[bad.length - 1]! ^= 1
    const credentials = [toyCredential('x', DEPLOYER)]
    await evil.publish('state', encodePush({ credentials, records: [bad] }))
    await evil.publish('state', encodePush({ credentials: [], records: [record.bytes] }))
    await evil.publish('state', new Uint8Array([1, 2, 3]))
    await world.advance(100)
    expect(b.state.get('net/workload/x')).toBeUndefined()
    await evil.publish('state', encodePush({ credentials, records: [record.bytes] }))
    await world.advance(100)
    expect(b.state.get('net/workload/x')).toBeDefined()
    expect(a.state.get('net/workload/x')).toBeDefined()
  })
})

describe('an owner that was removed or demoted', () => {
  const keyOf = (kind: 'removed' | 'member', owner: string): string =>
    `net/${kind}/${ownerNamed(owner)}`
  const demoted = { name: 'x', permissions: ['use'] }

  /**
   * `person` writes, its owner is dealt with, and `d` signs for the place of its first record and for
   * later ones, in ranges and pushes. What comes of it at an old node, and at one that comes later.
   */
  async function rewrite(
    person: Person,
    [key, entry]: [string, object],
    forged: Parameters<typeof forge>[2][],
  ) {
    const f = await world.node('f')
    const g = await world.node('g')
    const d = await world.node('d', person)
    await world.advance(100)
    await world.run(d.state.put('net/workload/kept', 1))
    await world.run(d.state.put('net/workload/kept', 2))
    await world.run(d.state.put(`node/${d.id}/profile`, 'true'))
    await world.advance(100)
    const { incarnation } = d.state.get('net/workload/kept')!
    world.network.crash(d.id)
    const standing = f.state.standing(ownerNamed(person.owner))
    await world.run(f.state.put(key, { ...entry, standing }))
    await world.advance(100)
    const evil = await evilNet()
    const records = forged.flatMap((fields) => {
      const claim = fields.key.includes('/workload/') ? ownerNamed(person.owner) : undefined
      return [1, 2, 3, 9].map((counter) =>
        forge('d', person, { claim, position: [incarnation, counter], ...fields }),
      )
    })
    for (const record of records) await sendDelta(evil, g, [rangeOf(record)])
    const pushed = records.map(({ bytes }) => bytes)
    await evil.publish('state', encodePush({ credentials: [], records: pushed }))
    world.network.crash(nodeNamed('evil'))
    await world.advance(10_000)
    const late = await world.node('late')
    await world.advance(10_000)
    expect(new Set([f, g, late].map(({ state }) => state.hash())).size).toBe(1)
    // Nobody waits for anything of that stream, or of another.
    const marks = [marksAt(f, g.net), marksAt(g, f.net), marksAt(late, f.net)]
    const [first, ...others] = await world.run(Promise.all(marks))
    expect(others).toEqual([first, first])
    await world.run(f.state.put('net/workload/next', 1))
    await world.advance(100)
    expect(late.state.get('net/workload/next')?.value).toBe(1)
    return { ...late, d: d.id }
  }

  it.each([
    ['removed', [keyOf('removed', 'deployer'), { at: 'now' }]],
    ['demoted', [keyOf('member', 'deployer'), demoted]],
  ] as const)('and is %s signs nothing more, at whatever place', async (_, [key, entry]) => {
    const { state } = await rewrite(
      DEPLOYER,
      [key, entry],
      [
        { key: 'net/workload/forged' },
        { key: 'net/workload/kept', generation: 3 },
        { key: 'net/workload/kept', value: undefined, generation: 4 },
      ],
    )
    expect(state.get('net/workload/forged')).toBeUndefined()
    expect(state.get('net/workload/kept')?.value).toBe(2)
  })

  it.each([
    ['removed', [keyOf('removed', 'admin-a'), { at: 'now' }]],
    ['demoted', [keyOf('member', 'admin-a'), { ...demoted, admin: true }]],
  ] as const)('as an admin and is %s neither lets in nor removes', async (_, [key, entry]) => {
    const { state } = await rewrite(
      ADMIN_A,
      [key, entry],
      [
        { key: keyOf('member', 'sock'), value: ENTRY },
        { key: keyOf('member', 'user'), value: ENTRY, generation: 9 },
        { key: keyOf('removed', 'user'), value: { at: 'then' } },
        { key: 'net/publisher/x' },
      ],
    )
    expect(state.list('net/member/').map((record) => record.key)).toEqual(
      key === keyOf('member', 'admin-a') ? [key] : [],
    )
    expect(state.list('net/removed/').map((record) => record.key)).toEqual(
      key === keyOf('removed', 'admin-a') ? [key] : [],
    )
    expect(state.get('net/publisher/x')).toBeUndefined()
    expect(state.get('net/workload/kept')?.value).toBe(2)
  })

  it('and is removed has no computers left to speak of', async () => {
    const removed: [string, object] = [keyOf('removed', 'deployer'), { at: 'now' }]
    const endpoint = { key: `node/${nodeNamed('d')}/instance/1` }
    const { state } = await rewrite(DEPLOYER, removed, [endpoint])
    expect(state.list(`node/${nodeNamed('d')}/`)).toEqual([])
  })

  it('and the admin that named its record vouch for each other in vain', async () => {
    const issuer: Person = { owner: 'admin-b', permissions: EVERY }
    const lost: Person = { ...ADMIN_A, issuers: [issuer] }
    const f = await world.node('f')
    const g = await world.node('g')
    await world.advance(100)
    const evil = await evilNet()
    const lifted = forge('d', DEPLOYER, { key: keyOf('member', 'admin-a'), value: ENTRY })
    const standing = drawLine([lifted])
    const named = { key: keyOf('member', 'deployer'), value: { ...demoted, standing } }
    const naming = forge('lost', lost, named)
    const credentials = [toyCredential('d', DEPLOYER), toyCredential('lost', lost)]
    for (const [from, to] of [
      [f, g],
      [g, f],
    ] as const) {
      world.network.cut(from.id, to.id)
    }
    const entry = { ...demoted, admin: true, standing: new Uint8Array() }
    await world.run(f.state.put(keyOf('member', 'admin-b'), entry))
    for (const node of [f, g]) {
      for (const record of [naming, lifted]) {
        await sendDelta(evil, node, [rangeOf(record)], credentials)
      }
    }
    // Before it hears what the founder said, one of the two believes the admin.
    expect(g.state.get(naming.key)).toBeDefined()
    world.network.crash(nodeNamed('evil'))
    world.network.mendAll()
    await world.advance(10_000)
    expect(g.state.list('net/member/')).toHaveLength(1)
    expect(g.state.hash()).toBe(f.state.hash())
  })

  it('and is demoted goes on speaking for its computers', async () => {
    const entry: [string, object] = [keyOf('member', 'deployer'), demoted]
    const { state, d } = await rewrite(DEPLOYER, entry, [{ key: 'net/workload/forged' }])
    expect(state.get(`node/${d}/profile`)?.value).toBe('true')
    const again = await world.node('d', DEPLOYER)
    await world.advance(1_000)
    await world.run(again.state.put(`node/${d}/profile`, 'still'))
    await world.advance(1_000)
    expect(state.get(`node/${d}/profile`)?.value).toBe('still')
    expect(again.state.hash()).toBe(state.hash())
  })
})

describe('a home that was copied', () => {
  it('is noticed when both copies run, and does not race for ever', async () => {
    const a = await world.node('a')
    const key = `node/${a.id}/profile`
    await world.run(a.state.put(key, 'mine'))
    const evil = await evilNet()
    let twins = 0
    a.state.onTwin(() => twins++)
    for (let n = 0; n < 8; n++) {
      // What a copy of the home does that sees the other above it: it goes above in its turn.
      const seen = a.state.get(key)!.incarnation
      const record = forge('a', FOUNDER, { key, value: 'twin', position: [seen + 100_000, 1] })
      await evil.publish('state', encodePush({ credentials: [], records: [record.bytes] }))
      await world.advance(1_000)
    }
    expect(twins).toBe(1)
    // Three times it took it for its own past and once more it told the other of itself; then it let be.
    expect(a.state.get(key)?.value).toBe('twin')
  })
})
