import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ask, createStage, echo, HERE, type Stage, says, THERE, until } from './edge.fixture.ts'

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

describe.each([
  ['on this node', HERE],
  ['on another node, through the tunnel', THERE],
])('endpoints %s', (_where: string, node: NodeId) => {
  it('names node and instance, and forwards who asked', async () => {
    const { instance } = await stage.instance('web', echo, node)
    const edge = await stage.edge()
    const answer = await ask(edge, 'web.localhost', { headers: { 'x-forwarded-for': '6.6.6.6' } })
    expect(answer.headers['x-mycelium-edge']).toBe(`${node}/${instance}`)
    expect(JSON.parse(answer.body).headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'web.localhost',
      'x-forwarded-proto': 'http',
    })
  })

  it('tries another endpoint when one refuses the connection, for any method', async () => {
    // While it rests no time passes, however slow this computer is.
    stage = createStage(createSimClock())
    const dead = await stage.instance('web', says('dead'), node)
    await stage.instance('web', echo, node)
    dead.server.closeAllConnections()
    dead.server.close()
    const edge = await stage.edge()
    for (const method of ['GET', 'POST', 'PATCH']) {
      const answer = await ask(
        edge,
        'web.localhost',
        { method },
        method === 'GET' ? undefined : 'x',
      )
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body).method).toBe(method)
    }
    // It rests after its first refusal, so the other requests go straight to the one that lives.
    expect(edge.counts().retries).toBe(1)
  })

  it.each([
    ['a head with bare LF', 'HTTP/1.1 200 OK\nA: b\n\nhi', 'every line of a head ends with CR LF'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\nab',
      'content-length',
    ],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n', 'what it answered is not valid HTTP'],
  ])('passes nothing on of an answer with %s, and says so', async (_, raw, why) => {
    await stage.instance('web', (request) => request.socket.end(raw), node)
    const edge = await stage.edge()
    const { status, body } = await ask(edge, 'web.localhost')
    expect([status, body]).toEqual([502, expect.stringContaining(why)])
  })

  it('repeats a GET whose endpoint died before answering, and not a POST', async () => {
    let hits = 0
    await stage.instance(
      'web',
      (request) => {
        hits++
        request.socket.destroy()
      },
      node,
    )
    await stage.instance('web', says('alive'), node)
    const edge = await stage.edge()
    expect((await ask(edge, 'web.localhost')).body).toBe('alive')
    expect((await ask(edge, 'web.localhost')).body).toBe('alive')
    const post = await ask(edge, 'web.localhost', { method: 'POST' }, 'order')
    expect(post.status).toBe(502)
    expect(post.body).toContain('closed the connection')
    expect(hits).toBe(3)
  })

  it('does not repeat a request whose body has begun to flow', async () => {
    let hits = 0
    const die: http.RequestListener = (request) => {
      hits++
      request.once('data', () => request.socket.destroy())
    }
    await stage.instance('web', die, node)
    await stage.instance('web', die, node)
    const edge = await stage.edge()
    const body = Buffer.alloc(1 << 20)
    const answer = await ask(edge, 'web.localhost', { method: 'PUT' }, body)
    expect(answer.status).toBe(502)
    expect(hits).toBe(1)
  })

  it('carries 10 MB up and down, of known and of unknown length', async () => {
    const bytes = randomBytes(10 << 20)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await stage.instance('up', echo, node)
    await stage.instance('down', (_request, response) => void response.end(bytes), node)
    const edge = await stage.edge()
    const known = { method: 'POST', headers: { 'content-length': bytes.byteLength } }
    const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }
    for (const options of [known, chunked]) {
      const answer = await ask(edge, 'up.localhost', options, bytes)
      expect(JSON.parse(answer.body)).toMatchObject({ bytes: bytes.byteLength, sha256 })
    }
    const down = await fetch(`http://127.0.0.1:${edge.port}/down/`)
    const got = Buffer.from(await down.arrayBuffer())
    expect(createHash('sha256').update(got).digest('hex')).toBe(sha256)
  })

  it('passes events on as they come, and a client that leaves ends the request', async () => {
    let push: (text: string) => void = () => {}
    const left = Promise.withResolvers<void>()
    await stage.instance(
      'sse',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.flushHeaders()
        push = (text) => response.write(`data: ${text}\n\n`)
        response.once('close', () => left.resolve())
      },
      node,
    )
    const edge = await stage.edge()
    const request = http.get({ port: edge.port, path: '/sse/', agent: false })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    expect(response.headers['content-type']).toBe('text/event-stream')
    for (const text of ['one', 'two']) {
      push(text)
      expect(String((await once(response, 'data'))[0])).toBe(`data: ${text}\n\n`)
    }
    request.destroy()
    await left.promise
  })

  it('holds a fast sender back while its reader is slow', async () => {
    let sent = 0
    const part = Buffer.alloc(65_536)
    const blocked = Promise.withResolvers<void>()
    await stage.instance(
      'flood',
      (_request, response) => {
        const more = (): void => {
          for (;;) {
            sent += part.byteLength
            if (response.write(part)) continue
            response.once('drain', more)
            break
          }
          if (sent > 1 << 20) blocked.resolve()
        }
        more()
      },
      node,
    )
    const edge = await stage.edge()
    const request = http.get({ port: edge.port, path: '/flood/', agent: false })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.pause()
    await Promise.race([blocked.promise, stable(() => sent)])
    const before = await stable(() => sent)
    expect(before).toBeLessThan(64 << 20)
    request.destroy()
  })

  it('passes an upgrade both ways, with what came right behind the heads', async () => {
    const { server } = await stage.instance('ws', says('plain'), node)
    server.on('upgrade', (_request, socket, head) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\nhi ',
      )
      socket.write(head)
      socket.pipe(socket)
    })
    const edge = await stage.edge()
    const request = http.request({
      port: edge.port,
      path: '/ws/x',
      headers: { connection: 'Upgrade', upgrade: 'WebSocket' },
    })
    request.end()
    const [answer, socket, head] = (await once(request, 'upgrade')) as [
      http.IncomingMessage,
      import('node:net').Socket,
      Buffer,
    ]
    expect(answer.headers['x-mycelium-edge']).toContain(node)
    let got = head.toString()
    socket.on('data', (part: Buffer) => (got += part))
    socket.write('there')
    await until(() => got === 'hi there')
    expect(edge.counts().open).toBe(1)
    socket.end()
    await until(() => edge.counts().open === 0)
  })

  it('passes on the refusal of an upgrade', async () => {
    const { server } = await stage.instance('ws', says('plain'), node)
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno')
    })
    const edge = await stage.edge()
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    expect(await ask(edge, 'ws.localhost', { headers: upgrade })).toMatchObject({
      status: 401,
      body: 'no',
    })
    expect(await ask(edge, 'gone.localhost', { headers: upgrade })).toMatchObject({ status: 404 })
  })

  it('passes an upgrade to another endpoint when one cannot be connected to', async () => {
    const dead = await stage.instance('ws', says('dead'), node)
    const { server } = await stage.instance('ws', says('plain'), node)
    dead.server.closeAllConnections()
    dead.server.close()
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno')
    })
    const edge = await stage.edge()
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    expect(await ask(edge, 'ws.localhost', { headers })).toMatchObject({ status: 401 })
    expect(edge.counts().retries).toBe(1)
  })

  it('offers an upgrade once: whoever took it may have acted on it', async () => {
    let hits = 0
    for (let i = 0; i < 2; i++) {
      const { server } = await stage.instance('ws', says('plain'), node)
      server.on('upgrade', (_request, socket) => {
        hits++
        socket.destroy()
      })
    }
    const edge = await stage.edge()
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    const answer = await ask(edge, 'ws.localhost', { headers })
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('closed the connection')
    expect([hits, edge.counts().retries]).toEqual([1, 0])
  })

  it.each([
    ['h2c', 'POST', 'an order'],
    ['websocket', 'POST', 'an order'],
    ['websocket', 'GET', 'a body'],
    ['h2c', 'GET', ''],
    ['h2c, websocket', 'GET', ''],
  ])('takes an upgrade to %s for a plain request: %s %s', async (upgrade, method, body) => {
    const { server } = await stage.instance('web', echo, node)
    server.on('upgrade', (_request, socket) => socket.destroy())
    const edge = await stage.edge()
    const headers = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade,
      'http2-settings': 'AAEAAEAA',
      'content-length': body.length,
    }
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const answer = await ask(edge, 'web.localhost', { method, headers, agent }, body)
    const seen = JSON.parse(answer.body)
    expect(seen).toMatchObject({ method, bytes: body.length })
    for (const name of ['upgrade', 'http2-settings']) expect(seen.headers).not.toHaveProperty(name)
    // The connection is still HTTP's: the next request on it is understood.
    expect((await ask(edge, 'web.localhost', { agent })).status).toBe(200)
    agent.destroy()
  })

  it('sends a POST that asks for an upgrade once', async () => {
    let hits = 0
    for (let i = 0; i < 2; i++) {
      const die: http.RequestListener = (request) => {
        hits++
        request.socket.destroy()
      }
      await stage.instance('web', die, node)
    }
    const edge = await stage.edge()
    const headers = { connection: 'Upgrade', upgrade: 'h2c' }
    expect((await ask(edge, 'web.localhost', { method: 'POST', headers }, 'x')).status).toBe(502)
    expect(hits).toBe(1)
  })
})

