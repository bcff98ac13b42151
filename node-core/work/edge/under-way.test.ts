/** One busy workload, or one client, beside all others at an edge. */
import http from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { ask, createStage, echo, raw, type Stage, says, until } from './edge.fixture.ts'
import type { Edge } from './index.ts'
import { KEPT_BODY_STALL_MS, OPEN_REQUESTS_MAX, STALL_CHECK_MS } from './limits.ts'
import { dial, tlsEdge } from './tls.fixture.ts'
import { createUnderWay } from './under-way.ts'

const HALF = OPEN_REQUESTS_MAX / 2

describe('what is under way', () => {
  const A = '10.0.0.1'
  const B = '10.0.0.2'

  type Asked = [workload: string, address: string]
  it.each<[string, string, (i: number) => Asked, Asked, Asked]>([
    ['a workload', 'workload', (i) => ['hog', `10.0.1.${i}`], ['hog', B], ['web', A]],
    ['a client', 'client', (i) => [`web${i}`, A], ['web', A], ['web', B]],
    [
      'a client with many addresses of its network',
      'client',
      (i) => [`web${i}`, `2001:db8:1:2::${i}`],
      ['web', '2001:db8:1:2:3::4'],
      ['web', '2001:db8:1:3::1'],
    ],
  ])('leaves half of what is left to others than %s', (_who, crowd, one, more, other) => {
    const underWay = createUnderWay(16)
    const enter = (asked: Asked) => underWay.enter(...asked, () => {})
    const going = Array.from({ length: 8 }, (_, i) => enter(one(i)))
    expect([underWay.size, underWay.crowd(...more)]).toEqual([8, crowd])
    for (let i = 0; i < 4; i++) {
      expect(underWay.crowd(...other)).toBeUndefined()
      enter(other)
    }
    // The next of them has half of what those two leave.
    expect(underWay.crowd(...other)).toBe('workload')
    underWay.leave(going[3] as (typeof going)[0])
    expect(underWay.crowd(...other)).toBeUndefined()
    expect(underWay.crowd(...more)).toBe(crowd)
  })

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
    'holds nothing against %s, by which everybody comes who comes through a proxy here',
    (address) => {
      const underWay = createUnderWay(16)
      for (let i = 0; i < 16; i++) {
        expect(underWay.crowd(`web${i}`, address)).toBeUndefined()
        underWay.enter(`web${i}`, address, () => {})
      }
      expect(underWay.crowd('web', address)).toBe('all')
    },
  )

  it('forgets those of whom nothing is left, in whatever order that ends', () => {
    const underWay = createUnderWay(16)
    const cut: string[] = []
    const going = ['a', 'b', 'c', 'd'].map((workload) =>
      underWay.enter(workload, A, () => cut.push(workload)),
    )
    for (const i of [1, 3]) underWay.leave(going[i] as (typeof going)[0])
    underWay.cutUnless(({ workload }) => workload === 'c')
    expect([underWay.size, cut]).toEqual([2, ['a']])
    underWay.cutUnless(() => false)
    expect(cut).toEqual(['a', 'c', 'a'])
    for (const i of [0, 2]) underWay.leave(going[i] as (typeof going)[0])
    underWay.cutUnless(() => false)
    expect([underWay.size, cut.length]).toEqual([0, 3])
  })
})

