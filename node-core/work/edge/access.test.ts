/** Who gets through the edge to a workload that is not for everybody, and how often. */
import http from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, nodeIdOf, type OwnerId, type Permission } from '../../identity/index.ts'
import { clientOf } from './admission.ts'
import {
  ask,
  createStage,
  echo,
  MEMBER,
  NETWORK,
  OWNER,
  type Stage,
  says,
  until,
} from './edge.fixture.ts'
import { createGate } from './index.ts'
import { PASS_MS } from './limits.ts'

const GUEST = 'e'.repeat(64) as OwnerId
const NODE = nodeIdOf(MEMBER.publicKey)

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

const holds = (owner: OwnerId, ...permissions: Permission[]) => {
  stage.standings.set(NODE, { owner, permissions: new Set(permissions) })
}
const withPass = (pass: string) => ({ headers: { 'x-mycelium-pass': pass } })

describe('a workload for members', () => {
  const guarded = async () => {
    await stage.instance('web', echo)
    stage.rules.set('web', { access: 'members' })
    return stage.edge()
  }

  it('lets nobody in without a pass, and says how to get one', async () => {
    const edge = await guarded()
    const answer = await ask(edge, 'web.localhost')
    expect(answer.status).toBe(401)
    expect(answer.body).toContain('mycelium open web')
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    expect((await ask(edge, 'web.localhost', { headers: upgrade })).status).toBe(401)
  })

  it('tells only those it lets in that nobody can answer, and that it declares no port', async () => {
    holds(GUEST, 'use')
    const edge = await guarded()
    stage.endpoints.set('web', [])
    const { pass } = edge.issuePass('web')
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    const stranger = async (headers = {}) => (await ask(edge, 'web.localhost', { headers })).status
    expect([await stranger(), await stranger(upgrade)]).toEqual([401, 401])
    const known = await ask(edge, 'web.localhost', withPass(pass))
    expect([known.status, known.body]).toEqual([502, expect.stringContaining('No instance of web')])
    stage.portless.add('web')
    expect(await stranger()).toBe(401)
    const portless = await ask(edge, 'web.localhost', withPass(pass))
    expect([portless.status, portless.body]).toEqual([404, 'web declares no port.\n'])
  })

  it.each([
    ['a header of its own', (pass: string) => ({ 'x-mycelium-pass': pass })],
    ['a bearer token', (pass: string) => ({ authorization: `Bearer ${pass}` })],
    ['a cookie', (pass: string) => ({ cookie: `a=1; mycelium-pass=${pass}; b=2` })],
  ])('takes the pass of a member as %s, and keeps it from the instance', async (_as, headers) => {
    holds(GUEST, 'use')
    const edge = await guarded()
    const { pass } = edge.issuePass('web')
    const answer = await ask(edge, 'web.localhost', { headers: headers(pass) })
    expect(answer.status).toBe(200)
    expect(answer.body).not.toContain(pass)
    expect(JSON.parse(answer.body).headers).toMatchObject({ 'x-mycelium-member': GUEST })
    if ('cookie' in headers(pass)) expect(JSON.parse(answer.body).headers.cookie).toBe('a=1; b=2')
  })

  it('swaps a pass in the address for a cookie of that host', async () => {
    holds(GUEST, 'use')
    const edge = await guarded()
    const { pass } = edge.issuePass('web')
    const path = `//a/b?c=d&mycelium-pass=${pass}`
    const seated = await ask(edge, 'web.localhost', { path })
    expect([seated.status, seated.headers.location]).toEqual([303, '/a/b?c=d'])
    const [cookie = ''] = seated.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^mycelium-pass=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/)
    const headers = { cookie: cookie.split(';')[0] }
    expect((await ask(edge, 'web.localhost', { headers })).status).toBe(200)
    // Path routes of all workloads are one origin: no cookie there.
    const byPath = await ask(edge, '127.0.0.1', { path: `/web/?mycelium-pass=${pass}` })
    expect([byPath.status, byPath.headers['set-cookie']]).toEqual([401, undefined])
  })

  it('believes nobody who says himself which member he is', async () => {
    await stage.instance('open', echo)
    const edge = await stage.edge()
    const answer = await ask(edge, 'open.localhost', { headers: { 'x-mycelium-member': OWNER } })
    expect(JSON.parse(answer.body).headers).not.toHaveProperty('x-mycelium-member')
  })

  it('turns away a pass that is forged, of another workload, network or time, or of nobody', async () => {
    holds(GUEST, 'use')
    const edge = await guarded()
    const { pass } = edge.issuePass('web')
    const gate = (more: object) =>
      createGate({
        ...{ network: NETWORK, self: NODE, key: MEMBER, standing: () => undefined },
        clock: {
          ...{ wallMs: () => Date.now(), monotonicMs: () => 0, uptimeMs: () => 0 },
          timer: () => () => {},
        },
        ...more,
      })
    const late = { wallMs: () => Date.now() - PASS_MS - 1, monotonicMs: () => 0 }
    const passes = {
      forged: `${pass.slice(0, -3)}AAA`,
      cut: pass.slice(0, 40),
      other: edge.issuePass('other').pass,
      elsewhere: gate({ network: 'f'.repeat(64) }).issue('web').pass,
      over: gate({ clock: { ...late, timer: () => () => {} } }).issue('web').pass,
      stranger: gate({ key: generateKey(createSeededRandom(3)) }).issue('web').pass,
    }
    for (const [what, one] of Object.entries(passes)) {
      expect([what, (await ask(edge, 'web.localhost', withPass(one))).status]).toEqual([what, 401])
    }
    expect((await ask(edge, 'web.localhost', withPass(pass))).status).toBe(200)
  })

  it('closes at once on a member that is removed or may use nothing any more', async () => {
    holds(GUEST, 'use')
    const edge = await guarded()
    const options = withPass(edge.issuePass('web').pass)
    expect((await ask(edge, 'web.localhost', options)).status).toBe(200)
    holds(GUEST, 'deploy')
    expect((await ask(edge, 'web.localhost', options)).status).toBe(403)
    stage.standings.clear()
    expect((await ask(edge, 'web.localhost', options)).status).toBe(401)
  })

  it('of named owners is for them, its own owner and admins', async () => {
    await stage.instance('web', says('in'))
    const named = 'a'.repeat(64) as OwnerId
    stage.rules.set('web', { access: { owners: [named] } })
    const edge = await stage.edge()
    const options = withPass(edge.issuePass('web').pass)
    const statusFor = async (owner: OwnerId, ...permissions: Permission[]) => {
      holds(owner, ...permissions)
      return (await ask(edge, 'web.localhost', options)).status
    }
    expect(await statusFor(GUEST, 'use', 'deploy')).toBe(403)
    expect(await statusFor(named, 'use')).toBe(200)
    expect(await statusFor(named, 'deploy')).toBe(403)
    expect(await statusFor(OWNER)).toBe(200)
    expect(await statusFor(GUEST, 'admin')).toBe(200)
  })
})

