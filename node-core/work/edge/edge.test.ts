import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { isCode } from '../../base/errors/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { ask, createStage, echo, HERE, raw, type Stage, says, until } from './edge.fixture.ts'
import { createEdge } from './index.ts'

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

describe('routing', () => {
  it('routes by host name and by path, with the prefix stripped', async () => {
    await stage.instance('web', echo)
    const edge = await stage.edge()
    const byHost = JSON.parse((await ask(edge, 'web.localhost:80', { path: '/a?b=c' })).body)
    expect(byHost).toMatchObject({ url: '/a?b=c', headers: { host: 'web.localhost:80' } })
    const byPath = JSON.parse((await ask(edge, '127.0.0.1', { path: '/web/a?b=c' })).body)
    expect(byPath).toMatchObject({ url: '/a?b=c', headers: { 'x-forwarded-prefix': '/web' } })
    expect(JSON.parse((await ask(edge, 'localhost', { path: '/web' })).body).url).toBe('/')
  })

  it('asks an instance of this computer at its own address where it has one', async () => {
    const { server, ...endpoint } = await stage.instance('web', says('here'))
    await new Promise((resolve) => server.close(resolve))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve))
    const { address, port: hostPort } = server.address() as AddressInfo
    stage.endpoints.set('web', [{ ...endpoint, hostPort }])
    const edge = await stage.edge()
    expect((await ask(edge, 'web.localhost')).status).toBe(502)
    stage.endpoints.set('web', [{ ...endpoint, hostPort, address }])
    expect(await ask(edge, 'web.localhost')).toMatchObject({ status: 200, body: 'here' })
  })

  it('says of no name that nobody has it before it knows what is wanted', async () => {
    await stage.instance('web', says('hello'))
    stage.isCurrent = false
    const edge = await stage.edge()
    const { status, headers } = await ask(edge, 'nobody.localhost')
    expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect((await ask(edge, 'web.localhost')).body).toBe('hello')
    stage.endpoints.set('web', [])
    expect((await ask(edge, 'web.localhost')).status).toBe(503)
    stage.isCurrent = true
    expect((await ask(edge, 'web.localhost')).status).toBe(502)
  })

  it('says 404 for a name nobody has, in JSON for who asks for it', async () => {
    const edge = await stage.edge()
    expect((await ask(edge, 'nobody.localhost')).status).toBe(404)
    expect((await ask(edge, '127.0.0.1', { path: '/' })).status).toBe(404)
    const json = await ask(edge, 'nobody.localhost', { headers: { accept: 'application/json' } })
    expect(JSON.parse(json.body)).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('serves no path route under a foreign host name', async () => {
    await stage.instance('web', says('secret'))
    const edge = await stage.edge()
    const answer = await ask(edge, 'evil.example', { path: '/web/' })
    expect(answer).toMatchObject({ status: 404 })
    expect(answer.body).not.toContain('secret')
  })

  it('says 502 with a plain reason when nothing is healthy', async () => {
    const { server: _server, ...endpoint } = await stage.instance('web', says('ok'))
    stage.endpoints.set('web', [{ ...endpoint, healthy: false }])
    stage.endpoints.set('none', [])
    const edge = await stage.edge()
    const answer = await ask(edge, 'web.localhost')
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('web')
    expect((await ask(edge, 'none.localhost')).status).toBe(502)
  })

  it('keeps redirects to an absolute path under the prefix', async () => {
    await stage.instance('web', (_request, response) => {
      response.writeHead(302, { location: '/login' }).end()
    })
    const edge = await stage.edge()
    const byPath = await ask(edge, '127.0.0.1', { path: '/web/' })
    expect(byPath.headers.location).toBe('/web/login')
    expect((await ask(edge, 'web.localhost')).headers.location).toBe('/login')
  })

  it.each([
    ['sid=1; Path=/; HttpOnly', 'sid=1; Path=/web; HttpOnly'],
    ['sid=1;path=/admin', 'sid=1;path=/web/admin'],
    ['sid=1; Path=/a; Path=/b', 'sid=1; Path=/web/a; Path=/web/b'],
    ['sid=/; Comment=x', 'sid=/; Comment=x'],
    ['path=/; Max-Age=1', 'path=/; Max-Age=1'],
    ['sid=1; Path=relative', 'sid=1; Path=relative'],
    // A browser takes a cookie of this name with `Path=/` only.
    ['__Host-sid=1; Secure; Path=/', '__Host-sid=1; Secure; Path=/'],
  ])('keeps the cookie %s under the prefix', async (given, expected) => {
    await stage.instance('web', (_request, response) => {
      response.writeHead(200, { 'set-cookie': [given, 'other=1; Path=/'] }).end()
    })
    const edge = await stage.edge()
    const byPath = await ask(edge, '127.0.0.1', { path: '/web/' })
    expect(byPath.headers['set-cookie']).toEqual([expected, 'other=1; Path=/web'])
    const byHost = await ask(edge, 'web.localhost')
    expect(byHost.headers['set-cookie']).toEqual([given, 'other=1; Path=/'])
  })
})

