import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  createTestNetwork,
  FOUNDER,
  forge,
  nodeNamed,
  ownerNamed,
  type Person,
  pushOf,
  type TestNetwork,
  type TestNode,
} from '../../control/state/state.fixture.ts'
import type { Cordons } from '../cordons/index.ts'
import { cordonsOfState } from '../cordons/testing/no-primary.ts'
import { createMembership, type Liveness, type Membership, type NodeProfile } from './index.ts'

const PING = encode(['ping'])

const profile = (name: string): NodeProfile => ({
  name,
  role: 'rhizomorph',
  version: '0.1.0',
  addresses: [],
  labels: {},
  kinds: ['container'],
  capacity: { cpuMillis: 1_000, memoryBytes: 1_000_000, diskBytes: 1_000_000 },
})

interface Participant extends TestNode {
  membership: Membership
  cordons: Cordons
  warnings(): string[]
}

let world: TestNetwork
beforeEach(() => {
  world = createTestNetwork()
})
afterEach(() => world.stop())

async function join(name: string, person?: Person): Promise<Participant> {
  const node = await world.node(name, person)
  const { clock, random } = world
  const { state, net } = node
  const logger = createMemoryLogger()
  const cordons = cordonsOfState({ state, clock, logger })
  await world.run(cordons.start())
  const deps = { state, net, clock, random, logger, cordons }
  const membership = createMembership(deps, { profile: profile(name) })
  await world.run(membership.start())
  const warnings = () =>
    logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  return { ...node, membership, cordons, warnings }
}

async function cluster(size: number): Promise<Participant[]> {
  const nodes: Participant[] = []
  for (let n = 0; n < size; n++) nodes.push(await join(`n${n}`))
  await world.advance(3_000)
  return nodes
}

const views = (nodes: Participant[], of: NodeId): (Liveness | undefined)[] => [
  ...new Set(nodes.map(({ membership }) => membership.get(of)?.liveness)),
]

function cutOff(some: Participant[], others: Participant[]): void {
  for (const a of some) {
    for (const b of others) {
      world.network.cut(a.id, b.id)
      world.network.cut(b.id, a.id)
    }
  }
}

/** Moves on until every node holds `of` to be `liveness`. Milliseconds it took. */
async function until(nodes: Participant[], of: NodeId, liveness: Liveness): Promise<number> {
  const startMs = world.clock.monotonicMs()
  while (views(nodes, of).some((view) => view !== liveness)) {
    await world.advance(50)
    const tookMs = world.clock.monotonicMs() - startMs
    if (tookMs > 60_000) throw new Error(`Not ${liveness} everywhere: ${views(nodes, of)}`)
  }
  return world.clock.monotonicMs() - startMs
}

