/** The wiring: what only shows once the parts of a real node work together. */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { startNode } from './node.fixture.ts'
import type { MyceliumNode } from './node.ts'
import { findLoopbackPort } from './work/runners/index.ts'

async function readMetrics(node: MyceliumNode, home: string): Promise<string> {
  const token = readFileSync(path.join(home, 'api-token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${node.api}/metrics`, { headers })).text()
}

describe('a node that founds a network in its first run', () => {
  it('is called what its owner said, at once', async () => {
    const { call } = await startNode()
    await call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    expect((await call.node.status()).node).toMatchObject({ name: 'ada', owner: { name: 'ada' } })
  })

  it('counts what its edge does', async () => {
    const { node, home, call } = await startNode()
    expect(await readMetrics(node, home)).toContain('mycelium_edge_requests_total 0\n')
    await call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    for (let i = 0; i < 3; i++) await fetch(`${node.edge}/nobody/`)
    const text = await readMetrics(node, home)
    expect(text).toContain('mycelium_edge_requests_total 3\n')
    expect(text).toContain('mycelium_edge_refusals_total 3\n')
    expect(text).toContain('mycelium_edge_open_requests 0\n')
    expect(text).toMatch(/mycelium_state_records\{of="node"\} [1-9]/)
  })
})

// Each opening of a file takes a third of a second of a whole core, as it is meant to.
describe('a node that stops', () => {
  it('is never said to have no network, which is what somebody who left would read', async () => {
    const { node, call } = await startNode()
    await call.network.found({ networkName: 'Garden' })
    const seen = new Set<string>()
    let hasStopped = false
    const stopping = node.stop().then(() => {
      hasStopped = true
    })
    while (!hasStopped) {
      await call.node.status().then(
        ({ network }) => seen.add(network ? 'in' : 'nowhere'),
        ({ code, data }) => seen.add(`${code} ${data?.reason}`),
      )
      await call.nodes.list().catch(({ data }) => seen.add(`nodes ${data?.reason}`))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await stopping
    seen.delete('in')
    expect([...seen].sort()).toEqual(['UNAVAILABLE STOPPING', 'nodes STOPPING'])
  })
})

describe('a second computer of an owner', { timeout: 60_000 }, () => {
  const PASSPHRASE = 'correct horse battery'
  const keyIn = (home: string) => readFileSync(path.join(home, 'identity/owner.key'), 'utf8')

  it('is hers from the moment it is let in, and stays whose it was if it is not', async () => {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const { sealed, owner, made } = await ada.call.owner.export({ passphrase: PASSPHRASE })
    expect([owner, made]).toEqual([(await ada.call.node.status()).node.owner.id, undefined])
    const given = { sealed, passphrase: PASSPHRASE }
    const { invite } = await ada.call.invites.create({ role: 'hypha' })

    const laptop = await startNode()
    const before = keyIn(laptop.home)
    const join = (how: { invite?: string; seedSpore?: string }) =>
      laptop.call.network.join({ ...how, nodeName: 'laptop', owner: given })
    await expect(join({ seedSpore: '/nowhere' })).rejects.toThrow()
    expect(keyIn(laptop.home)).toBe(before)

    await join({ invite })
    expect(keyIn(laptop.home)).toBe(keyIn(ada.home))
    expect((await laptop.call.node.status()).node.owner.id).toBe(owner)
    await vi.waitFor(async () => {
      const { members } = await ada.call.members.list()
      expect(members.map(({ nodes }) => nodes.length)).toEqual([2])
    }, 10_000)
  })
})

describe('a node whose disk takes nothing', () => {
  it('says so when it is to leave, and is in the network as before', async () => {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const inTheWay = path.join(ada.home, 'left-data.cbor')
    mkdirSync(inTheWay)
    await expect(ada.call.network.leave()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await ada.call.node.status()).network?.name).toBe('Garden')
    expect((await ada.call.nodes.list()).nodes).toHaveLength(1)
    rmdirSync(inTheWay)
    await ada.call.network.leave()
    expect((await ada.call.node.status()).network).toBeUndefined()
  })
})

describe('the only node that keeps the registry', () => {
  it('takes it from others only by force, and leaves freely where there are none', async () => {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const { invite } = await ada.call.invites.create({ role: 'hypha' })
    const ben = await startNode()
    await ben.call.network.join({ invite, nodeName: 'ben' })
    await vi.waitFor(async () => {
      expect((await ada.call.nodes.list()).nodes).toHaveLength(2)
    }, 10_000)
    await expect(ada.call.network.leave()).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { reason: 'LAST_VOTER' },
    })
    expect((await ada.call.node.status()).network?.name).toBe('Garden')
    await ada.call.network.leave({ force: true })
    expect((await ada.call.node.status()).network).toBeUndefined()
    await ada.call.network.found({ networkName: 'Meadow' })
    await ada.call.network.leave()
    expect((await ada.call.node.status()).network).toBeUndefined()
  })
})

