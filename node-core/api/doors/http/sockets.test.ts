import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { createSystemRandom } from '../../../base/random/index.ts'
import { createMemoryNode, type MemoryNode } from '../../testing/memory-node.ts'
import { createHttpDoor, type HttpDoor } from './index.ts'
import { SOCKETS_UNKNOWN_MAX } from './limits.ts'

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

  it('bounds how many have yet to show the token', async () => {
    const waiting = Array.from({ length: SOCKETS_UNKNOWN_MAX }, () => open('/api/rpc'))
    await Promise.all(waiting.map(opened))
    expect(await closeCode(open('/api/rpc'))).toBe(4429)
    const known = open('/api/rpc', BEARER)
    await opened(known)
    expect(known.readyState).toBe(WebSocket.OPEN)
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