describe('who is here', () => {
  it('is known to all within two seconds of a start together', async () => {
    const nodes: Participant[] = []
    for (let n = 0; n < 10; n++) nodes.push(await join(`n${n}`))
    await world.advance(2_000)
    for (const { membership } of nodes) {
      expect(membership.list().map(({ liveness }) => liveness)).toEqual(Array(10).fill('alive'))
    }
  })

  it('says name, owner, cordon and what was announced', async () => {
    const [a, b] = (await cluster(2)) as [Participant, Participant]
    await world.run(a.membership.announce({ labels: { disk: 'fast' } }))
    const ada = { id: a.id, owner: ownerNamed('founder') }
    await world.run(b.cordons.set(ada, { cordoned: true, draining: false }))
    await world.advance(100)
    expect(b.membership.get(a.id)).toMatchObject({
      owner: ownerNamed('founder'),
      ownerName: 'founder',
      cordoned: true,
      draining: false,
      profile: { name: 'n0', labels: { disk: 'fast' } },
    })
  })

  it('a node that no node lists for what it says of itself knows it, until it says less', async () => {
    const [a, b] = (await cluster(2)) as [Participant, Participant]
    const labels = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`label${n}`, 'x']))
    await world.run(a.membership.announce({ labels }))
    await world.advance(100)
    expect([a.membership.get(a.id), b.membership.get(a.id)]).toEqual([undefined, undefined])
    expect(a.membership.refused()).toEqual(['labels'])
    expect(a.warnings()).toEqual([expect.stringContaining('No node lists this one')])
    await world.run(a.membership.announce({ labels: {} }))
    expect([a.membership.refused(), b.membership.refused()]).toEqual([[], []])
  })

  it('heeds the cordon of the node’s owner, from any of its computers, and of no other', async () => {
    const a = await join('a', { owner: 'anna', permissions: ['use'] })
    const second = await join('s', { owner: 'anna', permissions: ['use'] })
    const stranger = await join('x', { owner: 'bert', permissions: ['deploy', 'use'] })
    await world.advance(2_000)
    const cordon = { cordoned: true, draining: true }
    await world.run(stranger.cordons.set({ id: a.id, owner: ownerNamed('bert') }, cordon))
    await world.advance(100)
    expect(stranger.membership.get(a.id)).toMatchObject({ cordoned: false, draining: false })
    await world.run(second.cordons.set({ id: a.id, owner: ownerNamed('anna') }, cordon))
    await world.advance(100)
    expect(stranger.membership.get(a.id)).toMatchObject(cordon)
  })

  it('leaves out the nodes of an owner who was removed', async () => {
    const guest = await join('g', { owner: 'guest', permissions: ['use'] })
    const [a, b] = (await cluster(2)) as [Participant, Participant]
    expect(a.membership.get(guest.id)).toBeDefined()
    const standing = b.state.standing(ownerNamed('guest'))
    await world.run(b.state.put(`net/removed/${ownerNamed('guest')}`, { at: 'now', standing }))
    await world.advance(100)
    expect(a.membership.list().map(({ id }) => id)).toEqual([a.id, b.id].sort())
  })

  it('ignores a profile it cannot read', async () => {
    const [a, b] = (await cluster(2)) as [Participant, Participant]
    await world.run(a.state.put(`node/${a.id}/profile`, { name: 7 }))
    await world.advance(100)
    expect(b.membership.get(a.id)).toBeUndefined()
  })

  it('publishes links when they change, and only then', async () => {
    const nodes = await cluster(3)
    const first = nodes[0]!
    await world.advance(60_000)
    const before = first.state.get(`node/${first.id}/links`)!
    expect(before.value).toMatchObject({
      links: [{ to: expect.any(String) }, { to: expect.any(String) }],
    })
    await world.advance(60_000)
    expect(first.state.get(`node/${first.id}/links`)).toBe(before)
  })
})

