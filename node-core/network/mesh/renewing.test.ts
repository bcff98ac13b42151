import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { Mesh } from './index.ts'
import { makeMember, makeMesh, makeNetwork, until } from './testing/meshes.ts'

const home = makeNetwork('Home')
const ASKED = { timeoutMs: 30_000 }

/** A way to a mesh that can fall silent: nothing passes, and nobody is told so. */
interface Way {
  address: string
  /** How many connections came this way. */
  count(): number
  fallSilent(): void
  server: Server
}

let way: Way
let a: Mesh
let b: Mesh
/** Of `a`. */
let logger: ReturnType<typeof createMemoryLogger>
const sockets = new Set<Socket>()
beforeEach(async () => {
  logger = createMemoryLogger()
  a = makeMesh(home, makeMember(home), { logger })
  // Where it is found again after a stop.
  b = makeMesh(home, makeMember(home), { listen: [`/ip4/127.0.0.1/tcp/${await freePort()}`] })
  await Promise.all([a.start(), b.start()])
  b.onRequest('echo/1', (body) => body)
  way = await openWay(b.addresses()[0] ?? '')
  await a.connect(way.address)
  await until(() => b.peers().length === 1)
  // The first question opens a channel, which the others share.
  await a.request(b.self, 'echo/1', Uint8Array.of(1))
})
afterEach(async () => {
  await Promise.all([a.stop(), b.stop()])
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise((resolve) => way.server.close(resolve))
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function openWay(target: string): Promise<Way> {
  const port = Number(/tcp\/(\d+)/.exec(target)?.[1])
  let count = 0
  const server = createServer((from) => {
    count++
    const to = connectSocket(port, '127.0.0.1')
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = (server.address() as { port: number }).port
  return {
    address: target.replace(`tcp/${port}`, `tcp/${own}`),
    count: () => count,
    fallSilent() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    server,
  }
}

const hasSaid = (message: string): boolean => logger.lines.some((line) => line.message === message)

describe('a doubted peer', () => {
  it('is asked over a fresh connection within seconds, and what waited is told', async () => {
    const changes: string[] = []
    a.onPeer((_, change) => changes.push(change))
    way.fallSilent()
    const lost = expect(a.request(b.self, 'echo/1', Uint8Array.of(2), ASKED)).rejects.toThrow()
    const beganMs = performance.now()
    a.renew(b.self)
    await lost
    expect(await a.request(b.self, 'echo/1', Uint8Array.of(3), ASKED)).toEqual(Uint8Array.of(3))
    // What is asked over the silent one would wait for half a minute.
    expect(performance.now() - beganMs).toBeLessThan(15_000)
    expect([a.peers(), changes]).toEqual([[b.self], []])
  })

  it('keeps its connection where that answers', async () => {
    const before = way.count()
    let isDown = false
    a.onPeer((_, change) => {
      isDown ||= change === 'down'
    })
    const pending = a.request(b.self, 'echo/1', Uint8Array.of(4), ASKED)
    a.renew(b.self)
    expect(await pending).toEqual(Uint8Array.of(4))
    await until(() => hasSaid('A doubted peer answers where it is.'))
    expect([way.count(), isDown]).toEqual([before, false])
  })

  it('that cannot be reached is tried again until it can', async () => {
    way.fallSilent()
    const lost = expect(a.request(b.self, 'echo/1', Uint8Array.of(5), ASKED)).rejects.toThrow()
    await b.stop()
    a.renew(b.self)
    await until(() => hasSaid('A doubted peer is not reached anew.'))
    expect(a.peers()).toEqual([b.self])
    await b.start()
    await lost
    expect(await a.request(b.self, 'echo/1', Uint8Array.of(6), ASKED)).toEqual(Uint8Array.of(6))
    expect(b.peers()).toEqual([a.self])
  })
})
