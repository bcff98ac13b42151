/** What a member with other software can send, and what it gains by it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Net } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import { encodePush, encodeQuestion, parseAnswer, type Range } from './messages.ts'
import type { Position } from './position.ts'
import { hashOf, parseRecord, type SignedRecord, signRecord } from './record.ts'
import {
  createTestNetwork,
  FOUNDER,
  NETWORK,
  nodeNamed,
  ownerNamed,
  type Person,
  type TestNetwork,
  type TestNode,
  toyCredential,
  toySigner,
  verifyToyCredential,
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

/** A record signed by `node` with whatever it likes to say. */
function forge(
  node: string,
  person: Person,
  fields: Partial<Parameters<typeof signRecord>[0]> & { key: string },
): SignedRecord {
  const credential = toyCredential(node, person)
  const draft = {
    value: 'forged',
    generation: fields.key.startsWith('net/') ? 1 : 0,
    claim: undefined,
    position: [1, 1] as Position,
    previous: [0, 0] as Position,
    credential: hashOf(credential),
    ...fields,
  }
  return signRecord(draft, verifyToyCredential(credential), toySigner(node), NETWORK)
}

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
    expect(victim.state.streams()[a.id]).toEqual(a.state.streams()[a.id])
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
    expect(b.state.streams()[a.id]).toEqual([record.incarnation, record.counter])
    expect(b.state.streams()[nodeNamed('nobody')]).toBeUndefined()
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
    expect(b.state.streams()[nodeNamed('evil')]).toEqual([1, 1])
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
    // Three times it took it for its own past and said its own again; then it let be.
    expect(a.state.get(key)?.value).toBe('twin')
  })
})