describe('a node that is gone', () => {
  it('is held dead by all of 25 within 3.5 s of a kill', async () => {
    const nodes = await cluster(25)
    const victim = nodes[7]!
    world.network.crash(victim.id)
    const others = nodes.filter((node) => node !== victim)
    expect(await until(others, victim.id, 'dead')).toBeLessThanOrEqual(3_500)
    expect(others[0]!.membership.list()).toHaveLength(25)
  })

  it('is not one that answers late and says other things meanwhile', async () => {
    const [a, b] = (await cluster(2)) as [Participant, Participant]
    // A busy machine: its answers to probes come after every timeout.
    b.net.onRequest('probe/1', () => new Promise(() => {}))
    const seen: (Liveness | undefined)[] = []
    for (let step = 0; step < 100; step++) {
      await world.run(b.net.request(a.id, 'probe/1', PING))
      await world.advance(100)
      seen.push(a.membership.get(b.id)?.liveness)
    }
    expect(new Set(seen)).toEqual(new Set(['alive']))
  })

  it('is found dead without a reset, as when the power goes', async () => {
    const nodes = await cluster(10)
    const victim = nodes[3]!
    world.network.crash(victim.id, { silent: true })
    const others = nodes.filter((node) => node !== victim)
    expect(await until(others, victim.id, 'dead')).toBeLessThanOrEqual(6_000)
  })

  it('is alive again as soon as it returns', async () => {
    const nodes = await cluster(5)
    const victim = nodes[2]!
    world.network.crash(victim.id)
    const others = nodes.filter((node) => node !== victim)
    await until(others, victim.id, 'dead')
    const back = await join('n2')
    expect(await until([...others, back], victim.id, 'alive')).toBeLessThanOrEqual(2_000)
  })

  it('is known to have left at once when it says goodbye, and is remembered', async () => {
    const nodes = await cluster(4)
    const leaver = nodes[1]!
    await world.run(leaver.membership.leave())
    const others = nodes.filter((node) => node !== leaver)
    expect(await until(others, leaver.id, 'left')).toBeLessThanOrEqual(200)
    await world.advance(30_000)
    expect(views(others, leaver.id)).toEqual(['left'])
  })

  it('is gone only by its own word that it leaves, and until it returns', async () => {
    const nodes = await cluster(4)
    const [, stopped, leaver] = nodes as [Participant, Participant, Participant]
    await world.run(stopped.membership.leave())
    await world.run(leaver.membership.leave({ forGood: true }))
    // What a stop says after it takes nothing back.
    await world.run(leaver.membership.leave())
    const others = nodes.filter((node) => node !== stopped && node !== leaver)
    await until(others, leaver.id, 'left')
    const gone = (id: NodeId) => others.map(({ membership }) => membership.get(id)?.gone)
    expect([gone(stopped.id), gone(leaver.id)]).toEqual([
      [undefined, undefined],
      [true, true],
    ])
    world.network.crash(leaver.id)
    const back = await join('n2')
    await until([...others, back], leaver.id, 'alive')
    expect(gone(leaver.id)).toEqual([undefined, undefined])
  })

  it('is suspect to a node that starts and has not seen it, then dead', async () => {
    const nodes = await cluster(3)
    for (const { id } of nodes) world.network.crash(id)
    const alone = await join('n0')
    expect(alone.membership.get(nodes[1]!.id)?.liveness).toBe('suspect')
    await world.advance(15_000)
    expect(alone.membership.get(nodes[1]!.id)?.liveness).toBe('dead')
    const back = await join('n1')
    expect(await until([alone, back], back.id, 'alive')).toBeLessThanOrEqual(2_000)
  })
})

describe('partitions', () => {
  it('hold the other side dead, and heal on both sides', async () => {
    const nodes = await cluster(6)
    const [left, right] = [nodes.slice(0, 3), nodes.slice(3)]
    cutOff(left, right)
    await world.advance(20_000)
    for (const { id } of right) expect(views(left, id)).toEqual(['dead'])
    for (const { id } of left) expect(views(right, id)).toEqual(['dead'])
    world.network.mendAll()
    await world.advance(5_000)
    for (const { id } of nodes) expect(views(nodes, id)).toEqual(['alive'])
    expect(new Set(nodes.map(({ state }) => state.hash())).size).toBe(1)
  })

  it('hold nobody dead while others can still reach it', async () => {
    const nodes = await cluster(5)
    cutOff([nodes[0]!], [nodes[1]!])
    const seen: string[] = []
    for (const { membership } of nodes) {
      membership.subscribe(({ liveness }) => seen.push(liveness))
    }
    await world.advance(60_000)
    expect(seen).not.toContain('dead')
  })
})

