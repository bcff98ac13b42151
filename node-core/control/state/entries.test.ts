/** What `net/removed/` and `net/member/` entries do to the records of their owners. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permission } from '../../identity/index.ts'
import {
  createTestNetwork,
  ownerNamed,
  type Person,
  type TestNetwork,
  type TestNode,
} from './state.fixture.ts'

let world: TestNetwork
beforeEach(() => {
  world = createTestNetwork()
})
afterEach(() => world.stop())

/** A line that names no record. */
const NOBODY = new Uint8Array()
const EVERY: Permission[] = ['admin', 'invite', 'deploy', 'use']
const ADMIN_A: Person = { owner: 'admin-a', permissions: EVERY }
const ADMIN_B: Person = { owner: 'admin-b', permissions: EVERY }
const DEPLOYER: Person = { owner: 'deployer', permissions: ['deploy', 'use'] }

const INVITER: Person = { owner: 'inviter', permissions: ['invite', 'deploy', 'use'] }
const invited = (owner: string): Person => ({ ...DEPLOYER, owner, issuers: [INVITER] })
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  world.run(
    work.then(
      () => 'done',
      (error: { code?: unknown }) => error.code,
    ),
  )

describe('removal', () => {
  const removalKey = `net/removed/${ownerNamed('deployer')}`

  it('cuts every stream of the owner at the same record everywhere', async () => {
    const [f, g] = [await world.node('f'), await world.node('g')]
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/before', 1))
    await world.advance(100)
    const standing = f.state.standing(ownerNamed('deployer'))
    world.network.cut(d.id, f.id)
    world.network.cut(f.id, d.id)
    await world.run(d.state.put('net/workload/after', 1))
    await world.advance(100)
    expect(g.state.get('net/workload/after')).toBeDefined()
    await world.run(f.state.put(removalKey, { at: 'now', standing }))
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

  it('brings back the record it names where a later one had taken its place', async () => {
    const [f, g] = [await world.node('f'), await world.node('g')]
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/web', 'heard'))
    await world.advance(100)
    world.network.cut(d.id, f.id)
    world.network.cut(g.id, f.id)
    await world.run(d.state.put('net/workload/web', 'unheard'))
    await world.advance(100)
    expect(g.state.get('net/workload/web')?.value).toBe('unheard')
    const standing = f.state.standing(ownerNamed('deployer'))
    await world.run(f.state.put(removalKey, { at: 'now', standing }))
    world.network.mendAll()
    await world.advance(6_000)
    expect(g.state.get('net/workload/web')?.value).toBe('heard')
    expect(g.state.hash()).toBe(f.state.hash())
  })

  it('holds over a restart, for what it names and for what it does not', async () => {
    const f = await world.node('f')
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/before', 1))
    await world.run(d.state.put(`node/${d.id}/profile`, 1))
    await world.run(f.state.put('net/workload/founders', 1))
    await world.advance(100)
    const standing = f.state.standing(ownerNamed('deployer'))
    expect(standing.byteLength).toBe(16)
    await world.run(f.state.put(removalKey, { at: 'now', standing }))
    await world.advance(2_000)
    const hash = f.state.hash()
    await world.run(f.state.stop())
    world.network.crash(d.id)
    world.network.crash(f.id)
    const again = await world.node('f')
    expect(again.state.list('').map(({ key }) => key)).toEqual([
      removalKey,
      'net/workload/before',
      'net/workload/founders',
    ])
    expect(again.state.hash()).toBe(hash)
  })

  it('cannot be undone by its author or another admin', async () => {
    const f = await world.node('f')
    const a = await world.node('a', ADMIN_A)
    await world.advance(100)
    await world.run(f.state.put(removalKey, { at: 'now', standing: NOBODY }))
    await world.advance(100)
    for (const { state } of [f, a]) {
      const tries = [
        state.put(removalKey, { at: 'later', standing: NOBODY }),
        state.delete(removalKey),
      ]
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
    const entry = { at: 'now', standing: NOBODY }
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
    const f = await world.node('f')
    const i = await world.node('i', INVITER)
    const known = await world.node('k', invited('known'))
    const late = await world.node('l', invited('late'))
    await world.advance(100)
    const entry = { name: 'x', permissions: ['deploy', 'use'] }
    await world.run(i.state.put(`net/member/${ownerNamed('known')}`, entry))
    await world.run(known.state.put('net/workload/known', 1))
    await world.run(late.state.put('net/workload/late', 1))
    await world.advance(100)
    expect(f.state.list('net/workload/')).toHaveLength(2)

    const standing = f.state.standing(ownerNamed('inviter'))
    await world.run(f.state.put(`net/removed/${ownerNamed('inviter')}`, { at: 'now', standing }))
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
    const first = { standing: f.state.standing(ownerNamed('deployer')), permissions: ['use'] }
    await world.run(f.state.put(member, { name: 'd', ...first }))
    await world.advance(100)
    const refused = d.state
      .put('net/workload/late', 1)
      .catch((error: { code: string }) => error.code)
    expect(await world.run(refused)).toBe('FORBIDDEN')
    expect(f.state.memberOf(d.id)?.permissions).toEqual(new Set(['use']))

    const standing = f.state.standing(ownerNamed('deployer'))
    const second = { permissions: ['deploy', 'use'], standing }
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

  it('keeps nobody from giving an absent owner’s records to a newcomer', async () => {
    const f = await world.node('f')
    await world.node('g')
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/before', 1))
    await world.advance(100)
    const standing = f.state.standing(ownerNamed('deployer'))
    world.network.crash(d.id)
    const entry = { name: 'd', permissions: ['use'], standing }
    await world.run(f.state.put(`net/member/${ownerNamed('deployer')}`, entry))
    await world.advance(6_000)
    const newcomer = await world.node('h')
    await world.advance(6_000)
    expect(newcomer.state.get('net/workload/before')?.value).toBe(1)
    expect(newcomer.state.hash()).toBe(f.state.hash())
  })
})

describe('an inviter that was cut to `use`', () => {
  const memberKey = (owner: string): string => `net/member/${ownerNamed(owner)}`
  const entry = { name: 'x', permissions: ['deploy', 'use'] }
  const admitted = async () => {
    const f = await world.node('f')
    const i = await world.node('i', INVITER)
    const known = await world.node('k', invited('known'))
    await world.advance(100)
    await world.run(i.state.put(memberKey('known'), entry))
    await world.run(known.state.put('net/workload/known', 1))
    await world.advance(100)
    return { f, i, known }
  }
  type Admitted = Awaited<ReturnType<typeof admitted>>
  const cut = async ({ f }: Admitted, permissions: Permission[]): Promise<void> => {
    const standing = f.state.standing(ownerNamed('inviter'))
    await world.run(f.state.put(memberKey('inviter'), { name: 'i', permissions, standing }))
    await world.advance(100)
  }
  const names = ({ state }: TestNode): string[] => state.list('net/workload/').map(({ key }) => key)

  it('mints no member with its old certificate, whatever that member says of itself', async () => {
    const three = await admitted()
    await cut(three, ['use'])
    const sock = await world.node('s', invited('sock'))
    const other = await world.node('o', invited('other'))
    await world.advance(100)
    expect(await codeOf(sock.state.put('net/workload/evil', 1))).toBe('FORBIDDEN')
    for (const [who, about] of [
      [sock, 'sock'],
      [other, 'sock'],
      [sock, 'other'],
      [three.i, 'sock'],
    ] as const) {
      expect(await codeOf(who.state.put(memberKey(about), entry))).toBe('FORBIDDEN')
    }
    await world.advance(6_000)
    for (const node of [three.f, three.i, three.known, sock]) {
      expect(names(node)).toEqual(['net/workload/known'])
      expect(node.state.hash()).toBe(three.f.state.hash())
    }
    expect(sock.state.memberOf(sock.id)?.permissions).toEqual(new Set())
    expect(await codeOf(three.known.state.put('net/workload/known', 2))).toBe('done')
  })

  it('loses what a minted member wrote before the cut was heard of', async () => {
    const three = await admitted()
    const sock = await world.node('s', invited('sock'))
    await world.advance(100)
    world.network.cut(sock.id, three.f.id)
    world.network.cut(three.f.id, sock.id)
    await world.run(sock.state.put('net/workload/evil', 1))
    await cut(three, ['use'])
    world.network.mendAll()
    await world.advance(6_000)
    for (const node of [three.f, three.i, three.known, sock]) {
      expect(names(node)).toEqual(['net/workload/known'])
      expect(node.state.hash()).toBe(three.f.state.hash())
    }
  })

  it('leaves a minted member no more than the entry that lets it in', async () => {
    const three = await admitted()
    await cut(three, ['use'])
    const sock = await world.node('s', invited('sock'))
    await world.advance(100)
    await world.run(three.f.state.put(memberKey('sock'), { name: 's', permissions: ['use'] }))
    await world.advance(100)
    expect(await codeOf(sock.state.put('net/workload/evil', 1))).toBe('FORBIDDEN')
    expect(await codeOf(sock.state.put(`node/${sock.id}/profile`, 1))).toBe('done')
    await world.advance(100)
    expect(three.f.state.memberOf(sock.id)?.permissions).toEqual(new Set(['use']))
  })

  it('and still may invite passes on nothing that it lost', async () => {
    const three = await admitted()
    await cut(three, ['invite', 'use'])
    const sock = await world.node('s', invited('sock'))
    await world.advance(100)
    expect(await codeOf(three.i.state.put(memberKey('sock'), entry))).toBe('FORBIDDEN')
    const less = { name: 's', permissions: ['use'] }
    expect(await codeOf(three.i.state.put(memberKey('sock'), less))).toBe('done')
    await world.advance(100)
    expect(await codeOf(sock.state.put('net/workload/evil', 1))).toBe('FORBIDDEN')
    expect(names(three.f)).toEqual(['net/workload/known'])
  })

  it('that gets it back has its members back', async () => {
    const three = await admitted()
    const late = await world.node('l', invited('late'))
    await world.run(late.state.put('net/workload/late', 1))
    await world.advance(100)
    await cut(three, ['use'])
    expect(names(three.f)).toEqual(['net/workload/known'])
    await cut(three, ['invite', 'deploy', 'use'])
    expect(await codeOf(late.state.put('net/workload/late', 2))).toBe('done')
    await world.advance(6_000)
    expect(names(three.f)).toEqual(['net/workload/known', 'net/workload/late'])
    expect(late.state.hash()).toBe(three.f.state.hash())
  })
})

describe('what a founder says of an admin', () => {
  it('stands above what other admins say, who may change anybody else', async () => {
    const f = await world.node('f')
    const a = await world.node('a', ADMIN_A)
    await world.advance(100)
    for (const [owner, permissions, code] of [
      ['admin-b', EVERY, 'CONFLICT'],
      ['deployer', DEPLOYER.permissions, 'done'],
    ] as const) {
      const key = `net/member/${ownerNamed(owner)}`
      const admin = permissions.includes('admin')
      const entry = { name: 'x', permissions: ['use'], standing: NOBODY, admin }
      await world.run(f.state.put(key, entry))
      await world.advance(100)
      expect(await codeOf(a.state.put(key, { ...entry, permissions }))).toBe(code)
    }
  })
})

describe('an entry by an inviter', () => {
  it.each([
    ['grants what it lacks', { permissions: ['admin', 'use'] }],
    ['draws a line', { permissions: ['use'], standing: NOBODY }],
    ['says what the owner was before', { permissions: ['use'], admin: false }],
    ['cannot be read', { permissions: 'all' }],
  ])('is refused when it %s', async (_, value) => {
    const i = await world.node('i', INVITER)
    const put = i.state.put(`net/member/${ownerNamed('known')}`, { name: 'x', ...value })
    expect(await codeOf(put)).toBe('FORBIDDEN')
  })
})