describe('a node that keeps the registry and leaves while others are away', () => {
  async function pair(role: 'hypha' | 'rhizomorph') {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const { invite } = await ada.call.invites.create({ role })
    const ben = await startNode()
    await ben.call.network.join({ invite, nodeName: 'ben' })
    await vi.waitFor(async () => {
      expect((await ada.call.nodes.list()).nodes).toHaveLength(2)
    }, 10_000)
    return { ada, ben }
  }
  const hasLeft = async (ada: Awaited<ReturnType<typeof startNode>>) =>
    (await ada.call.node.status()).network === undefined

  it('does not take the registry from one that is only off', async () => {
    const { ada, ben } = await pair('hypha')
    await ben.node.stop()
    await vi.waitFor(async () => {
      const { nodes } = await ada.call.nodes.list()
      expect(nodes.find(({ name }) => name === 'ben')?.status).toBe('NotReady')
    }, 10_000)
    await expect(ada.call.network.leave()).rejects.toMatchObject({ data: { reason: 'LAST_VOTER' } })
    expect(await hasLeft(ada)).toBe(false)
  })

  it('keeps its vote and its copy while no majority is in reach, but for force', async () => {
    const { ada, ben } = await pair('rhizomorph')
    await ada.call.primary.promote({ id: 'ben' })
    await ben.node.stop()
    await vi.waitFor(async () => {
      const { degraded } = await ada.call.node.status()
      expect(degraded.map(({ code }) => code)).toContain('NO_QUORUM')
    }, 10_000)
    await expect(ada.call.network.leave()).rejects.toMatchObject({ code: 'NO_QUORUM' })
    expect(await hasLeft(ada)).toBe(false)
    await ada.call.network.leave({ force: true })
    expect(await hasLeft(ada)).toBe(true)
  }, 40_000)
})

/** A word that came with later rules is known then. */
const RULES_IN_FORCE = 'The next rules are put in force: all know them.'

