import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { createSystemRandom } from '../../../base/random/index.ts'
import { createMemoryNode, type MemoryNode } from '../../testing/memory-node.ts'
import { createHttpDoor, type HttpDoor } from './index.ts'
import { SOCKETS_MAX, SOCKETS_UNKNOWN_MAX } from './limits.ts'

describe('the sockets of the HTTP door', () => {
  let node: MemoryNode
  let door: HttpDoor
  const sockets: WebSocket[] = []

  beforeEach(async () => {
    node = createMemoryNode()
    const { router, publish, keys } = node
    door = createHttpDoor(
      {
        ...{ router, publish, keys, metrics: node.deps.metrics, clock: createSystemClock() },
        ...{ random: createSystemRandom(), logger: createMemoryLogger() },
        ...{ version: '0.0.0', token: 'the-token' },
      },
      { port: 0 },
    )
    await door.start()
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate()
    await door.stop()
  })

  function open(route: string, headers: Record<string, string> = {}): WebSocket {
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}${route}`, { headers })
    // Closing before it is open is how some of these tests end.
    socket.on('error', () => {})
    sockets.push(socket)
    return socket
  }
  const BEARER = { authorization: 'Bearer the-token' }

  it('tells events of the topics that were asked for, and no others', async () => {
    const socket = open('/api/ws/events', BEARER)
    const seen = messagesOf(socket)
    await opened(socket)
    socket.send(JSON.stringify({ subscribe: ['workload.*'] }))
    expect((await seen.next()).type).toBe('events.subscribed')
    await node.put(`net/member/x`, {})
    await node.put('net/workload/web', {})
    const event = await seen.next()
    expect(event).toMatchObject({ type: 'workload.changed', data: { name: 'web' } })
    expect(Date.parse(event.timestamp)).not.toBeNaN()
  })

  it('takes token and topics in the first message', async () => {
    const socket = open('/api/ws/events')
    const seen = messagesOf(socket)
    await opened(socket)
    socket.send(JSON.stringify({ token: 'the-token', subscribe: ['network'] }))
    expect((await seen.next()).type).toBe('events.subscribed')
  })

  it.each(['/api/rpc', '/api/ws/events'])('closes %s with 4401 on a wrong token', async (route) => {
    const socket = open(route)
    await opened(socket)
    socket.send(JSON.stringify({ token: 'wrong' }))
    expect(await closeCode(socket)).toBe(4401)
  })

  it.each([
    ['a foreign Origin', '/api/rpc', { origin: 'http://evil.example' }, 403],
    ['an unknown path', '/api/other', {}, 404],
  ])('refuses the upgrade for %s', async (_, route, headers, status) => {
    const socket = open(route, headers)
    const refused = new Promise((resolve) =>
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
    )
    expect(await refused).toBe(status)
  })

  it('bounds how many have yet to show the token: the oldest gives way', async () => {
    const oldest = open('/api/rpc')
    await opened(oldest)
    const others = Array.from({ length: SOCKETS_UNKNOWN_MAX - 1 }, () => open('/api/rpc'))
    await Promise.all(others.map(opened))
    const closed = closeCode(oldest)
    const last = open('/api/rpc')
    await opened(last)
    expect(await closed).toBe(4429)
    expect(last.readyState).toBe(WebSocket.OPEN)
  })

  it('keeps a place for the owner, however many without the token never hang up', async () => {
    const silent = await Promise.all(
      Array.from({ length: SOCKETS_MAX }, () => rawUpgrade(door, '/api/rpc')),
    )
    const known = open('/api/ws/events', BEARER)
    const seen = messagesOf(known)
    await opened(known)
    known.send(JSON.stringify({ subscribe: ['network'] }))
    const answered = seen.next().then((message) => message.type)
    expect(await Promise.race([answered, closeCode(known)])).toBe('events.subscribed')
    for (const stream of silent) stream.destroy()
  })

  it('outlives a malformed frame, of those over every bound too', async () => {
    const many = Array.from({ length: SOCKETS_MAX }, () => open('/api/rpc', BEARER))
    await Promise.all(many.map(opened))
    const over = await rawUpgrade(door, '/api/rpc', BEARER.authorization)
    over.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    over.resume()
    await Promise.race([once(over, 'end'), once(over, 'close')])
    expect((await fetch(`${door.url}/health`)).status).toBe(200)
  })

  it('stops although somebody whose upgrade was refused keeps its side open', async () => {
    const refused = await rawUpgrade(door, '/api/other')
    await door.stop()
    expect(door.url).toBe('')
    refused.destroy()
  })

  it('takes no upgrade while it stops', async () => {
    const { hostname, port } = new URL(door.url)
    const early = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    early.on('error', () => {})
    await once(early, 'connect')
    // Whoever is answered came later: the door has the first connection too.
    await (await fetch(`${door.url}/health`)).text()
    const stopped = door.stop()
    early.write(upgradeText(hostname, port, '/api/rpc', BEARER.authorization))
    await stopped
    early.destroy()
  })

  it('cuts a message over its limit', async () => {
    const socket = open('/api/ws/events', BEARER)
    await opened(socket)
    socket.send('x'.repeat(100_000))
    expect(await closeCode(socket)).toBe(1009)
  })

  it('lets go of everyone when it stops', async () => {
    const socket = open('/api/ws/events', BEARER)
    await opened(socket)
    const closed = closeCode(socket)
    await door.stop()
    expect([1001, 1006]).toContain(await closed)
  })
})

/** A client that speaks no WebSocket: it never answers, and never ends its side. */
async function rawUpgrade(door: HttpDoor, route: string, authorization = ''): Promise<Socket> {
  const { hostname, port } = new URL(door.url)
  const stream = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  stream.on('error', () => {})
  stream.write(upgradeText(hostname, port, route, authorization))
  await once(stream, 'data')
  return stream
}

function upgradeText(host: string, port: string, route: string, authorization: string): string {
  return [
    `GET ${route} HTTP/1.1`,
    `Host: ${host}:${port}`,
    ...(authorization === '' ? [] : [`Authorization: ${authorization}`]),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    '\r\n',
  ].join('\r\n')
}

interface Message {
  type: string
  timestamp: string
  data: unknown
}

function messagesOf(socket: WebSocket): { next(): Promise<Message> } {
  const queue: Message[] = []
  let wake = (): void => {}
  socket.on('message', (data) => {
    queue.push(JSON.parse(String(data)))
    wake()
  })
  return {
    async next() {
      for (;;) {
        const message = queue.shift()
        if (message) return message
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => socket.once('open', () => resolve()))
}

function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', (code) => resolve(code)))
}