describe('a client that comes too often', () => {
  it('is told when to come again, and others are not held up', async () => {
    await stage.instance('web', says('in'))
    stage.rules.set('web', { rate: { perMinute: 1, burst: 2 } })
    await stage.instance('other', says('in'))
    const edge = await stage.edge()
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) statuses.push((await ask(edge, 'web.localhost')).status)
    expect(statuses).toEqual([200, 200, 429])
    const refused = await ask(edge, 'web.localhost', { headers: { accept: 'application/json' } })
    expect(JSON.parse(refused.body).code).toBe('RATE_LIMITED')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50)
    expect((await ask(edge, 'other.localhost')).status).toBe(200)
  })

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('is known by its address: %s', (address, client) => {
    expect(clientOf(address)).toBe(client)
  })
})

describe('what is remembered', () => {
  it('is each request without its query, and counts by workload', async () => {
    const { instance } = await stage.instance('web', says('hello'))
    const edge = await stage.edge()
    await ask(edge, 'web.localhost', { path: '/a?token=secret' })
    stage.rules.set('web', { access: 'members' })
    await ask(edge, 'web.localhost', { method: 'POST' })
    await until(() => edge.requests({ limit: 10 }).length === 2)
    const [first, second] = edge.requests({ workload: 'web', limit: 10 })
    expect(first).toMatchObject({
      ...{ workload: 'web', instance, method: 'GET', path: '/a', status: 200 },
      client: '127.0.0.1',
    })
    expect(first!.bytes).toBe(5)
    expect(second).toMatchObject({ method: 'POST', status: 401 })
    expect(second).not.toHaveProperty('instance')
    expect(edge.traffic().get('web')?.byClass).toEqual([0, 1, 0, 1, 0])
    expect(edge.requests({ workload: 'other', limit: 10 })).toEqual([])
  })

  it('says 499 of a client that left before it was answered', async () => {
    await stage.instance('web', () => {})
    const edge = await stage.edge()
    const request = http.get({ port: edge.port, headers: { host: 'web.localhost' }, agent: false })
    request.on('error', () => {})
    await until(() => edge.counts().open === 1)
    request.destroy()
    await until(() => edge.requests({ limit: 1 })[0]?.status === 499)
  })
})
