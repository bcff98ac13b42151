/** Nodes of one network with a Primary each, over simulated network, disks and time. */
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import {
  type ConsensusEngine,
  type FoundedNetwork,
  foundNetwork,
  generateKey,
  issueMembership,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  ownerIdOf,
  type Permission,
  type Role,
} from '../../identity/index.ts'
import type { Release } from '../registry/index.ts'
import type { StateChange, StateRecord } from '../state/index.ts'
import { sealMandate } from '../succession/index.ts'
import {
  type ClaimOutcome,
  createPrimary,
  foundPrimary,
  type NodeFacts,
  type OwnerFacts,
  type Primary,
} from './index.ts'

export const START_MS = Date.parse('2026-11-25T12:00:00.000Z')

export interface TestNode {
  id: NodeId
  key: KeyPair
  disk: SimDisk
  /** By its owner's choice. */
  role: Role
  /** Of the program; heeded at its next start. Default: this one. */
  release: Release | undefined
  primary: Primary
  isUp: boolean
  /** Power loss: what was not synced is gone, and nobody hears goodbye. */
  kill(): Promise<void>
  /** Stops and starts in order. */
  restart(): Promise<void>
  start(): Promise<void>
}

export interface TestNetwork {
  clock: SimClock
  links: SimNetwork
  nodes: TestNode[]
  /** From here on all nodes are seen to be up while they are, so that the committee fills itself. */
  detect(): void
  network: FoundedNetwork
  /** A node of an owner of its own, who holds these. */
  add(...permissions: Permission[]): Promise<TestNode>
  map: ReturnType<typeof createGossip>
  /** By the founder. */
  mandate(payload: Uint8Array): Uint8Array
  /** The witness. */
  claim(mandate: Uint8Array): ClaimOutcome | Promise<ClaimOutcome>
  /** The first side and everybody else hear nothing of each other; undefined heals. */
  split(side: readonly TestNode[] | undefined): void
  /** Moves time on until it settles; fails after 60 simulated seconds. */
  run<T>(what: string, work: Promise<T>): Promise<T>
  until(what: string, holds: () => boolean): Promise<void>
  advance(ms: number): Promise<void>
  /** In the shared state, as that node. */
  tell(author: NodeId, key: string, value: Plain): void
  end(): Promise<void>
}

interface Person {
  key: KeyPair
  permissions: Permission[]
}

export async function createTestNetwork(
  seed: number,
  consensus: ConsensusEngine = 'raft',
  release?: Release,
): Promise<TestNetwork> {
  const random = createSeededRandom(seed)
  const clock = createSimClock({ wallStartMs: START_MS })
  const links = createSimNetwork({ clock, random: createSeededRandom(seed + 1) })
  const founder: Person = {
    key: generateKey(random),
    permissions: ['admin', 'invite', 'deploy', 'use'],
  }
  const firstKey = generateKey(random)
  const network = foundNetwork(
    founder.key,
    {
      ...{ name: 'Garden', consensus, createdAt: new Date(START_MS).toISOString() },
      ...(consensus === 'simplex' && { voters: [nodeIdOf(firstKey.publicKey)] }),
    },
    random,
  )
  const membershipOf = ({ key, permissions }: Person): Uint8Array =>
    issueMembership(
      founder.key,
      network.id,
      { owner: key.publicKey, ownerName: 'Somebody', permissions, nowMs: START_MS },
      createSeededRandom(1),
    )
  const map = createGossip()
  const ownerOf = new Map<NodeId, Person>()
  const people: Person[] = []
  const nodes: TestNode[] = []
  let detects = false

  /** The failure detector of this world knows at once. */
  function nodeFactsOf({ id: node, isUp }: TestNode): NodeFacts {
    return {
      ...{ node, role: node === nodes[0]?.id ? 'sclerotia' : 'rhizomorph' },
      ...{ labels: {}, addresses: [], upMs: detects && isUp ? 60_000 : 0 },
      ...{ cpuMillis: 4_000, memoryBytes: 8e9 },
    }
  }

  function addNode(owner: Person, key = generateKey(random)): TestNode {
    const id = nodeIdOf(key.publicKey)
    ownerOf.set(id, owner)
    const disk = createSimDisk({ random: createSeededRandom(random.int(1e9)) })
    const live = (of = release): Primary =>
      createPrimary(
        {
          ...{ network, disk, clock, signer: key, logger: createSilentLogger() },
          random: createSeededRandom(random.int(1e9)),
          net: links.node(id),
          state: map.of(id),
          certificate: () =>
            issueNodeCertificate(owner.key, network.id, { node: key.publicKey, nowMs: START_MS }),
          role: () => node.role,
          permissionsOf: (node) => {
            const held = ownerOf.get(node)?.permissions
            return held && new Set(held)
          },
          isHub: () => true,
          mandate: (payload) =>
            owner.permissions.includes('admin')
              ? sealMandate(owner.key, network, payload, [membershipOf(owner)])
              : undefined,
          claim: async (mandate) => world.claim(mandate),
          owners: () => people.map(factsOf),
          nodes: () => nodes.map(nodeFactsOf),
        },
        of ? { release: of } : {},
      )
    const node: TestNode = {
      ...{ id, key, disk, role: 'rhizomorph', primary: live(), isUp: true, release },
      async kill() {
        node.isUp = false
        links.crash(id, { silent: true })
        disk.crash()
        await stopNow(node.primary)
      },
      async restart() {
        await stopNow(node.primary)
        await node.start()
      },
      async start() {
        node.primary = live(node.release)
        node.isUp = true
        await node.primary.start()
      },
    }
    nodes.push(node)
    return node
  }
  async function stopNow(primary: Primary): Promise<void> {
    const stopped = primary.stop()
    await advance(20)
    await stopped
  }
  async function advance(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5) {
      clock.advance(5)
      for (let turn = 0; turn < 60; turn++) await Promise.resolve()
    }
  }

  const first = addNode(founder, firstKey)
  await foundPrimary(first.disk)
  await first.primary.start()

  const world: TestNetwork = {
    ...{ clock, links, nodes, network, advance, map },
    mandate: (payload) => sealMandate(founder.key, network, payload, [membershipOf(founder)]),
    claim: () => 'none',
    split(side = nodes) {
      const isIn = (node: NodeId): boolean => side.some(({ id }) => id === node)
      for (const { id: from } of nodes) {
        for (const { id: to } of nodes) {
          if (from === to) continue
          if (isIn(from) === isIn(to)) links.mend(from, to)
          else links.cut(from, to)
        }
      }
      map.split((node) => (isIn(node) ? 0 : 1))
    },
    tell: (author, key, value) => void map.tell(author, key, value),
    detect() {
      detects = true
    },
    async add(...permissions) {
      const owner: Person = { key: generateKey(random), permissions }
      people.push(owner)
      const node = addNode(owner)
      await node.primary.start()
      map.tell(first.id, `net/member/${ownerIdOf(owner.key.publicKey)}`, {})
      return node
    },
    async run(what, work) {
      let settled = false
      const done = work.finally(() => {
        settled = true
      })
      done.catch(() => {})
      await world.until(what, () => settled)
      return done
    },
    async until(what, holds) {
      for (let waited = 0; !holds(); waited += 10) {
        if (waited > 60_000) throw new Error(`Seed ${seed}: ${what} has not come to pass.`)
        await advance(10)
      }
    },
    async end() {
      const stopping = Promise.all(nodes.map(({ primary }) => primary.stop()))
      await advance(100)
      await stopping
    },
  }
  return world
}

