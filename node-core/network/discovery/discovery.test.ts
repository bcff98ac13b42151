import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSimDisk, type Disk } from '../../base/disk/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { Mesh } from '../mesh/index.ts'
import {
  makeMember,
  makeMesh,
  makeNetwork,
  type TestMember,
  until,
} from '../mesh/testing/meshes.ts'
import {
  createDiscovery,
  type Discovery,
  type DiscoveryDeps,
  type DiscoveryOptions,
  fetchSeed,
} from './index.ts'
import { SEED_BYTES_MAX } from './limits.ts'

const home = makeNetwork('Home')
const coded = (code: string) => expect.objectContaining({ code })
let parts: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(parts.map((part) => part.stop()))
  parts = []
})

interface TestNode {
  mesh: Mesh
  discovery: Discovery
  member: TestMember
  disk: Disk
  seedsWritten: number
  logger: ReturnType<typeof createMemoryLogger>
  stop(): Promise<void>
}

interface TestNodeOptions extends DiscoveryOptions {
  member?: TestMember
  disk?: Disk
  listen?: string
  members?: DiscoveryDeps['members']
  openSeed?: DiscoveryDeps['openSeed']
}

async function startNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { member = makeMember(home), disk = createSimDisk(), listen, ...rest } = options
  const mesh = makeMesh(home, member, listen === undefined ? {} : { listen: [listen] })
  const logger = createMemoryLogger()
  const { members, openSeed, ...discoveryOptions } = rest
  const node: TestNode = {
    mesh,
    member,
    disk,
    logger,
    seedsWritten: 0,
    discovery: createDiscovery(
      {
        mesh,
        disk,
        members: members ?? { list: () => [], subscribe: () => () => {} },
        openSeed: openSeed ?? (() => []),
        async writeSeed() {
          node.seedsWritten += 1
        },
        clock: createSystemClock(),
        random: createSeededRandom(9),
        logger,
      },
      discoveryOptions,
    ),
    async stop() {
      await node.discovery.stop()
      await mesh.stop()
    },
  }
  parts.push(node)
  await mesh.start()
  await node.discovery.start()
  return node
}
const addressOf = (node: TestNode): string => node.mesh.addresses()[0]!
const allKnowAll = (nodes: readonly TestNode[]): Promise<void> =>
  until(() => nodes.every((node) => node.mesh.peers().length === nodes.length - 1))