describe('bad input', () => {
  const GET = 'GET / HTTP/1.1\r\nhost: web.localhost\r\n'
  const POST = 'POST / HTTP/1.1\r\nhost: web.localhost\r\n'
  const CHUNKED = 'transfer-encoding: chunked\r\n'

  it.each([
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['two hosts', `${GET}host: b\r\nconnection: close\r\n\r\n`, 400],
    [
      'two hosts of an upgrade',
      `${GET}host: b\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      400,
    ],
    ['a target that is no path', 'GET web HTTP/1.1\r\nhost: web.localhost\r\n\r\n', 400],
    ['two lengths', `${POST}content-length: 1\r\ncontent-length: 2\r\n\r\nx`, 400],
    ['one length told twice', `${POST}content-length: 1\r\ncontent-length: 1\r\n\r\nx`, 400],
    ['a list of lengths', `${POST}content-length: 1, 1\r\n\r\nx`, 400],
    ['a length with a sign', `${POST}content-length: +1\r\n\r\nx`, 400],
    ['length and chunks', `${POST}content-length: 5\r\n${CHUNKED}\r\n0\r\n\r\n`, 400],
    ['chunks and length', `${POST}${CHUNKED}content-length: 5\r\n\r\n0\r\n\r\n`, 400],
    [
      'chunks that are not the last encoding',
      `${POST}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'an encoding that only looks like chunks',
      `${POST}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a chunk whose size is no number', `${POST}${CHUNKED}\r\n0x1\r\nx\r\n0\r\n\r\n`, 400],
    ['a folded header', `${GET}x: a\r\n b\r\n\r\n`, 400],
    ['a folded length', `${POST}content-length:\r\n 1\r\n\r\nx`, 400],
    ['a blank before the colon', `${POST}content-length : 1\r\n\r\nx`, 400],
    ['lines that end without CR', 'GET / HTTP/1.1\nhost: web.localhost\n\n', 400],
    ['a lone CR within a header', `${GET}x: a\rb: c\r\n\r\n`, 400],
    ['HTTP/2 that was not asked for', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a header of 20 kB', `${GET}x: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('refuses %s', async (_what, text, status) => {
    await stage.instance('web', says('reached'))
    const edge = await stage.edge()
    const answer = await raw(edge, text)
    expect(answer).toContain(` ${status} `)
    expect(answer).not.toContain('reached')
  })

  it('takes the absolute form, whose host counts', async () => {
    await stage.instance('web', echo)
    const edge = await stage.edge()
    const text = 'GET http://web.localhost/x HTTP/1.1\r\nhost: other\r\nconnection: close\r\n\r\n'
    const answer = await raw(edge, text)
    expect(answer).toContain('"url":"/x"')
    expect(answer).toContain('"host":"web.localhost"')
    expect(answer).toContain('"x-forwarded-host":"web.localhost"')
  })

  it('takes a short name for the own workload of this computer’s owner, as host and as path', async () => {
    await stage.instance('wiki', says('another owner’s'))
    await stage.instance('wiki-of-0123456789', says('own'))
    stage.ownNames.set('wiki', 'wiki-of-0123456789')
    const edge = await stage.edge()
    expect((await ask(edge, 'wiki.localhost')).body).toBe('own')
    expect((await ask(edge, 'localhost', { path: '/wiki/page' })).body).toBe('own')
    stage.ownNames.clear()
    expect((await ask(edge, 'wiki.localhost')).body).toBe('another owner’s')
  })

  it('says which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const edge = createEdge(
      {
        self: HERE,
        net: { openStream: () => Promise.reject(new Error('no mesh')) },
        inUse: { enter: () => {} },
        endpoints: {
          meant: (said) => said,
          service: () => undefined,
          isCurrent: () => true,
          endpoints: () => [],
          published: () => [],
          trouble: () => '',
          subscribe: () => () => {},
        },
        gate: stage.gate,
        clock: createSystemClock(),
        random: createSeededRandom(1),
        logger: createSilentLogger(),
      },
      { port },
    )
    const error = await edge.start().catch((thrown: unknown) => thrown)
    expect(isCode(error, 'PORT_TAKEN')).toBe(true)
    other.close()
  })
})

describe('life', () => {
  it('starts and stops twice, and on the way lets a request under way end', async () => {
    const release = Promise.withResolvers<void>()
    await stage.instance('web', (_request, response) => {
      void release.promise.then(() => response.end('done'))
    })
    const edge = await stage.edge()
    await edge.start()
    const answer = ask(edge, 'web.localhost')
    await until(() => edge.counts().open === 1)
    const stopping = edge.stop()
    release.resolve()
    expect((await answer).body).toBe('done')
    await stopping
    await edge.stop()
    expect(edge.port).toBe(0)
  })
})
