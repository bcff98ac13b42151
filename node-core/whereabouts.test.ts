import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createSystemClock } from './base/clock/index.ts'
import { createFileDisk } from './base/disk/index.ts'
import { createMemoryLogger } from './base/log/index.ts'
import { createSystemRandom } from './base/random/index.ts'
import { readNetwork } from './home.ts'
import { openIdentity } from './joining.ts'
import { endAfterwards, newHome, startNode } from './node.fixture.ts'
import { openOwnSettings } from './own-settings.ts'
import { openWhereabouts } from './whereabouts.ts'

/** A computer without a network, whose moves the test lets through. */
async function newcomer(config = newHome()) {
  const disk = createFileDisk(config.home)
  const random = createSystemRandom()
  const settings = await openOwnSettings(disk, config)
  let turn: Promise<unknown> = Promise.resolve()
  let moves = 0
  const inTurn = <T>(move: () => Promise<T>): Promise<T> => {
    moves += 1
    const next = turn.then(move)
    turn = next.catch(() => {})
    return next
  }
  const whereabouts = await openWhereabouts({
    ...{ config, disk, settings, random, inTurn, onMoved: () => {}, keepsTrying: false },
    ...{ clock: createSystemClock(), logger: createMemoryLogger() },
    identity: await openIdentity(disk, random),
    leftData: { leave: async () => {}, stay: async () => {} },
    leftovers: { end: async () => [] },
  })
  endAfterwards(() => inTurn(() => whereabouts.stop()))
  const named = whereabouts.moves.starting()
  await inTurn(() => whereabouts.start())
  return { whereabouts, named, disk, inTurn, moves: () => moves, rest: () => turn }
}

/** A founded network, and the file by which others ask to be let in. */
async function founded(networkName: string) {
  const node = await startNode()
  await node.call.network.found({ networkName, nodeName: networkName })
  const seedSpore = path.join(node.home, 'spore.json')
  await vi.waitFor(() => readFileSync(seedSpore), 10_000)
  return { ...node, seedSpore }
}

function gate(): { open: () => void; isOpen: Promise<void> } {
  let open = (): void => {}
  const isOpen = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, isOpen }
}

describe('an approval that comes while another move has the turn', { timeout: 40_000 }, () => {
  async function approvedDuring(move: (ben: Awaited<ReturnType<typeof newcomer>>) => void) {
    const garden = await founded('Garden')
    const ben = await newcomer()
    await ben.whereabouts.moves.join({ by: { seedSpore: garden.seedSpore }, nodeName: 'ben' })
    const { open, isOpen } = gate()
    const before = ben.moves()
    void ben.inTurn(() => isOpen)
    move(ben)
    await vi.waitFor(async () => {
      await garden.call.members.approve({ owner: 'ben' })
    }, 10_000)
    await vi.waitFor(() => expect(ben.moves()).toBe(before + 3), 20_000)
    open()
    await ben.rest()
    return ben
  }

  it('starts nothing on a node that has stopped, which is let in when it runs again', async () => {
    const ben = await approvedDuring(({ inTurn, whereabouts }) => {
      void inTurn(() => whereabouts.stop())
    })
    expect(ben.whereabouts.network()).toBeUndefined()
    expect(await readNetwork(ben.disk)).toBeUndefined()
    await ben.inTurn(() => ben.whereabouts.start())
    await vi.waitFor(() => expect(ben.whereabouts.network()?.parts.genesis.name).toBe('Garden'), {
      timeout: 10_000,
    })
  })

  it('does not stand in the way of a join by invite, nor undo it', async () => {
    const orchard = await founded('Orchard')
    const { invite } = await orchard.call.invites.create({})
    let joined: Promise<unknown> = Promise.resolve()
    const ben = await approvedDuring(({ whereabouts }) => {
      joined = whereabouts.moves.join({ by: { invite } })
      joined.catch(() => {})
    })
    const as = { networkName: 'Orchard', nodeName: 'ben', admitted: true }
    await expect(joined).resolves.toMatchObject(as)
    expect(ben.whereabouts.network()?.parts.genesis.name).toBe('Orchard')
  })
})

/** A port that another program has. */
async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const edgePort = typeof address === 'object' && address ? address.port : 0
  endAfterwards(async () => void server.close())
  return { edgePort, give: () => new Promise((resolve) => server.close(resolve)) }
}