describe('discovery', () => {
  it('makes five nodes that know one of them know each other', async () => {
    const first = await startNode()
    const nodes = [first]
    for (let n = 0; n < 4; n++) nodes.push(await startNode({ bootstrap: [addressOf(first)] }))
    await allKnowAll(nodes)
    expect(first.discovery.tier()).toBe('latent')
    await until(() => first.discovery.contacts().length >= 4)
  })

  it('finds its network again from its home alone', async () => {
    const first = await startNode()
    const third = await startNode({ bootstrap: [addressOf(first)] })
    const restarted = await startNode({ bootstrap: [addressOf(first)] })
    await allKnowAll([first, third, restarted])
    await until(() => restarted.discovery.contacts().includes(addressOf(third)))
    await restarted.stop()
    // The one it was told of is gone for good; what is left is in the home.
    await first.stop()
    const again = await startNode({ member: restarted.member, disk: restarted.disk })
    await until(() => again.mesh.peers().length === 1)
    expect(again.mesh.peers()).toEqual([third.mesh.self])
  })

  it('goes on without a list of peers that is damaged, and says so', async () => {
    const disk = createSimDisk()
    await disk.writeAtomic('peers.cbor', Uint8Array.of(0xff, 1, 2))
    const first = await startNode()
    const node = await startNode({ disk, bootstrap: [addressOf(first)] })
    await allKnowAll([first, node])
    expect(node.logger.lines.some((line) => line.level === 'warn')).toBe(true)
  })

  it('dials a lost member until it is back', async () => {
    const first = await startNode()
    const second = await startNode({ bootstrap: [addressOf(first)] })
    await allKnowAll([first, second])
    const listen = addressOf(second).replace(/\/p2p\/.*/, '')
    await until(() => first.discovery.contacts().includes(addressOf(second)))
    await second.stop()
    await until(() => first.mesh.peers().length === 0)
    // It comes back knowing nobody: the other side has to find it.
    const back = await startNode({ member: second.member, listen })
    await allKnowAll([first, back])
  })

  it('dials members where the shared state says they are', async () => {
    const target = await startNode()
    const listeners = new Set<() => void>()
    const list: { id: typeof target.mesh.self; addresses: string[] }[] = []
    const members = {
      list: () => list,
      subscribe(listener: () => void) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    const node = await startNode({ members })
    list.push({ id: target.mesh.self, addresses: target.mesh.addresses() })
    // What one node says of another’s key is not believed.
    list.push({ id: makeOther(), addresses: ['/ip4/127.0.0.1/tcp/1/p2p/nonsense'] })
    for (const listener of listeners) listener()
    await allKnowAll([target, node])
  })

  it('is of the seed tier while a node of a seed document is connected', async () => {
    const target = await startNode()
    const folder = await mkdtemp(join(tmpdir(), 'mycelium-discovery-'))
    try {
      const path = join(folder, 'spore.json')
      await writeFile(path, JSON.stringify(target.mesh.addresses()))
      const openSeed = (text: string): string[] => JSON.parse(text)
      const node = await startNode({ seeds: [path], openSeed })
      await allKnowAll([target, node])
      expect([node.discovery.tier(), target.discovery.tier()]).toEqual(['seed', 'latent'])
      await target.stop()
      await until(() => node.mesh.peers().length === 0)
      expect(node.discovery.tier()).toBe('latent')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('warns of a seed document that is of no use, and runs on', async () => {
    const first = await startNode()
    const node = await startNode({ seeds: ['/nowhere/spore.json'], bootstrap: [addressOf(first)] })
    await allKnowAll([first, node])
    await until(() => node.logger.lines.some((line) => /seed/.test(line.message)))
  })

  it('writes its own seed document soon after the start', async () => {
    const node = await startNode()
    await until(() => node.seedsWritten === 1)
  })

  it('stops twice, and stops while it dials', async () => {
    const node = await startNode({ bootstrap: ['/ip4/127.0.0.1/tcp/1'] })
    await node.discovery.stop()
    await node.discovery.stop()
  })
})

describe('fetching a seed document', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.close()
    server?.closeAllConnections()
  })
  async function serve(answer: (path: string) => { status: number; body?: string; to?: string }) {
    server = createServer((request, response) => {
      const { status, body, to } = answer(request.url ?? '')
      response.writeHead(status, to === undefined ? {} : { location: to })
      response.end(body)
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  it('follows a few redirects and no more', async () => {
    const base = await serve((path) =>
      path === '/a' ? { status: 302, to: '/b' } : { status: 200, body: 'the document' },
    )
    expect(await fetchSeed(`${base}/a`)).toBe('the document')
    server?.close()
    const loop = await serve(() => ({ status: 302, to: '/again' }))
    await expect(fetchSeed(loop)).rejects.toEqual(coded('SEED_UNREACHABLE'))
  })

  it('refuses to be led off the web', async () => {
    const base = await serve(() => ({ status: 302, to: 'file:///etc/passwd' }))
    await expect(fetchSeed(base)).rejects.toEqual(coded('SEED_UNREACHABLE'))
  })

  it('refuses what is too large, from the web and from a file', async () => {
    const body = 'x'.repeat(SEED_BYTES_MAX + 1)
    const base = await serve(() => ({ status: 200, body }))
    await expect(fetchSeed(base)).rejects.toEqual(coded('SEED_INVALID'))
    const folder = await mkdtemp(join(tmpdir(), 'mycelium-discovery-'))
    try {
      await writeFile(join(folder, 'large'), body)
      await expect(fetchSeed(join(folder, 'large'))).rejects.toEqual(coded('SEED_INVALID'))
      await writeFile(join(folder, 'fits'), body.slice(1))
      expect(await fetchSeed(join(folder, 'fits'))).toHaveLength(SEED_BYTES_MAX)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says that it is not there', async () => {
    const base = await serve(() => ({ status: 404 }))
    await expect(fetchSeed(base)).rejects.toEqual(coded('SEED_UNREACHABLE'))
    await expect(fetchSeed('/nowhere/spore.json')).rejects.toEqual(coded('SEED_UNREACHABLE'))
  })
})

function makeOther() {
  return makeMesh(home, makeMember(home)).self
}
