import { createServer, type Server } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Probe } from '../spec/index.ts'
import { createHealthProbe, type ProbedPort } from './health-probe.ts'

const probe = createHealthProbe()
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(server: Server | TcpServer): Promise<ProbedPort> {
  // Loopback has more addresses than one: what is not at the usual one is found as well.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve))
  closers.push(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  const { address: host, port } = server.address() as AddressInfo
  return { host, port }
}

const times = { port: 80, periodMs: 5_000, timeoutMs: 300, failures: 3 }
const HTTP: Probe & { kind: 'http' } = { kind: 'http', path: '/health', ...times }
const TCP: Probe & { kind: 'tcp' } = { kind: 'tcp', ...times }
const never = new AbortController().signal

describe('an HTTP check', () => {
  test.each([
    [200, true],
    [204, true],
    [302, true],
    [404, false],
    [500, false],
  ])('with status %i passes: %s', async (status, passes) => {
    const at = await listen(createServer((_, answer) => answer.writeHead(status).end()))
    expect(await probe(HTTP, at, never)).toBe(passes)
  })

  test('asks for its path', async () => {
    const server = createServer((asked, answer) => {
      answer.writeHead(asked.url === '/health' ? 200 : 404).end()
    })
    expect(await probe(HTTP, await listen(server), never)).toBe(true)
  })

  test('fails where nothing answers in time, nothing listens, or the answer is cut off', async () => {
    const silent = await listen(createServer(() => {}))
    expect(await probe(HTTP, silent, never)).toBe(false)
    const rude = await listen(createTcpServer((socket) => socket.destroy()))
    expect(await probe(HTTP, rude, never)).toBe(false)
    closers.splice(0).forEach((close) => void close())
    expect(await probe(HTTP, rude, never)).toBe(false)
  })
})

describe('a TCP check', () => {
  test('passes where something listens, whether it speaks first or not', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const keep = (socket: { destroy(): void }): void => void sockets.add(socket)
    closers.push(() => sockets.forEach((socket) => void socket.destroy()))
    expect(await probe(TCP, await listen(createTcpServer(keep)), never)).toBe(true)
    // What it says is read by nobody, so the connection may end in a reset.
    const speaking = createTcpServer((socket) => socket.on('error', () => {}).end('220 ready'))
    expect(await probe(TCP, await listen(speaking), never)).toBe(true)
  })

  test('fails where the connection is accepted and dropped, as a port proxy does', async () => {
    const proxy = await listen(createTcpServer((socket) => socket.destroy()))
    expect(await probe(TCP, proxy, never)).toBe(false)
  })

  test('ends as soon as nobody wants to know', async () => {
    const at = await listen(createServer(() => {}))
    expect(await probe(HTTP, at, AbortSignal.abort())).toBe(false)
    expect(await probe(TCP, at, AbortSignal.abort())).toBe(false)
  })
})