function factsOf({ key, permissions }: Person): OwnerFacts {
  const owner = ownerIdOf(key.publicKey)
  return { owner, key: key.publicKey, name: 'Somebody', permissions, removed: false }
}

/** A shared state that is at once wherever no split is in the way. */
function createGossip() {
  const held = new Map<NodeId, Map<string, StateRecord>>()
  const listeners = new Set<{ at: NodeId; prefix: string; tell: (change: StateChange) => void }>()
  let sideOf: (node: NodeId) => number = () => 0
  let counter = 0
  const recordsOf = (node: NodeId): Map<string, StateRecord> => {
    const records = held.get(node) ?? new Map()
    held.set(node, records)
    return records
  }

  function deliver(to: NodeId, record: StateRecord): void {
    const { key } = record
    const previous = recordsOf(to).get(key)
    if (previous && previous.counter >= record.counter) return
    recordsOf(to).set(key, record)
    for (const { at, prefix, tell } of [...listeners]) {
      if (at === to && key.startsWith(prefix)) tell({ key, record, previous, remote: true })
    }
  }

  function tell(author: NodeId, key: string, value: Plain | undefined): StateRecord {
    const record: StateRecord = {
      ...{ key, value, author, owner: ownerIdOf(new Uint8Array(32)) },
      ...{ incarnation: 1, counter: ++counter, generation: 0 },
    }
    recordsOf(author)
    for (const node of [...held.keys()]) {
      if (sideOf(node) === sideOf(author)) deliver(node, record)
    }
    return record
  }

  return {
    tell,
    /** What each side has told comes to the other once there is one side again. */
    split(side: (node: NodeId) => number) {
      sideOf = side
      for (const from of [...held.keys()]) {
        for (const to of [...held.keys()]) {
          if (side(from) !== side(to)) continue
          for (const record of [...recordsOf(from).values()]) deliver(to, record)
        }
      }
    },
    of(author: NodeId) {
      // Whoever comes later hears what was told before.
      if (!held.has(author)) {
        const [anybody] = [...held.values()]
        held.set(author, new Map(anybody))
      }
      const records = recordsOf(author)
      return {
        get: (key: string) => records.get(key),
        list: (prefix: string) =>
          [...records.values()].filter(
            ({ key, value }) => key.startsWith(prefix) && value !== undefined,
          ),
        put: async (key: string, value: Plain) => tell(author, key, value),
        subscribe(prefix: string, listener: (change: StateChange) => void) {
          const entry = { at: author, prefix, tell: listener }
          listeners.add(entry)
          return () => listeners.delete(entry)
        },
      }
    },
  }
}

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
export const text = (content: Uint8Array | undefined): string | undefined =>
  content && Buffer.from(content).toString()
