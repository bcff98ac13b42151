/**
 * The registry of a whole network in one process: real Primaries (committee, author, envoy, log on
 * disk, engine, reducer) over simulated computers, links and time. Honest computers are one
 * owner's, an admin, or where members vote each has an owner of its own, all of them admins; each liar
 * has an owner of its own.
 */
import { createHash } from 'node:crypto'
import { createSimClock, type SimClock } from '../../node-core/base/clock/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import type { OwnerFacts } from '../../node-core/control/primary/index.ts'
import { RELEASE, type Release } from '../../node-core/control/registry/index.ts'
import {
  foundNetwork,
  generateKey,
  type KeyPair,
  type NetworkId,
  nodeIdOf,
  ownerIdOf,
  type Permission,
} from '../../node-core/identity/index.ts'
import { createPassing, type Passing } from '../passing.ts'
import type { Cast } from './cast.ts'
import { createGossip } from './gossip.ts'
import { createMachine, type Life, type Machine } from './machine.ts'
import { createSeenBefore } from './seen-before.ts'

export interface World extends Passing {
  readonly random: Random
  readonly clock: SimClock
  readonly links: SimNetwork
  readonly network: NetworkId
  readonly cast: Cast
  /** Liars among them. */
  readonly machines: readonly Machine[]
  readonly honest: readonly Machine[]
  readonly counts: Record<string, number>
  count(what: string, times?: number): void
  /** Honest ones that are up; where reads go by a lease, those that do not stand still. */
  running(): Machine[]
  /** How many times as long as in the chaos whoever uses the network thinks between two things. */
  readonly leisure: number
  /** Where all works and something is waited for that takes its time: they go on, and do less of it. */
  atLeisure<T>(wait: () => Promise<T>): Promise<T>
  /** Whoever is to lie does from now on; twins, who cannot help it, do from the start. */
  lie(): void
  /** Something happened, for the trace. */
  note(what: string): void
  trace(): string
}

export interface WorldOptions {
  seed: number
  cast: Cast
  onLife(world: World, machine: Machine, life: Life): void
}

/** At the pace of the chaos a minute and a half of waiting would be most of what a seed costs. */
const LEISURE = 4
/** By how much a clock runs fast or slow, at most. */
const DRIFT = 0.01

/** The one before this: it knows the first version of the rules. */
const OLD_RELEASE: Release = {
  version: 1,
  kinds: new Map([...RELEASE.kinds].filter(([, { since }]) => since === 1)),
}
const OLD_RATE = 0.6
const EVERYTHING: readonly Permission[] = ['admin', 'invite', 'deploy', 'use']
const GUESTS: readonly Permission[] = ['deploy', 'use']

export async function createWorld({ seed, cast, onLife }: WorldOptions): Promise<World> {
  const random = createSeededRandom(seed)
  const clock = createSimClock()
  const links = createSimNetwork({ clock, random: createSeededRandom(seed + 1) })
  const owner = generateKey(random)
  const { verify, signing } = createSeenBefore()
  const keys = Array.from({ length: cast.machines }, () => signing(generateKey(random)))
  const ids: NodeId[] = keys.map(({ publicKey }) => nodeIdOf(publicKey))
  const network = foundNetwork(
    owner,
    {
      ...{ name: 'Garden', consensus: cast.engine },
      createdAt: new Date(clock.wallMs()).toISOString(),
      ...(cast.engine === 'simplex' && { voters: ids.slice(0, cast.founders) }),
      leaseReads: cast.leaseReads,
    },
    random,
  )
  const counts: Record<string, number> = {}
  const trace = createHash('sha256')
  const isLiar = (id: NodeId): boolean => cast.liars.has(ids.indexOf(id))
  const guests = new Map([...cast.liars.keys()].map((n) => [n, generateKey(random)]))
  const admins = cast.votes ? adminsOf(cast, random) : new Map<number, KeyPair>()
  const rights = (id: NodeId) => new Set(isLiar(id) ? GUESTS : EVERYTHING)
  const honestIds = ids.filter((id) => !isLiar(id))

  const lives = (id: NodeId): boolean => machines[ids.indexOf(id)]?.life !== undefined
  const gossip = createGossip({
    ...{ clock, random, ids },
    peersOf: (id) => (lives(id) ? links.node(id).peers().filter(lives) : []),
  })
  const machines = keys.map((key, n) =>
    createMachine(`n${n}`, {
      ...{ network, key, clock, links, gossip, random, ids, fills: cast.fills },
      owner: guests.get(n) ?? admins.get(n) ?? owner,
      liar: cast.liars.get(n),
      release: cast.mixed && random.float() < OLD_RATE ? OLD_RELEASE : undefined,
      options: { verify, ...(cast.compaction && { compaction: cast.compaction }) },
      rate: 1 + (random.float() * 2 - 1) * DRIFT,
      permissionsOf: (node) => (ids.includes(node) ? rights(node) : undefined),
      isLying: () => lying,
      owners: () => [
        ...[...guests.values()].map((key) => factsOf(key, GUESTS)),
        ...[...admins.values()].map((key) => factsOf(key, EVERYTHING)),
      ],
      // Liars hear and are heard by the second one, as half of the honest.
      isLeft: (node) => honestIds.indexOf(node) % 2 === 0,
      count: (what) => world.count(what),
      onLife: (machine, life) => onLife(world, machine, life),
    }),
  )
  // Nobody is heard there. What it did all the same would hold up the reads that come as it wakes.
  const isStill = ({ stillUntilMs }: Machine): boolean => clock.monotonicMs() < stillUntilMs
  // One liar more than is borne would overrun a committee before it has come to its size.
  let lying = !cast.overrun
  let leisure = 1
  const world: World = {
    ...{ random, clock, links, network: network.id, cast, machines, counts },
    ...createPassing(clock),
    honest: machines.filter(({ liar }) => !liar),
    count(what, times = 1) {
      counts[what] = (counts[what] ?? 0) + times
    },
    running: () =>
      world.honest.filter((machine) => machine.life && !(cast.leaseReads && isStill(machine))),
    get leisure() {
      return leisure
    },
    async atLeisure(wait) {
      leisure = LEISURE
      try {
        return await wait()
      } finally {
        leisure = 1
      }
    },
    lie() {
      lying = true
    },
    note: (what) => void trace.update(`${clock.monotonicMs()} ${what}\n`),
    trace: () => trace.digest('hex').slice(0, 16),
  }
  for (const machine of machines.slice(0, cast.founders)) await machine.found()
  for (const { lie } of cast.liars.values()) world.count(`liar: ${lie}`)
  return world
}

/** Of every honest computer but the first, whose owner founded the network. */
function adminsOf({ machines, liars }: Cast, random: Random): Map<number, KeyPair> {
  const honest = Array.from({ length: machines }, (_, n) => n).filter((n) => !liars.has(n))
  return new Map(honest.slice(1).map((n) => [n, generateKey(random)]))
}

function factsOf({ publicKey }: KeyPair, permissions: readonly Permission[]): OwnerFacts {
  const facts = { owner: ownerIdOf(publicKey), key: publicKey, name: 'Somebody' }
  return { ...facts, permissions, removed: false }
}
