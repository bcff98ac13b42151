/** What members, pages in their browsers and strangers may try with a pass. */
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeIdOf, type OwnerId } from '../../identity/index.ts'
import { ask, createStage, echo, MEMBER, raw, type Stage, says } from './edge.fixture.ts'
import type { Edge } from './index.ts'
import { PASSES_TRIED_MAX } from './limits.ts'

const GUEST = 'e'.repeat(64) as OwnerId

let stage: Stage
let edge: Edge
let pass: string
let server: Server
beforeEach(async () => {
  stage = createStage()
  stage.standings.set(nodeIdOf(MEMBER.publicKey), {
    owner: GUEST,
    permissions: new Set(['use'] as const),
  })
  server = (await stage.instance('web', echo)).server
  stage.rules.set('web', { access: 'members' })
  edge = await stage.edge({ zones: ['home.localhost'] })
  pass = edge.issuePass('web').pass
})
afterEach(() => stage.close())

const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket' }
const cookie = () => `mycelium-pass=${pass}`

describe('a pass in the address', () => {
  it.each([
    '/\\[?mycelium-pass=',
    '/[?mycelium-pass=',
    '//[?a&mycelium-pass=x',
    '/\\\\[?mycelium-pass=%',
  ])('of a target that is no URL ends nothing: %s', async (target) => {
    const get = `GET ${target} HTTP/1.1\r\nhost: web.localhost\r\n`
    expect(await raw(edge, `${get}connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 401 /)
    const upgrade = `${get}connection: upgrade\r\nupgrade: websocket\r\n\r\n`
    expect(await raw(edge, upgrade)).toMatch(/^HTTP\/1.1 401 /)
    expect((await ask(edge, 'web.localhost')).status).toBe(401)
  })

  it.each(['%0A', '%0D%0Ax:%20y', ';%20Domain=localhost', '=', '%20'])(
    'is taken as it was given, and not with %s behind it',
    async (more) => {
      const answer = await ask(edge, 'web.localhost', { path: `/?mycelium-pass=${pass}${more}` })
      expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined])
      expect((await ask(edge, 'web.localhost')).status).toBe(401)
    },
  )

  it('leads to no other host, whatever slashes it begins with', async () => {
    stage.endpoints.set('open', stage.endpoints.get('web') ?? [])
    for (const [host, begins] of [
      ['web.localhost', '/\\evil.example/'],
      ['web.localhost', '/\\/evil.example/'],
      ['open.localhost', '//evil.example/'],
      ['localhost', '/open//evil.example/'],
      ['localhost', '/open/\\evil.example/'],
    ] as const) {
      const answer = await ask(edge, host, { path: `${begins}?mycelium-pass=${pass}&a=b` })
      expect(answer.status).toBe(303)
      const to = new URL(String(answer.headers.location), `http://${host}`)
      expect([to.host, to.search]).toEqual([host, '?a=b'])
    }
  })

  it('is not seen by the instance nor kept in the address where a cookie is there already', async () => {
    const path = `/a?b=c&mycelium-pass=${pass}&d=e`
    const answer = await ask(edge, 'web.localhost', { path, headers: { cookie: cookie() } })
    expect([answer.status, answer.headers.location]).toEqual([303, '/a?b=c&d=e'])
    const posted = await ask(edge, 'web.localhost', {
      ...{ path, method: 'POST', headers: { cookie: cookie() } },
    })
    expect([posted.status, JSON.parse(posted.body).url]).toEqual([200, '/a?b=c&d=e'])
    const byPath = await ask(edge, 'localhost', {
      ...{ path: `/web${path}`, headers: { 'x-mycelium-pass': pass } },
    })
    expect([byPath.status, JSON.parse(byPath.body).url]).toEqual([200, '/a?b=c&d=e'])
  })

  it('is not seen by an instance that is for everybody by now', async () => {
    stage.rules.set('web', { access: 'public' })
    const path = `/a?mycelium-pass=${pass}`
    const led = await ask(edge, 'web.localhost', { path })
    expect([led.status, led.headers.location, led.headers['set-cookie']]).toEqual([
      ...[303, '/a', undefined],
    ])
    const ledByPath = await ask(edge, 'localhost', { path: `/web${path}` })
    expect([ledByPath.status, ledByPath.headers.location]).toEqual([303, '/web/a'])
    const posted = await ask(edge, 'web.localhost', { path, method: 'POST' })
    expect(JSON.parse(posted.body).url).toBe('/a')
    const old = await ask(edge, 'web.localhost', { path: '/?mycelium-pass=of-long-ago' })
    expect([old.status, old.headers.location]).toEqual([303, '/'])
  })

  it('is not seen by an instance that answers an upgrade', async () => {
    const seen = Promise.withResolvers<string>()
    server.on('upgrade', (request, socket) => {
      seen.resolve(request.url ?? '')
      socket.destroy()
    })
    const headers = `cookie: ${cookie()}\r\nconnection: upgrade\r\nupgrade: websocket\r\n`
    const socket = connect(edge.port, '127.0.0.1')
    socket.write(`GET /s?mycelium-pass=${pass} HTTP/1.1\r\nhost: web.localhost\r\n${headers}\r\n`)
    expect(await seen.promise).toBe('/s')
    socket.destroy()
  })
})

describe('a page of another workload in the same browser', () => {
  const from = (headers: Record<string, string>, method = 'POST') =>
    ask(edge, 'web.home.localhost', { method, headers: { cookie: cookie(), ...headers } })

  it.each([
    ['its origin', { origin: 'http://other.home.localhost' }],
    ['the site that it is of', { 'sec-fetch-site': 'same-site' }],
    ['no origin at all', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'http://web.home.localhost' }],
  ])('changes nothing with the pass of its visitor, by %s', async (_, headers) => {
    const answer = await from(headers)
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('another host')])
    expect((await from({ ...headers, ...UPGRADE }, 'GET')).status).toBe(403)
    // What it cannot read it may ask for.
    expect((await from(headers, 'GET')).status).toBe(200)
    const own = { 'x-mycelium-pass': pass, cookie: '' }
    expect((await from({ ...headers, ...own })).status).toBe(200)
  })

  it.each([
    ['its origin', { origin: 'http://Web.home.localhost' }],
    ['what its browser says', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['nothing, as programs do', {}],
  ])('is another than a page of its own, by %s', async (_, headers) => {
    expect((await from(headers)).status).toBe(200)
  })

  it('locks nobody out with cookies that are no passes', async () => {
    const forged = `mycelium-pass=${pass.slice(0, -3)}AAA`
    const set = (others: number) => [...Array.from({ length: others }, () => forged), cookie()]
    const ask1 = async (cookies: string[]) =>
      (await ask(edge, 'web.localhost', { headers: { cookie: cookies.join('; ') } })).status
    expect(await ask1(['mycelium-pass=x', 'mycelium-pass', ...set(1)])).toBe(200)
    expect(await ask1(set(PASSES_TRIED_MAX - 1))).toBe(200)
    // Each costs a signature.
    expect(await ask1(set(PASSES_TRIED_MAX))).toBe(401)
  })

  it('gets no cookie set for the others', async () => {
    const cookies = [
      'a=1; Domain=home.localhost; Path=/',
      'b=2; domain = .Home.Localhost ;Secure',
      'c=3; Domain=localhost',
      'd=4; Domain="home.localhost"',
      'e=5; xdomain=1; Domain',
    ]
    await stage.instance('bad', (_request, response) => {
      response.setHeader('set-cookie', cookies)
      response.end()
    })
    const { headers } = await ask(edge, 'bad.home.localhost')
    expect(headers['set-cookie']).toEqual([
      'a=1; Path=/',
      'b=2;Secure',
      'c=3',
      'd=4',
      'e=5; xdomain=1',
    ])
  })
})

it('answers and goes on where something of a request cannot be dealt with', async () => {
  await stage.instance('open', says('well'))
  const { service } = stage.source
  stage.source.service = (name) => {
    if (name === 'odd') throw new Error('A defect.')
    return service(name)
  }
  expect((await ask(edge, 'odd.localhost')).status).toBe(500)
  expect((await ask(edge, 'odd.localhost', { headers: UPGRADE })).status).toBe(500)
  expect((await ask(edge, 'open.localhost')).body).toBe('well')
})
