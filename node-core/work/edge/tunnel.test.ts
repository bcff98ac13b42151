import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, createSystemClock, type SimClock } from '../../base/clock/index.ts'
import { encode } from '../../base/codec/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { NetStream } from '../../base/net/index.ts'
import type { Instance } from '../spec/index.ts'
import { createPair, THERE } from './edge.fixture.ts'
import { createTunnelServer, type Endpoint } from './index.ts'
import {
  STOP_GRACE_MS,
  TUNNEL_CHECK_MS,
  TUNNEL_HELLO_TIMEOUT_MS,
  TUNNELS_PER_PEER_MAX,
} from './limits.ts'
import { openTunnel } from './tunnel-client.ts'

const logger = createSilentLogger()
let server: http.Server
let pair: ReturnType<typeof createPair>
let tunnels: ReturnType<typeof createTunnelServer>
let entitled: boolean
let kept: boolean
let endpoint: Endpoint
let clock: SimClock
let instance: Instance

beforeEach(async () => {
  server = http.createServer((_request, response) => void response.end('here'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const hostPort = (server.address() as AddressInfo).port
  pair = createPair()
  clock = createSimClock()
  entitled = true
  kept = true
  endpoint = {
    workload: 'web',
    instance: 'web-0-abcdef',
    node: THERE,
    containerPort: 80,
    hostPort: 1,
    healthy: true,
  }
  instance = {
    id: 'web-0-abcdef',
    workload: 'web',
    index: 0,
    generation: 1,
    node: THERE,
    status: 'Running',
    health: 'healthy',
    ports: { 80: hostPort, 81: 1 },
    restarts: 0,
  }
  const instances = { local: () => [instance] }
  tunnels = createTunnelServer({
    net: pair.there,
    instances,
    mayUse: () => entitled,
    mayKeep: () => kept,
    inUse: { enter: () => {} },
    clock,
    logger,
  })
  await tunnels.start()
})
afterEach(async () => {
  const stopped = tunnels.stop()
  clock.advance(STOP_GRACE_MS)
  await stopped
  server.closeAllConnections()
  server.close()
})

const open = (change: Partial<Endpoint> = {}) =>
  openTunnel({ net: pair.here, clock: createSystemClock() }, { ...endpoint, ...change })

describe('a tunnel', () => {
  it('reaches a declared port of an instance, whatever host port the asker believes in', async () => {
    const tunnel = await open()
    tunnel.end('GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n')
    let answer = ''
    for await (const part of tunnel.setEncoding('latin1')) answer += part
    expect(answer).toContain('here')
  })

  it("goes to the instance's own address where it has one", async () => {
    await new Promise((resolve) => server.close(resolve))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve))
    instance.ports = { 80: (server.address() as AddressInfo).port }
    await expect(open()).rejects.toMatchObject({ details: { reason: 'NOT_LISTENING' } })
    instance.address = '127.0.0.2'
    const tunnel = await open()
    tunnel.end('GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n')
    const [answer] = await once(tunnel.setEncoding('latin1'), 'data')
    expect(answer).toContain('HTTP/1.1 200')
  })

  it.each([
    ['an owner without the permission', {}, 'FORBIDDEN'],
    ['another workload than the instance is of', { workload: 'other' }, 'NO_INSTANCE'],
    ['an instance that is not here', { instance: 'web-9-abcdef' }, 'NO_INSTANCE'],
    ['a port that was not declared', { containerPort: 22 }, 'NO_PORT'],
    ['a port on which nothing listens', { containerPort: 81 }, 'NOT_LISTENING'],
    ['a port that is no port', { containerPort: 0 }, 'MALFORMED'],
  ])('is refused to %s', async (_who, change, reason) => {
    entitled = reason !== 'FORBIDDEN'
    await expect(open(change)).rejects.toMatchObject({
      code: 'TUNNEL_REFUSED',
      details: { reason },
    })
  })

  it('has no more fields than the three: a host is not understood', async () => {
    const stream = await pair.here.openStream(THERE, 'tunnel/1')
    await stream.write(framed(encode({ workload: 'w', instance: 'i', port: 1, host: '10.0.0.1' })))
    expect(await firstBytes(stream)).toContain('MALFORMED')
  })

  it('ends without an answer for a first message over its limit', async () => {
    const stream = await pair.here.openStream(THERE, 'tunnel/1')
    const head = Buffer.alloc(4)
    head.writeUInt32BE(1 << 30)
    await stream.write(head)
    await expect(firstBytes(stream)).rejects.toThrow()
  })

  it('ends when no first message comes in time', async () => {
    const stream = await pair.here.openStream(THERE, 'tunnel/1')
    const ended = firstBytes(stream)
    clock.advance(TUNNEL_HELLO_TIMEOUT_MS)
    await expect(ended).rejects.toThrow()
  })

  it('is cut where whoever was refused stays', async () => {
    entitled = false
    const stream = await pair.here.openStream(THERE, 'tunnel/1')
    const { workload, instance } = endpoint
    await stream.write(framed(encode({ workload, instance, port: 80 })))
    expect(await firstBytes(stream)).toContain('FORBIDDEN')
    const isCut = (): Promise<boolean> =>
      stream.write(Buffer.from('more')).then(
        () => false,
        () => true,
      )
    expect(await isCut()).toBe(false)
    clock.advance(TUNNEL_HELLO_TIMEOUT_MS)
    await until(isCut)
  })

  it('may end what is under way when its node stops, which takes no more', async () => {
    const [asked, answer] = await askSlowly()
    let isOver = false
    const stopped = tunnels.stop().then(() => (isOver = true))
    await expect(open()).rejects.toThrow()
    expect(isOver).toBe(false)
    answer.end('well')
    expect(await asked).toMatch(/^HTTP\/1.1 200 .*well$/s)
    await stopped
  })

  it('is cut where that takes longer than anybody waits for', async () => {
    const [asked] = await askSlowly()
    const stopped = tunnels.stop()
    clock.advance(STOP_GRACE_MS - 1)
    await new Promise((resolve) => setImmediate(resolve))
    const isCut = expect(asked).rejects.toThrow()
    clock.advance(1)
    await stopped
    await isCut
  })

  it('ends where who has it may no longer use what it leads to', async () => {
    const tunnel = await open()
    const closed = new Promise((resolve) => tunnel.once('close', resolve))
    entitled = false
    clock.advance(TUNNEL_CHECK_MS)
    tunnel.write('GET / HTTP/1.1\r\nhost: web\r\n\r\n')
    // By what lets it go on, which may be more than what opens another.
    expect(String((await once(tunnel, 'data'))[0])).toContain('200')
    kept = false
    clock.advance(TUNNEL_CHECK_MS)
    await closed
  })

  it('that nothing goes through yet is not waited for', async () => {
    const stream = await pair.here.openStream(THERE, 'tunnel/1')
    const ended = firstBytes(stream)
    await tunnels.stop()
    await expect(ended).rejects.toThrow()
  })

  it('is refused to a peer that holds as many as it may', async () => {
    const held = await Promise.all(Array.from({ length: TUNNELS_PER_PEER_MAX }, () => open()))
    await expect(open()).rejects.toMatchObject({ details: { reason: 'TOO_MANY' } })
    for (const tunnel of held) tunnel.destroy()
    await until(() =>
      open().then(
        () => true,
        () => false,
      ),
    )
  })
})

/** A request under way, and the answer that it has yet to be given. */
async function askSlowly(): Promise<[Promise<string>, http.ServerResponse]> {
  server.removeAllListeners('request')
  const tunnel = await open()
  const request = once(server, 'request')
  tunnel.end('GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n')
  const [, answer] = await request
  return [text(tunnel), answer]
}

function framed(body: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.byteLength)
  return Buffer.concat([head, body])
}

async function firstBytes(stream: NetStream): Promise<string> {
  for await (const bytes of stream) return Buffer.from(bytes).toString('latin1')
  return ''
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}
