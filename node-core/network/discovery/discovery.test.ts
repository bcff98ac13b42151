import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSimDisk, type Disk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { OwnerId } from '../../identity/index.ts'
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
  type KnownSpores,
  type SeedSource,
} from './index.ts'

const home = makeNetwork('Home')
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
  removed?: ReadonlySet<OwnerId>
  member?: TestMember
  disk?: Disk
  listen?: string
  members?: DiscoveryDeps['members']
  openSeed?: DiscoveryDeps['openSeed']
  seeds?: SeedSource[]
  spores?: Partial<KnownSpores>
}

async function startNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { member = makeMember(home), disk = createSimDisk(), listen, removed, ...rest } = options
  const mesh = makeMesh(home, member, {
    ...(listen !== undefined && { listen: [listen] }),
    ...(removed && { removed }),
  })
  const logger = createMemoryLogger()
  const { members, openSeed, seeds = [], spores, ...discoveryOptions } = rest
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
        seeds: () => seeds,
        spores: {
          judge: () => ({ verdict: 'accept' }),
          addresses: () => [],
          subscribe: () => () => {},
          ...spores,
        },
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

  it('knows that it is turned away where all whom it reaches say that its owner was removed', async () => {
    const member = makeMember(home)
    const judge = await startNode({ removed: new Set([member.ownerId]) })
    const out = await startNode({ member, bootstrap: [addressOf(judge)] })
    await until(() => out.discovery.isTurnedAway())
    // One that is no more than alone, and cannot have who was removed, is not.
    const alone = await startNode({
      removed: new Set([member.ownerId]),
      bootstrap: [addressOf(out)],
    })
    await until(() => alone.logger.lines.some(({ fields }) => fields?.code === 'MEMBER_REMOVED'))
    expect(alone.discovery.isTurnedAway()).toBe(false)
    const friend = await startNode({ bootstrap: [addressOf(out)] })
    await until(() => friend.mesh.peers().length === 1)
    expect(out.discovery.isTurnedAway()).toBe(false)
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

  it('is of the seed tier while a good document is at hand or one it names is connected', async () => {
    const target = await startNode()
    const bytes = new TextEncoder().encode(JSON.stringify(target.mesh.addresses()))
    const seed = { location: 'somewhere', read: async () => ({ bytes }) }
    const openSeed = (read: Uint8Array): string[] => JSON.parse(new TextDecoder().decode(read))
    const node = await startNode({ seeds: [seed], openSeed })
    await allKnowAll([target, node])
    expect([node.discovery.tier(), target.discovery.tier()]).toEqual(['seed', 'latent'])
  })

  it('is of the latent tier where no seed can be read, says why, and runs on', async () => {
    const first = await startNode()
    const failing = {
      location: '/nowhere',
      read: async () => {
        throw new MyceliumError('SEED_UNREACHABLE', 'Not there.')
      },
    }
    const node = await startNode({ seeds: [failing], bootstrap: [addressOf(first)] })
    await allKnowAll([first, node])
    await until(() => node.logger.lines.some((line) => /seed/.test(line.message)))
    expect(node.discovery.tier()).toBe('latent')
  })

  it('dials nobody whom a higher tier has removed, also when it learns so later', async () => {
    const gone = await startNode()
    const told = { removed: false, tell: () => {} }
    const node = await startNode({
      members: {
        list: () => [{ id: gone.mesh.self, addresses: gone.mesh.addresses() }],
        subscribe: () => () => {},
      },
      spores: {
        judge: ({ node }) =>
          told.removed && node === gone.mesh.self
            ? { verdict: 'reject', code: 'NODE_REMOVED' }
            : { verdict: 'accept' },
        subscribe(listener) {
          told.tell = listener
          return () => {}
        },
      },
    })
    await allKnowAll([gone, node])
    await gone.stop()
    told.removed = true
    told.tell()
    expect(node.discovery.hasLeads()).toBe(false)
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

function makeOther() {
  return makeMesh(home, makeMember(home)).self
}
