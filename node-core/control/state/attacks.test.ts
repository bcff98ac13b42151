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
const ADMIN_A: Person = { owner: 'admin-a', permissions: EVERY }
const ADMIN_B: Person = { owner: 'admin-b', permissions: EVERY }
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
  return signRecord(draft, verifyToyCredential(credential, {}), toySigner(node), NETWORK)
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

describe('removal', () => {
  const removalKey = `net/removed/${ownerNamed('deployer')}`

  it('cuts every stream of the owner at the same record everywhere', async () => {
    const [f, g] = [await world.node('f'), await world.node('g')]
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/before', 1))
    await world.advance(100)
    const through = { [d.id]: f.state.streams()[d.id]! }
    world.network.cut(d.id, f.id)
    world.network.cut(f.id, d.id)
    await world.run(d.state.put('net/workload/after', 1))
    await world.advance(100)
    expect(g.state.get('net/workload/after')).toBeDefined()
    await world.run(f.state.put(removalKey, { at: 'now', through }))
    await world.advance(100)
    world.network.mendAll()
    await world.advance(6_000)
    for (const { state } of [f, g]) {
      expect(state.list('net/workload/').map(({ key }) => key)).toEqual(['net/workload/before'])
    }
    expect(f.state.hash()).toBe(g.state.hash())
    const put = d.state.put('net/workload/late', 1).catch((error: { code: string }) => error.code)
    expect(await world.run(put)).toBe('FORBIDDEN')
  })

  it('cannot be undone by its author or another admin', async () => {
    const f = await world.node('f')
    const a = await world.node('a', ADMIN_A)
    await world.advance(100)
    await world.run(f.state.put(removalKey, { at: 'now', through: {} }))
    await world.advance(100)
    for (const { state } of [f, a]) {
      const tries = [state.put(removalKey, { at: 'later', through: {} }), state.delete(removalKey)]
      const codes = await world.run(
        Promise.all(
          tries.map((work) =>
            work.then(
              () => 'done',
              (error) => error.code,
            ),
          ),
        ),
      )
      expect(codes).toEqual(['CONFLICT', 'CONFLICT'])
    }
  })

  it('of each other by two admins ends neither: only a founder removes an admin', async () => {
    const f = await world.node('f')
    const a = await world.node('a', ADMIN_A)
    const b = await world.node('b', ADMIN_B)
    await world.advance(100)
    world.network.cut(a.id, b.id)
    world.network.cut(b.id, a.id)
    const entry = { at: 'now', through: {} }
    await world.run(a.state.put(`net/removed/${ownerNamed('admin-b')}`, entry))
    await world.run(b.state.put(`net/removed/${ownerNamed('admin-a')}`, entry))
    await world.run(a.state.put('net/publisher/x', { since: 'now' }))
    world.network.mendAll()
    await world.advance(6_000)
    expect(new Set([f, a, b].map(({ state }) => state.hash())).size).toBe(1)
    expect(f.state.get('net/publisher/x')).toBeDefined()

    // A founder's word takes the place of an admin's, and binds.
    await world.run(f.state.put(`net/removed/${ownerNamed('admin-a')}`, entry))
    await world.advance(6_000)
    expect(f.state.get('net/publisher/x')).toBeUndefined()
    expect(b.state.hash()).toBe(f.state.hash())
  })

  it('reaches whom the removed owner admitted without putting it on record', async () => {
    const inviter: Person = { owner: 'inviter', permissions: ['invite', 'deploy', 'use'] }
    const f = await world.node('f')
    const i = await world.node('i', inviter)
    const known = await world.node('k', { ...DEPLOYER, owner: 'known', issuers: ['inviter'] })
    const late = await world.node('l', { ...DEPLOYER, owner: 'late', issuers: ['inviter'] })
    await world.advance(100)
    const entry = { name: 'x', permissions: ['deploy', 'use'] }
    await world.run(i.state.put(`net/member/${ownerNamed('known')}`, entry))
    await world.run(known.state.put('net/workload/known', 1))
    await world.run(late.state.put('net/workload/late', 1))
    await world.advance(100)
    expect(f.state.list('net/workload/')).toHaveLength(2)

    const through = { [i.id]: f.state.streams()[i.id]! }
    await world.run(f.state.put(`net/removed/${ownerNamed('inviter')}`, { at: 'now', through }))
    await world.advance(100)
    const nodes = [f, i, known, late]
    const names = (): string[][] =>
      nodes.map(({ state }) => state.list('net/workload/').map(({ key }) => key))
    expect(names()).toEqual(nodes.map(() => ['net/workload/known']))

    await world.run(f.state.put(`net/member/${ownerNamed('late')}`, entry))
    await world.advance(100)
    await world.run(late.state.put('net/workload/late', 2))
    await world.advance(6_000)
    expect(names()).toEqual(nodes.map(() => ['net/workload/known', 'net/workload/late']))
    expect(new Set(nodes.map(({ state }) => state.hash())).size).toBe(1)
  })
})

describe('a change of permissions', () => {
  it('holds from its line on, whatever the certificate says, and is the same everywhere', async () => {
    const f = await world.node('f')
    const g = await world.node('g')
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/before', 1))
    await world.advance(100)
    const member = `net/member/${ownerNamed('deployer')}`
    const first = { through: { [d.id]: f.state.streams()[d.id]! }, permissions: ['use'] }
    await world.run(f.state.put(member, { name: 'd', ...first }))
    await world.advance(100)
    const refused = d.state
      .put('net/workload/late', 1)
      .catch((error: { code: string }) => error.code)
    expect(await world.run(refused)).toBe('FORBIDDEN')
    expect(f.state.memberOf(d.id)?.permissions).toEqual(new Set(['use']))

    const through = { [d.id]: f.state.streams()[d.id]! }
    const second = { permissions: ['deploy', 'use'], through, earlier: [first] }
    await world.run(f.state.put(member, { name: 'd', ...second }))
    await world.advance(100)
    await world.run(d.state.put('net/workload/again', 1))
    await world.advance(6_000)
    for (const { state } of [f, g, d]) {
      expect(state.list('net/workload/').map(({ key }) => key)).toEqual([
        'net/workload/again',
        'net/workload/before',
      ])
    }
    expect(new Set([f, g, d].map(({ state }) => state.hash())).size).toBe(1)
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