describe('a node whose network does not start', () => {
  it('says why, and leaves it all the same', async () => {
    const { edgePort, give } = await takenPort()
    const { call } = await startNode({ edgePort })
    const found = () => call.network.found({ networkName: 'Garden' })
    await expect(found()).rejects.toThrow(/taken/)
    await expect(call.nodes.list()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`${edgePort}`),
      data: { reason: 'NETWORK_NOT_STARTED' },
    })
    expect(await call.network.leave()).toEqual({})
    const { network, starting, degraded } = await call.node.status()
    expect([network, starting, degraded]).toEqual([undefined, undefined, []])
    await give()
    expect((await found()).admitted).toBe(true)
  })

  it('says that nobody could be told, where others let it in', async () => {
    const garden = await founded('Garden')
    const { invite } = await garden.call.invites.create({})
    const { port } = new URL(garden.node.edge ?? '')
    const { call } = await startNode({ edgePort: Number(port) })
    await expect(call.network.join({ invite })).rejects.toThrow(/taken/)
    expect(await call.network.leave()).toMatchObject({ stays: { code: 'NOT_HEARD' } })
  })
})

describe('a node in a network that does not start with it', () => {
  async function gardener() {
    const home = newHome()
    const garden = await startNode(home)
    await garden.call.network.found({ networkName: 'Garden' })
    await garden.node.stop()
    return { ...home, ...(await takenPort()) }
  }

  it('ends where nobody would see why', async () => {
    const { give: _, ...config } = await gardener()
    await expect(startNode(config)).rejects.toThrow(/taken/)
  })

  it('says why and can leave it, where its host goes on', async () => {
    const { give: _, ...config } = await gardener()
    const { call, node } = await startNode(config, { keepsTrying: true })
    const { network, starting, degraded } = await call.node.status()
    expect([network, starting]).toEqual([undefined, 'Garden'])
    expect(degraded).toMatchObject([{ code: 'NETWORK_NOT_STARTED' }])
    expect(await call.network.leave({ force: true })).toEqual({})
    expect(await call.node.status()).toMatchObject({ degraded: [] })
    expect((await call.node.status()).starting).toBeUndefined()
    await node.stop()
  })

  it('starts it by itself once it can', { timeout: 30_000 }, async () => {
    const { give, ...config } = await gardener()
    const { call } = await startNode({ ...config, startAgainMs: 500 }, { keepsTrying: true })
    await give()
    await vi.waitFor(
      async () => expect(await call.node.status()).toMatchObject({ network: { name: 'Garden' } }),
      { timeout: 20_000, interval: 500 },
    )
    expect((await call.node.status()).degraded).toEqual([])
  })

  it('is named before anything of it starts: who asks meanwhile is not told of no network', async () => {
    const { edgePort: _, give, ...config } = await gardener()
    await give()
    expect((await newcomer({ ...config, edgePort: 0 })).named).toBe('Garden')
    expect((await newcomer()).named).toBeUndefined()
  })
})

describe('a node that waits to be let in', () => {
  it('says that it was turned away, and waits anew once it asks anew', {
    timeout: 40_000,
  }, async () => {
    const garden = await founded('Garden')
    const { call } = await startNode()
    const ask = () => call.network.join({ seedSpore: garden.seedSpore, nodeName: 'ben' })
    await ask()
    expect((await call.node.status()).awaitingApproval).not.toHaveProperty('refused')
    await vi.waitFor(() => garden.call.members.remove({ owner: 'ben' }), 10_000)
    await vi.waitFor(
      async () =>
        expect((await call.node.status()).awaitingApproval).toMatchObject({
          ...{ name: 'Garden', refused: { code: 'TURNED_AWAY' } },
        }),
      20_000,
    )
    await expect(call.nodes.list()).rejects.toMatchObject({
      ...{ message: expect.stringContaining('did not let'), data: { reason: 'TURNED_AWAY' } },
    })
    await ask()
    expect((await call.node.status()).awaitingApproval).not.toHaveProperty('refused')
    await vi.waitFor(() => garden.call.members.approve({ owner: 'ben' }), 10_000)
    await vi.waitFor(
      async () => expect((await call.node.status()).network?.name).toBe('Garden'),
      20_000,
    )
  })

  it('asks no more once it leaves', async () => {
    const garden = await founded('Garden')
    const { call } = await startNode()
    await call.network.join({ seedSpore: garden.seedSpore, nodeName: 'ben' })
    expect((await call.node.status()).awaitingApproval).toMatchObject({ name: 'Garden' })
    expect(await call.network.leave()).toEqual({})
    expect((await call.node.status()).awaitingApproval).toBeUndefined()
    await expect(call.network.leave()).rejects.toMatchObject({ data: { reason: 'NO_NETWORK' } })
  })
})

describe('a node that cannot write where it answers', () => {
  it('moves all the same, and says so', async () => {
    const { call, home, warnings } = await startNode()
    mkdirSync(path.join(home, 'run/node.json.new'))
    expect((await call.network.found({ networkName: 'Garden' })).admitted).toBe(true)
    expect(warnings()).toContainEqual(
      expect.objectContaining({ message: 'Where this node answers could not be written.' }),
    )
  })
})
