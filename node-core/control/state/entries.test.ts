/** What `net/removed/` and `net/member/` entries do to the records of their owners. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permission } from '../../identity/index.ts'
import { createTestNetwork, ownerNamed, type Person, type TestNetwork } from './state.fixture.ts'

let world: TestNetwork
beforeEach(() => {
  world = createTestNetwork()
})
afterEach(() => world.stop())

const EVERY: Permission[] = ['admin', 'invite', 'deploy', 'use']
const ADMIN_A: Person = { owner: 'admin-a', permissions: EVERY }
const ADMIN_B: Person = { owner: 'admin-b', permissions: EVERY }
const DEPLOYER: Person = { owner: 'deployer', permissions: ['deploy', 'use'] }

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

  it('keeps nobody from giving an absent owner’s records to a newcomer', async () => {
    const f = await world.node('f')
    await world.node('g')
    const d = await world.node('d', DEPLOYER)
    await world.advance(100)
    await world.run(d.state.put('net/workload/before', 1))
    await world.advance(100)
    const through = { [d.id]: f.state.streams()[d.id]! }
    world.network.crash(d.id)
    const entry = { name: 'd', permissions: ['use'], through }
    await world.run(f.state.put(`net/member/${ownerNamed('deployer')}`, entry))
    await world.advance(6_000)
    const newcomer = await world.node('h')
    await world.advance(6_000)
    expect(newcomer.state.get('net/workload/before')?.value).toBe(1)
    expect(newcomer.state.hash()).toBe(f.state.hash())
  })
})
