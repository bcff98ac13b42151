import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { nodeIdOf } from '../../identity/index.ts'
import {
  ask,
  createStage,
  echo,
  HERE,
  MEMBER,
  OWNER,
  type Stage,
  says,
  THERE,
  until,
} from './edge.fixture.ts'
import type { Edge } from './index.ts'
import { STOP_GRACE_MS, TICKET_KEYS_MS } from './limits.ts'
import { ask1, ask2, createShelf, dial, portOf, shake, shown, tlsEdge } from './tls.fixture.ts'

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

describe('a TLS port', () => {
  it('opens with the first certificate', async () => {
    const shelf = createShelf([])
    const tls = { port: 0, certificates: shelf.certificates }
    const edge = await tlsEdge(stage, { tls })
    expect(edge.tls()).toEqual({ port: 0, wanted: 0 })
    shelf.put(shown(['*.home.localhost']))
    await until(() => portOf(edge) > 0)
    await stage.instance('web', says('hello'))
    expect((await ask1(edge)).body).toBe('hello')
  })

  it('that another program holds is named, and had once it is free', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const shelf = createShelf()
    const edge = await tlsEdge(stage, { tls: { port, certificates: shelf.certificates } })
    expect(edge.tls()).toMatchObject({ port: 0, wanted: port })
    expect(edge.tls()?.reason).toMatch(new RegExp(`^Port ${port} .*--edge-tls-port`))
    other.close()
    shelf.put(shown(['*.home.localhost']))
    await until(() => portOf(edge) > 0)
    expect(edge.tls()).toEqual({ port, wanted: port })
  })

  it('is had before any workload gets it', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    taken.close()
    await once(taken, 'close')
    await stage.instance('db', says('not TLS'))
    stage.rules.set('db', { tcp: [{ port, containerPort: 80 }] })
    const { certificates } = createShelf()
    const edge = await tlsEdge(stage, { tls: { port, certificates } })
    expect(edge.tls()).toEqual({ port, wanted: port })
    expect(edge.services()).toMatchObject([{ port, listens: false }])
  })

  it('shows a renewed certificate to whoever comes next, and leaves connections alone', async () => {
    const shelf = createShelf()
    const edge = await tlsEdge(stage, { tls: { port: 0, certificates: shelf.certificates } })
    await stage.instance('web', says('hello'))
    const before = await shake(edge)
    const session = dial(edge)
    await ask2(session)
    shelf.put(shown(['*.home.localhost']))
    const after = await shake(edge)
    expect(after.getPeerCertificate().fingerprint256).not.toBe(
      before.getPeerCertificate().fingerprint256,
    )
    expect((await ask2(session)).body).toBe('hello')
    for (const one of [before, after, session]) one.destroy()
  })

  it('chooses by the name that is asked for', async () => {
    const held = [shown(['*.home.localhost']), shown(['shop.example.org'])]
    const { certificates } = createShelf(held)
    const given = new Map([['shop.example.org', 'web']])
    const edge = await tlsEdge(stage, { given, tls: { port: 0, certificates } })
    await stage.instance('web', echo)
    for (const [name, has] of [
      ['web.home.localhost', 'DNS:*.home.localhost'],
      ['shop.example.org', 'DNS:shop.example.org'],
    ] as const) {
      const socket = await shake(edge, { servername: name })
      expect(socket.getPeerCertificate().subjectaltname).toBe(has)
      socket.destroy()
      const session = dial(edge, name)
      const { headers } = JSON.parse((await ask2(session, { ':authority': name })).body)
      expect(headers).toMatchObject({ host: name, 'x-forwarded-host': name })
      session.destroy()
    }
  })

  it.each([
    ['for a name that nobody has', { servername: 'web.other.localhost' }],
    ['without a name', { servername: '' }],
    ['before TLS 1.2', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['for another protocol', { ALPNProtocols: ['acme-tls/1'] }],
  ] as const)('refuses a handshake %s', async (_what, options) => {
    const edge = await tlsEdge(stage)
    await expect(shake(edge, options as object)).rejects.toThrow(
      /alert|handshake|protocol|version/i,
    )
    expect((await shake(edge)).destroy().authorized).toBe(true)
  })

  it('waits for a handshake no longer than it may', async () => {
    const tls = { port: 0, certificates: createShelf().certificates, handshakeMs: 50 }
    const edge = await tlsEdge(stage, { tls })
    const silent = connect(portOf(edge), '127.0.0.1')
    silent.on('error', () => {}).resume()
    await once(silent, 'close')
    expect((await shake(edge)).destroy().authorized).toBe(true)
  })

  it('stays up whatever is sent to it', async () => {
    const edge = await tlsEdge(stage)
    await stage.instance('web', says('hello'))
    const hello = Buffer.from('16030100050100000100', 'hex')
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), hello, randomBytes(4_096)]) {
      const socket = connect(portOf(edge), '127.0.0.1')
      socket.on('error', () => {})
      socket.end(bytes)
      socket.resume()
      await once(socket, 'close')
    }
    expect((await ask1(edge)).body).toBe('hello')
  })

  it('resumes sessions, until the keys of tickets are made anew', async () => {
    const clock = createSimClock()
    const later = createStage(clock)
    const edge = await tlsEdge(later)
    const first = await shake(edge)
    first.resume()
    const [session] = (await once(first, 'session')) as [Buffer]
    const second = await shake(edge, { session })
    clock.advance(TICKET_KEYS_MS)
    const third = await shake(edge, { session })
    const reused = [first, second, third].map((socket) => socket.isSessionReused())
    expect(reused).toEqual([false, true, false])
    for (const socket of [first, second, third]) socket.destroy()
    const closing = later.close()
    clock.advance(STOP_GRACE_MS)
    await closing
  })
})

