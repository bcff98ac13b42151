import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createStage, type Stage, until } from './edge.fixture.ts'
import {
  closed,
  END_HEADERS,
  END_STREAM,
  fieldBlock,
  openRaw,
  type RawClient,
  request,
  TYPE,
} from './frames.fixture.ts'
import type { Edge } from './index.ts'
import * as limits from './limits.ts'
import { ask2, dial, portOf, shake, tlsEdge } from './tls.fixture.ts'

const WHOLE = END_HEADERS | END_STREAM
const FIELD = fieldBlock([['x-a', '1']])

let stage: Stage
let clock: SimClock
let edge: Edge
/** Headers of each request as the instance had it, by path. */
const seen = new Map<string, IncomingHttpHeaders>()
/** How many fields of cookies it had. */
const cookies = new Map<string, number>()

beforeEach(async () => {
  clock = createSimClock()
  stage = createStage(clock)
  seen.clear()
  await stage.instance('web', ({ url = '', headers, rawHeaders }, response) => {
    seen.set(url, headers)
    cookies.set(url, rawHeaders.filter((name) => name.toLowerCase() === 'cookie').length)
    if (url === '/silent') return
    response.end('hello')
  })
  edge = await tlsEdge(stage)
})
afterEach(async () => {
  const closing = stage.close()
  clock.advance(limits.STOP_GRACE_MS)
  await closing
})

async function alive(): Promise<void> {
  const session = dial(edge)
  expect((await ask2(session)).body).toBe('hello')
  session.destroy()
}

describe('a connection of HTTP/2', () => {
  it('whose streams are reset as they are opened ends', async () => {
    const client = await openRaw(edge)
    for (let i = 0; i < 4 * limits.HTTP2_RESETS_BURST; i++) {
      client.send(TYPE.headers, WHOLE, 2 * i + 1, request('/silent'))
      client.send(TYPE.reset, 0, 2 * i + 1, Buffer.of(0, 0, 0, 8))
    }
    await closed(client)
    await until(() => edge.counts().open === 0)
    await alive()
  })

  it('has no more streams at once than it may', async () => {
    const client = await openRaw(edge)
    for (let i = 0; i <= limits.HTTP2_STREAMS_MAX; i++) {
      client.send(TYPE.headers, WHOLE, 2 * i + 1, request('/silent'))
    }
    const last = 2 * limits.HTTP2_STREAMS_MAX + 1
    const refused = await client.next(({ type, stream }) => type === TYPE.reset && stream === last)
    // REFUSED_STREAM: it may be asked again.
    expect(refused?.payload.readUInt32BE()).toBe(7)
    expect(edge.counts().open).toBe(limits.HTTP2_STREAMS_MAX)
    client.socket.destroy()
  })

  it.each<[string, number, (client: RawClient) => void]>([
    ['settings', WHOLE, (client) => client.send(TYPE.settings, 0, 0)],
    ['pings', WHOLE, (client) => client.send(TYPE.ping, 0, 0, Buffer.alloc(8))],
    ['empty data', END_HEADERS, (client) => client.send(TYPE.data, 0, 1)],
    ['heads that never end', 0, (client) => client.send(TYPE.continuation, 0, 1, FIELD)],
  ])('does not bear a flood of %s', async (_what, flags, again) => {
    const client = await openRaw(edge)
    client.send(TYPE.headers, flags, 1, request('/silent'))
    // What it is answered stays unread, so that the edge would have to keep it.
    client.socket.pause()
    let sent = 0
    while (!client.socket.destroyed && sent < 4_000_000) {
      for (let i = 0; i < 2_000; i++) again(client)
      sent += 2_000
      await new Promise((resolve) => setImmediate(resolve))
    }
    client.socket.resume()
    await closed(client)
    await alive()
  })

  it('on which nothing is under way ends when its time is over, whatever comes on it', async () => {
    const silent = await openRaw(edge)
    const used = await openRaw(edge)
    const busy = await openRaw(edge)
    used.send(TYPE.headers, WHOLE, 1, request())
    busy.send(TYPE.headers, WHOLE, 1, request('/silent'))
    await used.next(({ type, stream }) => type === TYPE.data && stream === 1)
    await until(() => seen.has('/silent'))
    silent.send(TYPE.headers, 0, 1, request())
    silent.send(TYPE.ping, 0, 0, Buffer.alloc(8))
    clock.advance(limits.HEADERS_TIMEOUT_MS)
    clock.advance(limits.STOP_GRACE_MS)
    await closed(silent)
    expect([used.socket.destroyed, busy.socket.destroyed]).toEqual([false, false])
    clock.advance(limits.CLIENT_KEEP_ALIVE_MS)
    await closed(used)
    expect(busy.socket.destroyed).toBe(false)
    busy.socket.destroy()
  })

  it('with an upload that never ends is rid of it', async () => {
    await stage.instance('up', (upload) => upload.resume())
    const client = await openRaw(edge)
    const head = [
      [':method', 'POST'],
      [':scheme', 'https'],
      [':path', '/'],
      [':authority', 'up.home.localhost'],
    ] as const
    client.send(TYPE.headers, END_HEADERS, 1, fieldBlock(head))
    await until(() => edge.counts().open === 1)
    clock.advance(limits.REQUEST_TIMEOUT_MS)
    expect(await client.next(({ type }) => type === TYPE.reset)).toBeDefined()
    await until(() => edge.counts().open === 0)
    client.socket.destroy()
  })
})