describe('messages', () => {
  it('answers HEAD without a body and keeps the length', async () => {
    await stage.instance('web', (_request, response) => {
      response.writeHead(200, { 'content-length': 5 }).end('hello')
    })
    const edge = await stage.edge()
    const answer = await ask(edge, 'web.localhost', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-length']).toBe('5')
  })

  it('lets a body wait for 100 Continue, and refuses it before it is sent', async () => {
    await stage.instance('web', echo)
    const edge = await stage.edge()
    const expecting = { method: 'POST', headers: { expect: '100-continue', 'content-length': 5 } }
    for (const [host, status, told] of [
      ['web.localhost', 200, true],
      ['gone.localhost', 404, false],
    ] as const) {
      const headers = { ...expecting.headers, host }
      const request = http.request({ port: edge.port, method: 'POST', headers, agent: false })
      let continued = false
      request.on('continue', () => {
        continued = true
        request.end('hello')
      })
      request.flushHeaders()
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      expect(response.statusCode).toBe(status)
      expect(continued).toBe(told)
      request.destroy()
    }
  })

  it('drops fields of the connection, both ways', async () => {
    await stage.instance('web', (request, response) => {
      response.writeHead(200, { connection: 'close, x-private', 'x-private': '1', 'x-kept': '2' })
      response.end(JSON.stringify(request.headers))
    })
    const edge = await stage.edge()
    const headers = { connection: 'close, x-hop', 'x-hop': '1', te: 'trailers', 'x-end': '2' }
    const answer = await ask(edge, 'web.localhost', { headers })
    const seen = JSON.parse(answer.body)
    expect(seen).toMatchObject({ 'x-end': '2' })
    for (const name of ['x-hop', 'te']) expect(seen).not.toHaveProperty(name)
    expect(answer.headers).toMatchObject({ 'x-kept': '2' })
    expect(answer.headers).not.toHaveProperty('x-private')
  })

  it('keeps several cookies apart', async () => {
    await stage.instance('web', (_request, response) => {
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end()
    })
    const edge = await stage.edge()
    expect((await ask(edge, 'web.localhost')).headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it('breaks the connection when an answer ends before its length', async () => {
    await stage.instance('web', (_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('short', () => response.destroy())
    })
    const edge = await stage.edge()
    await expect(ask(edge, 'web.localhost')).rejects.toThrow()
  })

  it('answers an upload that its endpoint stops reading, and the next on the same line', async () => {
    await stage.instance('web', async (request, response) => {
      // Answers when nothing more fits between the client and here.
      if (request.method === 'POST') await stable(() => request.socket.bytesRead)
      response.writeHead(request.method === 'POST' ? 413 : 200).end(request.method)
    })
    const edge = await stage.edge()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const body = Buffer.alloc(64 << 20)
    const refused = await ask(edge, 'web.localhost', { method: 'POST', agent }, body)
    expect(refused).toMatchObject({ status: 413, body: 'POST' })
    expect(await ask(edge, 'web.localhost', { agent })).toMatchObject({ status: 200, body: 'GET' })
    agent.destroy()
  })
})

/** The value once it has not moved for a hundred turns of the loop and 200 ms. */
async function stable(value: () => number): Promise<number> {
  for (;;) {
    const before = value()
    await new Promise((resolve) => setTimeout(resolve, 200))
    if (value() === before) return before
  }
}
