import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { isCode } from '../../base/errors/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
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
})

describe('bad input', () => {
  it.each([
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    [
      'two hosts',
      'GET / HTTP/1.1\r\nhost: web.localhost\r\nhost: b\r\nconnection: close\r\n\r\n',
      400,
    ],
    ['a target that is no path', 'GET web HTTP/1.1\r\nhost: web.localhost\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: web.localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      400,
    ],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nhost: web.localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a header of 20 kB',
      `GET / HTTP/1.1\r\nhost: web.localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
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
    expect(await raw(edge, text)).toContain('"url":"/x"')
  })

  it('says which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const edge = createEdge(
      {
        self: HERE,
        net: { openStream: () => Promise.reject(new Error('no mesh')) },
        endpoints: { endpoints: () => undefined },
        clock: createSystemClock(),
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
