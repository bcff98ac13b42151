import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NetStream, NodeId, Verdict } from '../../base/net/index.ts'
import type { Mesh } from './index.ts'
import {
  makeMember,
  makeMesh,
  makeNetwork,
  startTogether,
  type TestMeshOptions,
  until,
} from './testing/meshes.ts'

const home = makeNetwork('Home')
let meshes: Mesh[] = []
afterEach(async () => {
  await Promise.all(meshes.map((mesh) => mesh.stop()))
  meshes = []
})

const make = (options: TestMeshOptions = {}, member = makeMember(home)): Mesh => {
  const mesh = makeMesh(home, member, options)
  meshes.push(mesh)
  return mesh
}
const addressOf = (mesh: Mesh): string => mesh.addresses()[0]!
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (raw: Uint8Array): string => new TextDecoder().decode(raw)
const coded = (code: string) => expect.objectContaining({ code })
/** A second way to the same mesh, which can be cut. */
async function startProxy(
  target: string,
  delayMs = 0,
): Promise<{ address: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const port = Number(/tcp\/(\d+)/.exec(target)?.[1])
  const server = createServer((from) => {
    const to = connectSocket(port, '127.0.0.1')
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    setTimeout(() => from.pipe(to).pipe(from), delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = (server.address() as { port: number }).port
  return {
    address: target.replace(`tcp/${port}`, `tcp/${own}`),
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      expect(sockets.size).toBe(2)
    },
  }
}
const allKnowAll = (): Promise<void> =>
  until(() => meshes.every((mesh) => mesh.peers().length === meshes.length - 1))

describe('the mesh', () => {
  it('tells no more of its addresses than others take, and says once that it left some out', async () => {
    const logger = createMemoryLogger()
    const listen = Array.from({ length: 40 }, (_, n) => `/ip4/127.0.0.${n + 1}/tcp/0`)
    const [a, b] = [make({ listen, logger }), make()]
    await Promise.all([a.start(), b.start()])
    expect(a.addresses()).toHaveLength(16)
    const said = logger.lines.filter(({ message }) => message.includes('more addresses than'))
    expect(said.map(({ fields }) => fields['leftOut'])).toEqual([24])
    await a.connect(addressOf(b))
    await until(() => b.peers().includes(a.self))
    expect(b.connected()[0]?.addresses.length).toBeGreaterThan(1)
  })

  it('keeps working when two nodes dial each other at the same moment', async () => {
    const [a, b] = [make(), make()]
    await Promise.all([a.start(), b.start()])
    const downs: string[] = []
    a.onPeer((_, change) => change === 'down' && downs.push('a'))
    b.onPeer((_, change) => change === 'down' && downs.push('b'))
    await Promise.all([a.connect(addressOf(b)), b.connect(addressOf(a))])
    a.onRequest('echo/1', (body) => body)
    b.onRequest('echo/1', (body) => body)
    expect(text(await a.request(b.self, 'echo/1', bytes('one')))).toBe('one')
    expect(text(await b.request(a.self, 'echo/1', bytes('two')))).toBe('two')
    expect(downs).toEqual([])
    expect([a.peers(), b.peers()]).toEqual([[b.self], [a.self]])
  })

  it('says up once and down once, however many connections a peer has', async () => {
    const member = makeMember(home)
    const a = make({ listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/udp/0/quic-v1'] })
    const b = make({}, member)
    await Promise.all([a.start(), b.start()])
    const changes: string[] = []
    a.onPeer((peer, change) => changes.push(`${peer === b.self} ${change}`))
    await Promise.all([b.connect(addressOf(a)), a.connect(addressOf(b))])
    await until(() => a.peers().length === 1)
    await b.stop()
    await until(() => a.peers().length === 0)
    expect(changes).toEqual(['true up', 'true down'])
  })

  it('comes back under the same id on the same mesh object, and is found where it was', async () => {
    const [a, b] = [make(), make()]
    await startTogether([a, b])
    b.onRequest('echo/1', (body) => body)
    await b.stop()
    await until(() => a.peers().length === 0)
    await expect(a.request(b.self, 'echo/1', bytes('x'))).rejects.toEqual(coded('NET_UNREACHABLE'))
    await b.start()
    expect(await b.connect(addressOf(a))).toBe(a.self)
    expect(text(await a.request(b.self, 'echo/1', bytes('again')))).toBe('again')
    await b.stop()
    await b.stop()
  })

  it('dials a node it has only heard of, when it is asked for', async () => {
    const member = makeMember(home)
    const [a, b] = [make(), make({}, member)]
    await Promise.all([a.start(), b.start()])
    b.onRequest('echo/1', (body) => body)
    a.learn(b.self, makeMember(home).nodeKey.publicKey, b.addresses())
    await expect(a.request(b.self, 'echo/1', bytes('x'))).rejects.toEqual(coded('NET_UNREACHABLE'))
    a.learn(b.self, member.nodeKey.publicKey, b.addresses())
    expect(text(await a.request(b.self, 'echo/1', bytes('hello')))).toBe('hello')
  })

  it('says plainly when its port is taken', async () => {
    const a = make()
    await a.start()
    const taken = addressOf(a).replace(/\/p2p\/.*/, '')
    const b = make({ listen: [taken] })
    const port = /tcp\/(\d+)/.exec(taken)?.[1]
    await expect(b.start()).rejects.toMatchObject({
      ...{
        code: 'LISTEN_FAILED',
        message: expect.stringMatching(`\\(${port}\\).*config.toml.*--listen`),
      },
    })
    await expect(a.connect('nonsense')).rejects.toEqual(coded('ADDRESS_INVALID'))
    await expect(a.connect('/ip4/127.0.0.1/tcp/1')).rejects.toEqual(coded('NET_UNREACHABLE'))
    await expect(a.connect(addressOf(a))).rejects.toEqual(coded('NET_UNREACHABLE'))
  })

  it('lets a small answer overtake a large one', async () => {
    const [a, b] = [make(), make()]
    await startTogether([a, b])
    b.onRequest('large/1', () => new Uint8Array(8_000_000 - 1))
    b.onRequest('small/1', (body) => body)
    const order: string[] = []
    const large = a
      .request(b.self, 'large/1', bytes(''), { answerBytesMax: 8_000_000 })
      .then(() => order.push('large'))
    const small = a.request(b.self, 'small/1', bytes('')).then(() => order.push('small'))
    await Promise.all([large, small])
    expect(order).toEqual(['small', 'large'])
  })

  it('gossips across nodes that are not connected to each other', async () => {
    const [a, b, c] = [make(), make(), make()]
    for (const mesh of [a, b, c]) await mesh.start()
    await a.connect(addressOf(b))
    await b.connect(addressOf(c))
    const heard: [string, NodeId][] = []
    const listen = (message: Uint8Array, from: NodeId): Verdict => {
      heard.push([text(message), from])
      return 'accept'
    }
    for (const mesh of [a, b, c]) mesh.subscribe('news', listen)
    // Subscriptions travel hop by hop; the first messages may come before they have arrived.
    let sent = 0
    await until(() => {
      void a.publish('news', bytes(`message ${sent++}`))
      return new Set(heard.map(([message]) => message)).size < heard.length
    })
    // Each from the neighbour that handed it over.
    expect(new Set(heard.map(([, from]) => from))).toEqual(new Set([a.self, b.self]))
    expect(c.peers()).toEqual([b.self])
  })

  it('disconnects and keeps away who passes on what is rejected', async () => {
    const [a, b] = [make(), make()]
    await startTogether([a, b])
    a.subscribe('news', () => 'accept')
    b.subscribe('news', () => 'reject')
    const sending = (async () => {
      for (let sent = 0; b.peers().length > 0; sent++) {
        await a.publish('news', bytes(`rubbish ${sent}`))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await until(() => b.peers().length === 0)
    await sending
    await until(() => a.peers().length === 0)
    await expect(a.connect(addressOf(b))).rejects.toEqual(coded('NET_UNREACHABLE'))
  })

  it('gossips on when one of two connections closes', async () => {
    const [a, b] = [make(), make()]
    await Promise.all([a.start(), b.start()])
    const heard = new Set<string>()
    a.subscribe('news', () => 'accept')
    b.subscribe('news', (message) => {
      heard.add(text(message))
      return 'accept'
    })
    const proxy = await startProxy(addressOf(b))
    const downs: string[] = []
    a.onPeer((_, change) => change === 'down' && downs.push(change))
    // The second dial has begun before the first connection is there, and ends after it.
    const slow = await startProxy(addressOf(a), 300)
    const second = b.connect(slow.address)
    await a.connect(proxy.address)
    const publishUntilHeard = async (message: string): Promise<void> => {
      let sent = 0
      await until(() => {
        void a.publish('news', bytes(`${message} ${sent++}`))
        return [...heard].some((line) => line.startsWith(message))
      })
    }
    await publishUntilHeard('before')
    await second
    // Travels on the newest connection: then both sides have it.
    await b.ping(a.self)
    await proxy.stop()
    await publishUntilHeard('after')
    expect(a.peers()).toEqual([b.self])
    expect(downs).toEqual([])
    await slow.stop()
  })

  it('answers several pings of one connection at once', async () => {
    const [a, b] = [make(), make()]
    await startTogether([a, b])
    const roundTripsMs = await Promise.all([1, 2, 3].map(() => a.ping(b.self)))
    expect(roundTripsMs.every((ms) => ms >= 0)).toBe(true)
  })

  it('holds back a stream that nobody reads, and still answers on the same connection', async () => {
    const [a, b] = [make(), make()]
    await startTogether([a, b])
    const opened = new Promise<NetStream>((resolve) => b.onStream('bulk/1', resolve))
    b.onRequest('echo/1', (body) => body)
    const stream = await a.openStream(b.self, 'bulk/1')
    let blocked = false
    const sending = (async () => {
      for (let n = 0; n < 1_000; n++) {
        blocked = true
        await stream.write(new Uint8Array(65_536))
        blocked = false
      }
    })()
    sending.catch(() => {})
    await opened
    for (let n = 0; n < 20; n++) await a.request(b.self, 'echo/1', bytes('x'))
    expect(blocked).toBe(true)
    stream.abort(new Error('enough'))
    await expect(sending).rejects.toThrow()
  })

  it('holds at most its number of peers, and keeps its neighbours on the ring', async () => {
    const crowded = make({ peersMax: 4, haste: 10 })
    const others = Array.from({ length: 7 }, () => make())
    await crowded.start()
    for (const other of others) {
      await other.start()
      await other.connect(addressOf(crowded))
    }
    await until(() => crowded.peers().length === 4)
    const ring = [crowded, ...others].map((mesh) => mesh.self).sort()
    const at = ring.indexOf(crowded.self)
    const near = [1, 2, ring.length - 1, ring.length - 2].map((by) => ring[(at + by) % ring.length])
    expect(new Set(crowded.peers())).toEqual(new Set(near))
  })

  it('answers its peers while someone floods it with raw connections', async () => {
    const [a, b] = [make(), make()]
    await startTogether([a, b])
    b.onRequest('echo/1', (body) => body)
    const port = Number(/tcp\/(\d+)/.exec(addressOf(b))?.[1])
    const sockets = Array.from({ length: 600 }, () => {
      const socket = connectSocket(port, '127.0.0.1')
      socket.on('error', () => {})
      return socket
    })
    for (let n = 0; n < 50; n++) {
      expect(text(await a.request(b.self, 'echo/1', bytes(String(n))))).toBe(String(n))
    }
    await until(() => sockets.filter((socket) => socket.destroyed).length > 500)
    for (const socket of sockets) socket.destroy()
    await allKnowAll()
  })
})