describe('two nodes with a registry', () => {
  it('count one that leaves no more, though one that is only off, and have it back when it joins', async () => {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    await vi.waitFor(() => expect(ada.said()).toContain(RULES_IN_FORCE), 20_000)
    const { invite } = await ada.call.invites.create({ role: 'hypha', uses: 2 })
    const ben = await startNode()
    await ben.call.network.join({ invite, nodeName: 'ben' })
    const listed = async () =>
      (await ada.call.nodes.list()).nodes.map(({ name, status }) => `${name} ${status}`).sort()
    const ofBen = async () => {
      const { members } = await ada.call.members.list()
      return members.filter(({ name }) => name !== 'ada').map(({ state, nodes }) => [state, nodes])
    }
    const { id } = (await ben.call.node.status()).node
    await vi.waitFor(async () => expect(await listed()).toEqual(['ada Ready', 'ben Ready']), 10_000)
    await vi.waitFor(async () => {
      expect((await ben.call.node.status()).primary?.inForce).toBe(true)
    }, 10_000)
    expect(await ben.call.network.leave()).toEqual({})
    await vi.waitFor(async () => expect(await listed()).toEqual(['ada Ready']), 10_000)
    expect(await ofBen()).toEqual([['member', []]])
    await ben.call.network.join({ invite, nodeName: 'ben' })
    await vi.waitFor(async () => expect(await listed()).toEqual(['ada Ready', 'ben Ready']), 10_000)
    expect(await ofBen()).toEqual([['member', [id]]])
  }, 60_000)

  it('agree on a cordon, by the node’s own owner and by an admin, and on what an owner may do', async () => {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const { invite } = await ada.call.invites.create({})
    const ben = await startNode()
    await ben.call.network.join({ invite, nodeName: 'ben' })
    const statusAt = async (at: typeof ada) => {
      const { nodes } = await at.call.nodes.list()
      return nodes.find(({ name }) => name === 'ben')?.status
    }
    await vi.waitFor(async () => {
      for (const at of [ada, ben]) expect(await statusAt(at)).toBe('Ready')
    }, 10_000)
    // Its owner holds deploy and use; the registry knows the node once it has registered.
    await vi.waitFor(async () => {
      await ben.call.nodes.drain({ id: 'ben' })
      expect(await statusAt(ada)).toBe('Draining')
    }, 10_000)
    await ada.call.nodes.uncordon({ id: 'ben' })
    await vi.waitFor(async () => expect(await statusAt(ben)).toBe('Ready'), 5_000)
    await ada.call.members.grant({ owner: 'ben', permissions: ['use'] })
    await vi.waitFor(async () => {
      expect((await ben.call.node.status()).node.permissions).toEqual(['use'])
    }, 5_000)
    await expect(ben.call.nodes.cordon({ id: 'ada' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  }, 40_000)
})

describe('a newcomer that waits to be let in', () => {
  it('waits for the network that it asked last, or starts in it: it is never nowhere', async () => {
    const [cleo, ada, ben] = [await startNode(), await startNode(), await startNode()]
    for (const [door, networkName] of [[cleo, 'Orchard'] as const, [ada, 'Garden'] as const]) {
      await door.call.network.found({ networkName, nodeName: networkName })
      const seedSpore = path.join(door.home, 'spore.json')
      await vi.waitFor(() => readFileSync(seedSpore), 10_000)
      await ben.call.network.join({ seedSpore, nodeName: 'ben' })
    }
    for (const door of [cleo, ada]) {
      await vi.waitFor(async () => {
        expect((await door.call.members.list()).members).toHaveLength(2)
      }, 10_000)
      await door.call.members.approve({ owner: 'ben' })
    }
    const seen = new Set<string>()
    await vi.waitFor(
      async () => {
        const { network, awaitingApproval, starting } = await ben.call.node.status()
        seen.add(network ? 'in' : awaitingApproval ? 'waits' : (starting ?? 'nowhere'))
        expect(network?.name).toBe('Garden')
      },
      { timeout: 20_000, interval: 1 },
    )
    expect([...seen]).toEqual(['waits', 'Garden', 'in'])
  }, 40_000)
})

describe('a node whose owner was removed', () => {
  it('says so once, falls quiet, and can leave', async () => {
    const ada = await startNode()
    await ada.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const { invite } = await ada.call.invites.create({})
    const ben = await startNode()
    await ben.call.network.join({ invite, nodeName: 'ben' })
    await vi.waitFor(
      async () => expect((await ada.call.members.list()).members).toHaveLength(2),
      10_000,
    )
    await vi.waitFor(async () => expect((await ben.call.node.status()).peers).toBe(1), 10_000)
    await ada.call.members.remove({ owner: 'ben' })
    await vi.waitFor(async () => {
      expect((await ben.call.node.status()).degraded).toContainEqual({
        code: 'MEMBER_REMOVED',
        message: expect.stringContaining('was removed from the network'),
      })
    }, 10_000)
    // Leaving says last words, which nobody would take.
    await ben.call.network.leave()
    expect((await ben.call.node.status()).network).toBeUndefined()
    expect(ben.warnings()).toEqual([
      expect.objectContaining({ fields: { code: 'MEMBER_REMOVED' } }),
    ])
  })
})

describe('a node whose own port a workload publishes', () => {
  it('starts again: the port is the node’s, and it is said why the workload has it not', async () => {
    const port = await findLoopbackPort()
    const listen = [`/ip4/127.0.0.1/tcp/${port}`]
    const first = await startNode({ listen })
    await first.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    await first.call.workloads.deploy({
      name: 'db',
      containers: [{ image: 'db:1', ports: [{ containerPort: 5432 }] }],
      edge: { tcp: [{ port, containerPort: 5432 }] },
    })
    await first.node.stop()

    const again = await startNode({ home: first.home, listen })
    await vi.waitFor(async () => {
      const { degraded } = await again.call.node.status()
      expect(degraded.map(({ code }) => code)).toContain('EDGE_PORT_OWN')
    }, 10_000)
    expect(again.node.edge).toBeDefined()
  })
})

describe('a second node on a computer', () => {
  it('is told all ports that the first one has before anything of it starts', async () => {
    const [apiPort, edgePort, mesh] = [
      await findLoopbackPort(),
      await findLoopbackPort(),
      await findLoopbackPort(),
    ]
    const ports = { apiPort, edgePort, listen: [`/ip4/127.0.0.1/tcp/${mesh}`] }
    const first = await startNode(ports)
    await first.call.network.found({ networkName: 'Garden' })
    const same = `${apiPort} (API), ${edgePort} (edge), ${mesh} (mesh)`
    await expect(startNode(ports)).rejects.toThrow(same)
    await expect(startNode({ ...ports, home: first.home })).rejects.toThrow(/Another node runs on/)
  })
})

describe('a node whose API had to move', () => {
  it('says so while it answers elsewhere, in no network too, and not once it has its port', async () => {
    const [wanted, apiPort] = [await findLoopbackPort(), await findLoopbackPort()]
    const first = await startNode({ apiPort, apiPortWanted: wanted })
    const { degraded } = await first.call.node.status()
    expect(degraded.map(({ code }) => code)).toEqual(['API_PORT_MOVED'])
    expect(degraded[0]?.message).toContain(`port ${wanted} `)
    expect(degraded[0]?.message).toContain(`port ${apiPort} `)
    await first.node.stop()

    const again = await startNode({ home: first.home, apiPort: wanted, apiPortWanted: wanted })
    expect((await again.call.node.status()).degraded).toEqual([])
  })
})

describe('a node whose edge had to move', () => {
  it('says so while it listens elsewhere, and not once it has its port', async () => {
    const wanted = await findLoopbackPort()
    const edgePort = await findLoopbackPort()
    const first = await startNode({ edgePort, edgePortWanted: wanted })
    expect((await first.call.node.status()).degraded).toEqual([])
    await first.call.network.found({ networkName: 'Garden', nodeName: 'ada' })
    const reasons = async ({ call }: typeof first) => (await call.node.status()).degraded
    const moved = (await reasons(first)).find(({ code }) => code === 'EDGE_PORT_MOVED')
    expect(moved?.message).toContain(`port ${wanted} `)
    expect(moved?.message).toContain(`port ${edgePort} `)
    await first.node.stop()

    const again = await startNode({ home: first.home, edgePort: wanted, edgePortWanted: wanted })
    expect(again.node.edge).toBe(`http://127.0.0.1:${wanted}`)
    expect((await reasons(again)).map(({ code }) => code)).not.toContain('EDGE_PORT_MOVED')
  })
})
