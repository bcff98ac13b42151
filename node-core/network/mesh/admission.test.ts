import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, type OwnerId } from '../../identity/index.ts'
import { cutFrames, encodeQuestion } from './frames.ts'
import { createGuard } from './guard.ts'
import { createBareHost } from './host.ts'
import { createJoinClient, type Mesh } from './index.ts'
import { JOINS_BURST_MAX } from './limits.ts'
import { createNetStream } from './net-stream.ts'
import { makeMember, makeMesh, makeNetwork, type TestMeshOptions, until } from './testing/meshes.ts'

const DAY_MS = 86_400_000
const home = makeNetwork('Home')
const started: { stop(): void | Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((part) => part.stop()))
})

async function start<Part extends { start(): void | Promise<void>; stop(): void | Promise<void> }>(
  part: Part,
): Promise<Part> {
  started.push(part)
  await part.start()
  return part
}
const startMesh = (options: TestMeshOptions = {}, network = home, member = makeMember(network)) =>
  start(makeMesh(network, member, options))
const addressOf = (mesh: Mesh): string => mesh.addresses()[0]!
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (raw: Uint8Array): string => new TextDecoder().decode(raw)
const coded = (code: string) => expect.objectContaining({ code })

describe('admission', () => {
  it('makes two members of one network peers of each other', async () => {
    const a = await startMesh()
    const b = await startMesh()
    expect(await a.connect(addressOf(b))).toBe(b.self)
    await until(() => b.peers().length === 1)
    const [peer] = a.connected()
    expect(peer).toMatchObject({ id: b.self, peerId: b.peerId, path: 'lan' })
    expect(peer?.member.nodeId).toBe(b.self)
    await until(() => a.connected()[0]?.latencyMs !== undefined)
    expect(a.connected()[0]?.addresses).toContain(addressOf(b))
  })

  it('tells the dialler that the other side is of another network', async () => {
    const stranger = await startMesh({}, makeNetwork('Elsewhere'))
    const a = await startMesh()
    await expect(stranger.connect(addressOf(a))).rejects.toEqual(coded('WRONG_NETWORK'))
    expect(a.peers()).toEqual([])
  })

  it('refuses a certificate that has expired, on both sides', async () => {
    const old = makeMember(home, Date.now() - 40 * DAY_MS)
    const a = await startMesh()
    const expired = await startMesh({}, home, old)
    await expect(expired.connect(addressOf(a))).rejects.toEqual(coded('CERTIFICATE_EXPIRED'))
    await expect(a.connect(addressOf(expired))).rejects.toEqual(coded('CERTIFICATE_EXPIRED'))
    expect([...a.peers(), ...expired.peers()]).toEqual([])
  })

  it('refuses a removed owner', async () => {
    const member = makeMember(home)
    const a = await startMesh({ removed: new Set([member.ownerId]) })
    const removed = await startMesh({}, home, member)
    await expect(removed.connect(addressOf(a))).rejects.toEqual(coded('MEMBER_REMOVED'))
    await expect(a.connect(addressOf(removed))).rejects.toEqual(coded('MEMBER_REMOVED'))
  })

  it('refuses a certificate shown by another key than its own', async () => {
    const victim = makeMember(home)
    const thief = { ...makeMember(home), credential: victim.credential }
    const a = await startMesh()
    const b = await startMesh({}, home, thief)
    await expect(b.connect(addressOf(a))).rejects.toEqual(coded('CERTIFICATE_UNTRUSTED'))
    expect(a.peers()).toEqual([])
  })

  it('refuses what is no certificate at all', async () => {
    const nobody = { ...makeMember(home), credential: bytes('let me in') }
    const a = await startMesh()
    const b = await startMesh({}, home, nobody)
    await expect(b.connect(addressOf(a))).rejects.toEqual(coded('IDENTITY_MALFORMED'))
  })

  it('cuts off an owner that is removed later, and an expired peer that has not renewed', async () => {
    const removed = new Set<OwnerId>()
    const member = makeMember(home)
    const almostOver = makeMember(home, Date.now() - 30 * DAY_MS - 7_190_000)
    const a = await startMesh({ removed })
    const b = await startMesh({}, home, member)
    const late = await startMesh({ wallOffsetMs: -3_600_000 }, home, almostOver)
    await b.connect(addressOf(a))
    await late.connect(addressOf(a))
    await until(() => a.peers().length === 2)
    await a.recheck()
    expect(a.peers().length).toBe(2)
    removed.add(member.ownerId)
    const down = new Promise((resolve) => b.onPeer((_, change) => resolve(change)))
    await a.recheck()
    expect(a.peers()).toEqual([late.self])
    expect(await down).toBe('down')
  })

  it('lets a stranger speak join, and nothing else', async () => {
    const a = await startMesh()
    a.onRequest('secret/1', () => bytes('for members'))
    a.onJoin(async (body, from) => bytes(`${text(body)}, ${from}`))
    const client = await start(
      createJoinClient(
        {
          nodeKey: generateKey(createSeededRandom(5)),
          clock: createSystemClock(),
          logger: createSilentLogger(),
        },
        { mdns: false },
      ),
    )
    const answer = await client.askToJoin(addressOf(a), bytes('hello'))
    expect(text(answer)).toBe(`hello, ${client.peerId}`)
    expect(a.peers()).toEqual([])
  })

  it('answers join no faster than its rate', async () => {
    const a = await startMesh()
    a.onJoin(async (body) => body)
    const b = await startMesh({}, makeNetwork('Elsewhere'))
    const ask = () => b.askToJoin(addressOf(a), bytes('x'))
    for (let n = 0; n < JOINS_BURST_MAX; n++) expect(text(await ask())).toBe('x')
    const beyond = await Promise.allSettled([ask(), ask(), ask()])
    expect(beyond.map(({ status }) => status)).toContain('rejected')
  })

  it('refuses join while nobody serves it', async () => {
    const a = await startMesh()
    const b = await startMesh({}, makeNetwork('Elsewhere'))
    await expect(b.askToJoin(addressOf(a), bytes('x'))).rejects.toEqual(coded('NET_REFUSED'))
  })

  it('answers a stranger on no other protocol, and disconnects it when it loiters', async () => {
    const a = await startMesh({ haste: 10 })
    a.onRequest('secret/1', () => bytes('for members'))
    const stranger = await start(await makeStranger())
    const connection = await stranger.dial(multiaddr(addressOf(a)))
    const closed = new Promise((resolve) => connection.addEventListener('close', resolve))
    const protocols = [
      '/ipfs/ping/1.0.0',
      '/ipfs/id/1.0.0',
      '/meshsub/1.2.0',
      `/mycelium/${home.network.id}/ask/1`,
    ]
    const outcomes = protocols.map(async (protocol) => {
      const stream = createNetStream(await connection.newStream(protocol))
      for (const frame of cutFrames('question', 1, encodeQuestion('secret/1', bytes('')))) {
        await stream.write(frame)
      }
      for await (const chunk of stream) return `answered with ${chunk.byteLength} bytes`
      return 'ended'
    })
    const settled = await Promise.allSettled(outcomes)
    expect(settled.map(({ status }) => status)).toEqual(protocols.map(() => 'rejected'))
    await closed
    expect(a.peers()).toEqual([])
  })
})

/** A libp2p host that knows our protocols and has no certificate. */
function makeStranger() {
  return createBareHost({
    keySeed: createSeededRandom(7).bytes(32),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    announce: [],
    connectionsMax: 10,
    guard: createGuard(() => 0),
    logger: createSilentLogger(),
  })
}