describe.each([
  ['on this node', HERE],
  ['on another node, through the tunnel', THERE],
])('over TLS, endpoints %s', (_where: string, node: typeof HERE) => {
  it('are asked by HTTP/1.1 and HTTP/2 alike', async () => {
    await stage.instance('web', echo, node)
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    for (const answer of [
      await ask1(edge, { path: '/a?b' }),
      await ask2(session, { ':path': '/a?b' }),
    ]) {
      expect(answer.status).toBe(200)
      expect(answer.headers['x-mycelium-edge']).toContain(node)
      const { method, url, headers } = JSON.parse(answer.body)
      expect({ method, url }).toEqual({ method: 'GET', url: '/a?b' })
      expect(headers).toMatchObject({
        host: 'web.home.localhost',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'https',
      })
      for (const name of Object.keys(headers)) expect(name).not.toMatch(/^:|upgrade/)
    }
    expect(edge.requests({ limit: 9 }).map(({ status, client }) => [status, client])).toEqual([
      [200, '127.0.0.1'],
      [200, '127.0.0.1'],
    ])
    session.destroy()
  })

  it('take 2 MB and give it, by HTTP/2', async () => {
    const bytes = randomBytes(2 << 20)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await stage.instance('web', echo, node)
    await stage.instance(
      'down',
      (_request, response) => void response.end(bytes.toString('hex')),
      node,
    )
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    for (const headers of [{}, { 'content-length': bytes.byteLength }]) {
      const answer = await ask2(session, { ':method': 'POST', ...headers }, bytes)
      expect(JSON.parse(answer.body)).toMatchObject({ bytes: bytes.byteLength, sha256 })
    }
    const down = await ask2(session, { ':authority': 'down.home.localhost' })
    expect(down.body).toBe(bytes.toString('hex'))
    expect(edge.requests({ workload: 'down', limit: 1 })[0]?.bytes).toBe(down.body.length)
    session.destroy()
  })

  it('hear of a client that leaves, and a client of one that breaks off', async () => {
    const left = Promise.withResolvers<void>()
    await stage.instance(
      'web',
      (request, response) => {
        response.writeHead(200)
        response.write('first')
        if (request.url === '/break') setImmediate(() => response.destroy())
        response.once('close', () => left.resolve())
      },
      node,
    )
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    const stream = session.request({ ':path': '/' })
    await once(stream, 'data')
    stream.close(8)
    await left.promise
    const broken = session.request({ ':path': '/break' })
    broken.resume()
    await expect(once(broken, 'end')).rejects.toThrow()
    await until(() => edge.counts().open === 0)
    session.destroy()
  })

  it('are reached by WebSocket, over HTTP/1.1', async () => {
    const { server } = await stage.instance('web', says('plain'), node)
    server.on('upgrade', (request, socket) => {
      const proto = request.headers['x-forwarded-proto']
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n${proto}`,
      )
    })
    const edge = await tlsEdge(stage)
    const socket = await shake(edge, { ALPNProtocols: ['http/1.1'] })
    socket.write(
      'GET / HTTP/1.1\r\nhost: web.home.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    )
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    await once(socket, 'end')
    expect(text).toMatch(/^HTTP\/1.1 101 [\s\S]*https$/)
  })
})

describe('over TLS', () => {
  it('a pass is kept in a cookie that stays with TLS, and from the instance', async () => {
    await stage.instance('web', echo)
    stage.rules.set('web', { access: 'members' })
    const owner = OWNER
    stage.standings.set(nodeIdOf(MEMBER.publicKey), { owner, permissions: new Set(['use']) })
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    expect((await ask2(session)).status).toBe(401)
    const { pass } = edge.issuePass('web')
    const seated = await ask2(session, { ':path': `/a?mycelium-pass=${pass}` })
    expect([seated.status, seated.headers.location]).toEqual([303, '/a'])
    const [cookie = ''] = seated.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; Max-Age=43200; Secure$/)
    // Browsers send each cookie as a field of its own.
    const crumbs = ['a=1', cookie.split(';')[0] ?? '', 'b=2']
    const { status, body } = await ask2(session, { cookie: crumbs })
    expect(status).toBe(200)
    expect(JSON.parse(body).headers).toMatchObject({
      cookie: 'a=1; b=2',
      'x-mycelium-member': OWNER,
    })
    session.destroy()
  })

  it('is where a request without it is led, if its workload wants that', async () => {
    await stage.instance('web', says('hello'))
    const edge = await tlsEdge(stage)
    const plain = () => ask(edge, 'web.localhost:1', { path: '/a?b', method: 'POST' })
    expect((await plain()).status).toBe(200)
    stage.rules.set('web', { https: 'redirect' })
    const { status, headers } = await plain()
    expect(status).toBe(308)
    expect(headers.location).toBe(`https://web.home.localhost:${portOf(edge)}/a?b`)
    expect((await ask1(edge)).body).toBe('hello')
    // By path there is no such address; and an edge without TLS serves it as it comes.
    expect((await ask(edge, '127.0.0.1', { path: '/web/' })).status).toBe(200)
    expect((await ask(await stage.edge(), 'web.localhost')).status).toBe(200)
  })

  it('is the only way for a WebSocket of such a workload, and is named to one without it', async () => {
    const { server } = await stage.instance('web', says('hello'))
    let opened = 0
    server.on('upgrade', (_request, socket) => {
      opened++
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
    })
    stage.rules.set('web', { https: 'redirect' })
    const edge = await tlsEdge(stage)
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    const open = (at: Edge, host: string, path: string) => ask(at, host, { path, headers })
    const answer = await open(edge, 'web.localhost:1', '/chat?mycelium-pass=a')
    expect(answer.status).toBe(403)
    const address = `wss://web.home.localhost:${portOf(edge)}/chat`
    expect(answer.body).toMatch(new RegExp(`${address}\n$`))
    expect(edge.requests({ limit: 1 })).toMatchObject([{ status: 403 }])
    expect([opened, edge.counts().open]).toEqual([0, 0])
    // As with any other request: not by path, nor at an edge without TLS.
    await open(edge, '127.0.0.1', '/web/')
    await open(await stage.edge(), 'web.localhost', '/')
    expect(opened).toBe(2)
  })

  it('what is refused says why by HTTP/2 too', async () => {
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    const answer = await ask2(session, { accept: 'application/json' })
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'NOT_FOUND' })
    const head = await ask2(session, { ':method': 'HEAD' })
    expect(head).toMatchObject({ status: 404, body: '' })
    session.destroy()
  })

  it('a stop lets requests of HTTP/2 end, and no connection holds it up', async () => {
    let answer: () => void = () => {}
    await stage.instance('web', (_request, response) => {
      answer = () => response.end('late')
      response.flushHeaders()
    })
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    const asked = ask2(session)
    await until(() => edge.counts().open === 1)
    const idle = dial(edge)
    await once(idle, 'remoteSettings')
    const stopped = edge.stop()
    answer()
    expect((await asked).body).toBe('late')
    await stopped
    await Promise.all([session, idle].map((one) => one.closed || once(one, 'close')))
  })
})
