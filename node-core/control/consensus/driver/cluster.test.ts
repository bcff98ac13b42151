/** Three drivers with real Raft over simulated network, disks and time. */
import { afterEach, describe, expect, it } from 'vitest'
import { createSimDisk, type SimDisk } from '../../../base/disk/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { createRecordLog } from '../../log/index.ts'
import type { Fate } from '../index.ts'
import { createRaftEngine } from '../raft/index.ts'
import {
  bytes,
  createListMachine,
  createSimWorld,
  type ListMachine,
  nodeNamed,
  type SimWorld,
  silent,
} from './driver.fixture.ts'
import { type Consensus, type ConsensusOptions, createConsensus } from './index.ts'

const IDS = ['a', 'b', 'c'].map(nodeNamed)
const TICK_MS = 50

interface Member {
  id: NodeId
  disk: SimDisk
  machine: ListMachine
  consensus: Consensus
  /** Power loss, and what the disk makes of it; or the end of a process, which its peers see. */
  kill(options?: { silent: boolean }): Promise<void>
  start(): Promise<void>
}

interface Cluster {
  world: SimWorld
  members: Member[]
  /** Moves time on until it holds; fails after 30 simulated seconds. */
  until(what: string, holds: () => boolean): Promise<void>
  /** The one leader that a majority agrees on. */
  leader(): Member | undefined
  elect(): Promise<Member>
  /** Proposes at the member, and waits for the fates. */
  propose(member: Member, payloads: readonly string[]): Promise<Fate[]>
  join(id: NodeId): Promise<Member>
}

const clusters: Cluster[] = []
afterEach(async () => {
  for (const { members, world } of clusters.splice(0)) {
    const stopping = Promise.all(members.map(({ consensus }) => consensus.stop()))
    await world.advance(100)
    await stopping
  }
})

async function createCluster(seed: number, options: ConsensusOptions = {}): Promise<Cluster> {
  const world = createSimWorld(seed)
  const random = createSeededRandom(seed)
  const members: Member[] = []

  function createMember(id: NodeId, founding: boolean): Member {
    const disk = createSimDisk({ random: createSeededRandom(random.int(1e9)) })
    const begin = { members: { voters: IDS, learners: [] }, state: bytes('[]') }
    function live(): { machine: ListMachine; consensus: Consensus } {
      const machine = createListMachine()
      const log = createRecordLog({
        ...{ disk, logger: silent },
        random: createSeededRandom(random.int(1e9)),
      })
      const engineRandom = createSeededRandom(random.int(1e9))
      const config = { self: id, random: engineRandom, ...(founding && { founding: begin }) }
      const consensus = createConsensus(
        {
          ...{ net: world.network.node(id), clock: world.clock, log, machine, logger: silent },
          hears: () => true,
          createEngine: (records) => createRaftEngine(config, records),
        },
        { tickMs: TICK_MS, ...options },
      )
      return { machine, consensus }
    }
    const member: Member = {
      ...{ id, disk },
      ...live(),
      async kill({ silent } = { silent: true }) {
        world.network.crash(id, { silent })
        disk.crash()
        const stopped = member.consensus.stop()
        await world.advance(20)
        await stopped
      },
      async start() {
        Object.assign(member, live())
        await member.consensus.start()
      },
    }
    members.push(member)
    return member
  }

  const cluster: Cluster = {
    world,
    members,
    async until(what, holds) {
      for (let waited = 0; !holds(); waited += 50) {
        if (waited > 30_000) throw new Error(`Seed ${seed}: ${what} has not come to pass.`)
        await world.advance(50)
      }
    },
    leader: () =>
      members.find(({ id, consensus }) => {
        const { state, engine } = consensus.status()
        const followers = members.filter((member) => {
          const status = member.consensus.status()
          return status.state === 'running' && status.engine?.leader === id
        })
        return state === 'running' && engine?.leader === id && followers.length >= 2
      }),
    async elect() {
      await cluster.until('an election', () => cluster.leader() !== undefined)
      const leader = cluster.leader()
      if (!leader) throw new Error('There is no leader.')
      return leader
    },
    async propose(member, payloads) {
      const fates: Fate[] = []
      for (const payload of payloads) {
        void member.consensus.propose(bytes(payload)).then((fate) => fates.push(fate))
      }
      await cluster.until('every fate', () => fates.length === payloads.length)
      return fates
    },
    async join(id) {
      const member = createMember(id, false)
      await member.consensus.start()
      return member
    },
  }
  for (const id of IDS) await createMember(id, true).consensus.start()
  clusters.push(cluster)
  return cluster
}