describe('at an edge', () => {
  let stage: Stage
  let clock: SimClock
  const sockets: Socket[] = []
  beforeEach(() => {
    clock = createSimClock()
    stage = createStage(clock)
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await stage.close()
  })

  /** Bodies of which nothing ever comes. */
  async function silentPosts(edge: Edge, count: number, workload: string, host = '127.0.0.1') {
    const before = edge.counts().open
    const said: string[] = []
    for (let i = 0; i < count; i++) {
      const socket = connect(edge.port, host)
      sockets.push(socket)
      socket.on('error', () => {})
      socket.on('data', (part) => said.push(String(part)))
      socket.write(`POST / HTTP/1.1\r\nhost: ${workload}.localhost\r\ncontent-length: 10\r\n\r\n`)
    }
    await until(() => edge.counts().open === before + count)
    return said
  }

  it('requests that never come whole shut one workload at most, and not for long', async () => {
    await stage.instance('hog', says('hog'))
    await stage.instance('web', says('web'))
    const edge = await stage.edge()
    const said = await silentPosts(edge, HALF, 'hog')
    const answer = await ask(edge, 'hog.localhost')
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
    expect(answer.body).toContain('This workload')
    expect((await ask(edge, 'web.localhost')).body).toBe('web')
    clock.advance(KEPT_BODY_STALL_MS + STALL_CHECK_MS)
    await until(() => edge.counts().open === 0)
    await until(() => said.length === HALF)
    expect(new Set(said.map((text) => text.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']))
    expect((await ask(edge, 'hog.localhost')).body).toBe('hog')
  })

  const address = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  it.skipIf(!address)('requests of one client leave room for those of others', async () => {
    for (const name of ['one', 'two', 'web']) await stage.instance(name, says(name))
    const edge = await stage.edge({ host: '0.0.0.0' })
    await silentPosts(edge, HALF / 2, 'one', address)
    await silentPosts(edge, HALF / 2, 'two', address)
    const answer = await ask(edge, 'web.localhost', { host: address })
    expect([answer.status, answer.body]).toEqual([503, expect.stringContaining('You have')])
    expect((await ask(edge, 'web.localhost')).body).toBe('web')
  })

  it('WebSockets count as requests do, and TCP connections find no more room than they', async () => {
    const { server } = await stage.instance('chat', says('chat'))
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {})
      socket.resume().on('end', () => socket.end())
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      )
    })
    await stage.instance('web', says('web'))
    const port = await freePort()
    stage.rules.set('chat', { tcp: [{ port, containerPort: 80 }] })
    const edge = await stage.edge()
    await silentPosts(edge, HALF - 1, 'chat')
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n\r\n'
    const asked = `GET / HTTP/1.1\r\nhost: chat.localhost\r\n${upgrade}`
    const webSocket = connect(edge.port, '127.0.0.1')
    webSocket.write(asked)
    sockets.push(webSocket)
    await until(() => edge.counts().open === HALF)
    expect(await raw(edge, asked)).toMatch(/^HTTP\/1.1 503 /)
    await expect(raw({ port }, asked)).rejects.toThrow('ECONNRESET')
    expect((await ask(edge, 'web.localhost')).body).toBe('web')
  })

  it('a body that comes slowly is waited for', async () => {
    await stage.instance('web', echo)
    const edge = await stage.edge()
    const headers = { host: 'web.localhost', 'content-length': 3 }
    const request = http.request({ port: edge.port, method: 'POST', headers, agent: false })
    const answered = new Promise<number | undefined>((resolve, reject) => {
      request.once('response', (response) => resolve(response.resume().statusCode))
      request.once('error', reject)
    })
    request.flushHeaders()
    await until(() => edge.counts().open === 1)
    for (const part of ['a', 'b']) {
      clock.advance(KEPT_BODY_STALL_MS - 1)
      request.write(part)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    clock.advance(KEPT_BODY_STALL_MS - 1)
    request.end('c')
    expect(await answered).toBe(200)
  })

  it('a body that never comes over HTTP/2 ends its stream, and no other', async () => {
    await stage.instance('web', echo)
    const edge = await tlsEdge(stage)
    const session = dial(edge)
    const post = session.request({ ':method': 'POST', 'content-length': '10' })
    let status: unknown
    post.on('response', (head) => (status = head[':status']))
    const closed = new Promise<void>((resolve) => post.once('close', () => resolve()))
    post.resume()
    await until(() => edge.counts().open === 1)
    clock.advance(KEPT_BODY_STALL_MS + STALL_CHECK_MS)
    await closed
    expect([status, post.rstCode]).toEqual([408, 0])
    await until(() => edge.counts().open === 0)
    expect(session.destroyed).toBe(false)
    session.destroy()
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