describe('a liar', () => {
  it('alone cannot have a live node held dead', async () => {
    const nodes = await cluster(12)
    const [liar, target] = [nodes[0]!, nodes[1]!]
    const seen: Liveness[] = []
    for (const { membership } of nodes.slice(2)) {
      membership.subscribe((member) => member.id === target.id && seen.push(member.liveness))
    }
    for (let n = 0; n < 20; n++) {
      const { incarnation } = target.state.get(`node/${target.id}/alive`)!
      const suspects = [{ node: target.id, incarnation, beat: 1_000_000 + n }]
      await world.run(liar.state.put(`node/${liar.id}/doubts`, { suspects }))
      await world.advance(1_000)
    }
    expect(seen).not.toContain('dead')
    expect(views(nodes.slice(2), target.id)).toEqual(['alive'])
  })
})

describe('a copy of a home that ran beside it', () => {
  it('does not leave the original off with its goodbye', async () => {
    const nodes = await cluster(3)
    const { id } = nodes[0]!
    const copy = world.network.node(nodeNamed('copy'))
    await world.advance(100)
    const key = `node/${id}/alive`
    for (let n = 0; n < 6; n++) {
      const above = nodes[1]!.state.get(key)!.incarnation + 100_000
      const value = { beat: 0, ...(n === 5 && { left: true }) }
      await copy.publish(
        'state',
        pushOf([forge('n0', FOUNDER, { key, value, position: [above, 1] })]),
      )
      await world.advance(100)
    }
    await world.advance(2_000)
    expect(views(nodes, id)).toEqual(['alive'])
    expect(nodes[1]!.state.get(key)!.value).not.toHaveProperty('left')
    await world.run(nodes[0]!.membership.leave())
    await world.advance(2_000)
    expect(views(nodes, id)).toEqual(['left'])
  })
})

describe('a machine that sleeps', () => {
  const asleepIn = (nodes: Participant[], of: NodeId) =>
    nodes.map(({ membership }) => membership.get(of)?.asleep?.since !== undefined)

  it('says so, and everybody knows at once; and again when it is awake', async () => {
    const nodes = await cluster(3)
    const [first] = nodes
    const told: boolean[] = []
    nodes[2]!.membership.subscribe(({ id, asleep }) => {
      if (id === first!.id) told.push(asleep !== undefined)
    })
    await world.run(first!.membership.sleep({ until: '2026-11-26T08:00:00.000Z' }))
    await world.advance(200)
    expect(asleepIn(nodes, first!.id)).toEqual([true, true, true])
    expect(nodes[1]!.membership.get(first!.id)).toMatchObject({
      liveness: 'alive',
      asleep: { until: '2026-11-26T08:00:00.000Z' },
    })
    await world.run(first!.membership.wake())
    await world.advance(200)
    expect(asleepIn(nodes, first!.id)).toEqual([false, false, false])
    expect(told).toEqual([true, false])
  })

  it('is awake once it has slept, whoever tells it', async () => {
    const nodes = await cluster(3)
    for (const { membership } of nodes) await world.run(membership.sleep())
    await world.advance(20_000)
    expect(asleepIn(nodes, nodes[0]!.id)).toEqual([true, true, true])
    // All clocks of this world jump together: every one of them has slept.
    world.clock.jumpWall(3_600_000)
    await world.advance(1_000)
    for (const { id } of nodes) expect(asleepIn(nodes, id)).toEqual([false, false, false])
  })

  it('is awake in its next life', async () => {
    const nodes = await cluster(3)
    await world.run(nodes[0]!.membership.sleep())
    await world.advance(200)
    world.network.crash(nodes[0]!.id)
    const back = await join('n0')
    await world.advance(2_000)
    expect(asleepIn([...nodes.slice(1), back], back.id)).toEqual([false, false, false])
  })

  it('forgives everybody first when it wakes', async () => {
    const nodes = await cluster(4)
    const seen: Liveness[] = []
    nodes[0]!.membership.subscribe(({ liveness }) => seen.push(liveness))
    world.clock.jumpWall(3_600_000)
    await world.advance(5_000)
    expect(seen).toEqual([])
    expect(nodes[0]!.membership.selfDoubt).toBeLessThanOrEqual(4)
  })
})