/** What commands left behind, without the engine's own entries. */
const contentOf = ({ machine }: Member): string[] => machine.applied.filter((each) => each !== '')
const numbered = (from: number, to: number, size = 0): string[] =>
  Array.from({ length: to - from }, (_, at) => `${from + at}`.padEnd(size, '.'))
const allHold = (members: readonly Member[], content: readonly string[]): boolean =>
  members.every((member) => contentOf(member).length === content.length)

describe('three drivers with Raft', () => {
  it('elect, and apply a thousand proposals in one order everywhere', async () => {
    const cluster = await createCluster(1)
    const leader = await cluster.elect()
    const payloads = numbered(0, 1_000)
    for (let at = 0; at < 1_000; at += 250) {
      const fates = await cluster.propose(leader, payloads.slice(at, at + 250))
      expect(fates.every(({ outcome }) => outcome === 'committed')).toBe(true)
    }
    expect(contentOf(leader)).toEqual(payloads)
    await cluster.until('agreement', () => allHold(cluster.members, payloads))
    for (const member of cluster.members) expect(contentOf(member)).toEqual(payloads)
  })

  it('go on without one, who starts again from its log and catches up', async () => {
    const cluster = await createCluster(2)
    const first = await cluster.elect()
    await cluster.propose(first, numbered(0, 100))
    await first.kill()
    const second = await cluster.elect()
    expect(second).not.toBe(first)
    await cluster.propose(second, numbered(100, 200))
    await first.start()
    const content = numbered(0, 200)
    await cluster.until('agreement', () => allHold(cluster.members, content))
    for (const member of cluster.members) expect(contentOf(member)).toEqual(content)
  })

  it('elect another at once when the leader’s process has died, without an election timeout', async () => {
    for (let seed = 40; seed < 60; seed++) {
      const cluster = await createCluster(seed)
      const first = await cluster.elect()
      await cluster.propose(first, ['before'])
      await first.kill({ silent: false })
      let waitedMs = 0
      for (; !cluster.leader(); waitedMs += 5) await cluster.world.advance(5)
      expect(waitedMs, `seed ${seed}`).toBeLessThan(100)
      const second = await cluster.elect()
      await cluster.propose(second, ['after'])
      expect(contentOf(second)).toEqual(['before', 'after'])
    }
  })

  it('keep a leader that lives, though one of them has lost its connection', async () => {
    for (let seed = 60; seed < 70; seed++) {
      const cluster = await createCluster(seed)
      const leader = await cluster.elect()
      const { term } = leader.consensus.status().engine ?? {}
      const other = cluster.members.find((member) => member !== leader)
      if (!other) throw new Error('Somebody must follow.')
      cluster.world.network.cut(leader.id, other.id)
      cluster.world.network.cut(other.id, leader.id)
      await cluster.world.advance(8_000)
      expect(leader.consensus.status().engine).toMatchObject({ leader: leader.id, term })
      expect(other.consensus.status().engine?.leader).toBe(undefined)
      cluster.world.network.mendAll()
      await cluster.until('its return', () => {
        return other.consensus.status().engine?.leader === leader.id
      })
      expect(leader.consensus.status().engine?.term).toBe(term)
    }
  })

  it('compact their logs, and bring one who was away for long up to date by a snapshot', async () => {
    const cluster = await createCluster(3, { compactEntries: 200 })
    const leader = await cluster.elect()
    const away = cluster.members.find((member) => member !== leader)
    if (!away) throw new Error('Somebody must follow.')
    await cluster.propose(leader, numbered(0, 50, 4_000))
    await away.kill()
    for (let at = 50; at < 1_250; at += 100) {
      await cluster.propose(leader, numbered(at, at + 100, 4_000))
    }
    const restored: number[] = []
    await away.start()
    const restore = away.machine.restore.bind(away.machine)
    away.machine.restore = (snapshot) => {
      restored.push(snapshot.index)
      return restore(snapshot)
    }
    const content = numbered(0, 1_250, 4_000)
    await cluster.until('agreement', () => allHold(cluster.members, content))
    expect(restored.some((index) => index > 800)).toBe(true)
    for (const member of cluster.members) expect(contentOf(member)).toEqual(content)
    // Five megabytes went through it, and it holds the state and what is not yet in it.
    expect(await leader.disk.list('log')).toHaveLength(2)
    expect(await leader.disk.read('log/current')).toBeDefined()
    expect(leader.consensus.status().logBytes).toBeLessThan(8_000_000)

    await away.kill()
    await away.start()
    await cluster.until('agreement', () => allHold(cluster.members, content))
  })

  it('lose nothing that was acknowledged when the power goes everywhere', async () => {
    for (let seed = 10; seed < 16; seed++) {
      const cluster = await createCluster(seed, { compactEntries: 40 })
      const acknowledged: string[] = []
      for (let round = 0; round < 3; round++) {
        const leader = await cluster.elect()
        for (const payload of numbered(round * 1_000, round * 1_000 + 150)) {
          void leader.consensus.propose(bytes(payload)).then(
            ({ outcome }) => outcome === 'committed' && acknowledged.push(payload),
            () => {},
          )
          if (Number(payload) % 10 === 0) await cluster.world.advance(5)
        }
        await Promise.all(cluster.members.map((member) => member.kill()))
        for (const member of cluster.members) await member.start()
      }
      await cluster.elect()
      await cluster.until('agreement', () => {
        const [a, b, c] = cluster.members.map((member) => contentOf(member).join())
        return a === b && b === c && a !== undefined && a.length > 0
      })
      const [member] = cluster.members
      const held = member ? contentOf(member) : []
      expect(acknowledged.length, `seed ${seed}`).toBeGreaterThan(50)
      expect(held, `seed ${seed}`).toEqual(expect.arrayContaining(acknowledged))
      expect(new Set(held).size, `seed ${seed}`).toBe(held.length)
    }
  })

  it('answer reads anywhere with all that was acknowledged before', async () => {
    const cluster = await createCluster(4)
    const leader = await cluster.elect()
    for (let turn = 0; turn < 10; turn++) {
      await cluster.propose(leader, [`${turn}`])
      const seen: string[][] = []
      for (const member of cluster.members) {
        void member.consensus.read().then(() => seen.push(contentOf(member)))
      }
      await cluster.until('every answer', () => seen.length === 3)
      for (const content of seen) expect(content).toEqual(numbered(0, turn + 1))
    }
  })

  it('go on without a leader whose disk fails, which says so and takes no more', async () => {
    const cluster = await createCluster(5)
    const first = await cluster.elect()
    await cluster.propose(first, numbered(0, 10))
    first.disk.failSyncs(1)
    const fates: Fate[] = []
    void first.consensus.propose(bytes('lost')).then((fate) => fates.push(fate))
    await cluster.until('failure', () => first.consensus.status().state === 'failed')
    expect(fates.map(({ outcome }) => outcome)).toEqual(['unknown'])
    expect(first.consensus.status().failure?.code).toBe('LOG_FAILED')
    const second = await cluster.elect()
    const [fate] = await cluster.propose(second, ['more'])
    expect(fate?.outcome).toBe('committed')
    await first.consensus.stop()
    await first.start()
    await cluster.until('agreement', () => contentOf(first).includes('more'))
    expect(contentOf(first)).toEqual(contentOf(second))
  })

  it('take in a newcomer, who gets everything', async () => {
    const cluster = await createCluster(6, { compactEntries: 100 })
    const leader = await cluster.elect()
    await cluster.propose(leader, numbered(0, 300))
    const newcomer = await cluster.join(nodeNamed('d'))
    const members = { voters: IDS, learners: [newcomer.id] }
    const told: string[] = []
    leader.consensus.subscribe(({ engine }) => {
      if (engine?.members.learners.includes(newcomer.id)) told.push('learner')
    })
    const changed = leader.consensus.changeMembers(members)
    await cluster.until('everything', () => contentOf(newcomer).length === 300)
    expect((await changed).outcome).toBe('committed')
    expect(told).toContain('learner')
    expect(contentOf(newcomer)).toEqual(numbered(0, 300))
  })
})