describe('a stop', () => {
  it('waits for its grace and no longer, whatever clients do', async () => {
    const handshake = connect(portOf(edge), '127.0.0.1')
    handshake.on('error', () => {}).resume()
    await once(handshake, 'connect')
    const clients = [await openRaw(edge), await openRaw(edge)]
    clients[0]?.send(TYPE.headers, WHOLE, 1, request('/silent'))
    const silent = await shake(edge)
    silent.on('error', () => {}).resume()
    await until(() => seen.has('/silent'))
    const stopped = edge.stop()
    // The one on which nothing was under way ends at once.
    if (clients[1]) await closed(clients[1])
    expect(clients[0]?.socket.destroyed).toBe(false)
    clock.advance(limits.STOP_GRACE_MS)
    await stopped
    await Promise.all(
      [handshake, silent, clients[0]?.socket].map(
        (one) => one?.closed || (one && once(one, 'close')),
      ),
    )
  })
})

describe('a request by HTTP/2', () => {
  it.each<[string, Buffer]>([
    [
      'with too many fields',
      request('/big', ...Array.from({ length: 200 }, (_, i) => [`x-${i}`, ''] as const)),
    ],
    ['with a field of the connection', request('/big', ['connection', 'x-forwarded-for'])],
    ['that says how it is cut into chunks', request('/big', ['transfer-encoding', 'chunked'])],
    ['with capital letters', request('/big', ['X-A', '1'])],
    ['with a pseudo-field of its own', request('/big', [':owner', 'me'])],
    ['whose length is not its own', request('/big', ['content-length', '5'])],
  ])('%s reaches nobody', async (_what, block) => {
    const client = await openRaw(edge)
    client.send(TYPE.headers, WHOLE, 1, block)
    const answered = await client.next(
      ({ type }) => type === TYPE.reset || type === TYPE.headers || type === TYPE.goaway,
    )
    // Not by an answer, which could be the instance's.
    expect(answered?.type).not.toBe(TYPE.headers)
    expect(seen.has('/big')).toBe(false)
    client.socket.destroy()
    await alive()
  })

  it.each<[string, (readonly [string, string])[]]>([
    [
      'two hosts',
      [
        [':authority', 'web.home.localhost'],
        ['host', 'other.home.localhost'],
      ],
    ],
    ['no host', []],
    [
      'another scheme',
      [
        [':authority', 'web.home.localhost'],
        [':scheme', 'http'],
      ],
    ],
    [
      'another kind of target',
      [
        [':authority', 'web.home.localhost'],
        [':path', 'web/'],
      ],
    ],
  ])('that names %s is refused', async (_what, fields) => {
    const own = [
      [':method', 'GET'],
      [':path', '/bad'],
      [':scheme', 'https'],
    ] as const
    const named = new Set(fields.map(([name]) => name))
    const headers = Object.fromEntries([...own.filter(([name]) => !named.has(name)), ...fields])
    const client = await openRaw(edge)
    const pseudo = Object.entries(headers).toSorted(
      ([a], [b]) => (a.startsWith(':') ? 0 : 1) - (b.startsWith(':') ? 0 : 1),
    )
    client.send(TYPE.headers, WHOLE, 1, fieldBlock(pseudo))
    await client.next(
      ({ type, stream }) => stream === 1 && (type === TYPE.headers || type === TYPE.reset),
    )
    expect(seen.size).toBe(0)
    client.socket.destroy()
  })

  it('with a head that is too large is refused, though the client has not taken the bound', async () => {
    const client = await openRaw(edge)
    const block = request('/big', ['x-a', 'x'.repeat(limits.HEADER_BYTES_MAX - 200)])
    client.send(TYPE.headers, END_STREAM, 1, block.subarray(0, 16_000))
    client.send(TYPE.continuation, END_HEADERS, 1, block.subarray(16_000))
    const answer = await client.next(({ type }) => type === TYPE.headers)
    expect(answer?.payload.toString('latin1')).toContain('431')
    expect(seen.has('/big')).toBe(false)
    client.socket.destroy()
  })

  it('with a line break in a field loses the field', async () => {
    const client = await openRaw(edge)
    client.send(TYPE.headers, WHOLE, 1, request('/', ['x-a', '1\r\nx-mycelium-member: me']))
    await client.next(({ type, stream }) => type === TYPE.headers && stream === 1)
    expect(Object.keys(seen.get('/') ?? {})).not.toContain('x-a')
    expect(JSON.stringify(seen.get('/'))).not.toContain('me"')
    client.socket.destroy()
  })

  it('hands on what HTTP/1.1 would: nothing of the edge’s own, whatever the client says', async () => {
    const field = fc.tuple(
      fc.constantFrom(
        ...['cookie', 'cookie', 'cookie', 'cookie', 'cookie', 'cookie'],
        'x-a',
        'x-forwarded-for',
        'forwarded',
        'x-mycelium-member',
        'x-mycelium-edge',
        'x-real-ip',
        'te',
        'host',
        'upgrade',
        'keep-alive',
        'trailer',
        'http2-settings',
        'connection',
        'accept',
      ),
      fc.constantFrom('a=1', 'trailers', 'web.home.localhost', '6.6.6.6', 'x-a', '', 'b=2; c=3'),
    )
    let asked = 0
    let passed = 0
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 6 }), async (fields) => {
        const path = `/${asked++}`
        const client = await openRaw(edge)
        client.send(TYPE.headers, WHOLE, 1, request(path, ...fields))
        await client.next(
          ({ type, stream }) => (stream === 1 && type !== TYPE.data) || type === TYPE.goaway,
        )
        client.socket.destroy()
        const got = seen.get(path)
        if (!got) return
        passed++
        expect(got.host).toBe('web.home.localhost')
        expect(got['x-forwarded-for']).toBe('127.0.0.1')
        const crumbs = fields.filter(([name]) => name === 'cookie').map(([, value]) => value)
        expect(got.cookie ?? '').toBe(crumbs.join('; ').trim())
        expect(cookies.get(path)).toBe(Math.min(1, crumbs.length))
        for (const name of Object.keys(got)) {
          expect(name).toMatch(/^(host|connection|cookie|accept|x-a|x-forwarded-(for|host|proto))$/)
        }
        expect(got.connection).toBe('keep-alive')
      }),
      { numRuns: 60 },
    )
    expect(passed).toBeGreaterThan(5)
  })

  it('is refused as a tunnel', async () => {
    const client = await openRaw(edge)
    client.send(
      TYPE.headers,
      WHOLE,
      1,
      fieldBlock([
        [':method', 'CONNECT'],
        [':authority', '10.0.0.1:22'],
      ]),
    )
    await client.next(({ stream }) => stream === 1)
    expect(seen.size).toBe(0)
    expect(edge.counts().open).toBe(0)
    client.socket.destroy()
  })
})

describe('the answer', () => {
  it('of an instance may say what it likes of the connection', async () => {
    await stage.instance('odd', (_request, response) => {
      response.writeHead(200, {
        connection: 'close, x-private',
        'x-private': '1',
        'keep-alive': 'timeout=5',
        'set-cookie': ['a=1', 'b=2'],
      })
      response.end('hello')
    })
    const session = dial(edge)
    const { headers, status } = await ask2(session, { ':authority': 'odd.home.localhost' })
    expect(status).toBe(200)
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    for (const name of ['connection', 'keep-alive', 'x-private', 'transfer-encoding']) {
      expect(headers).not.toHaveProperty(name)
    }
    session.destroy()
  })
})
