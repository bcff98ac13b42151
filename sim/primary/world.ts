/**
 * The registry of a whole network in one process: real Primaries (committee, author, envoy, log on
 * disk, engine, reducer) over simulated computers, links and time. All computers are one owner's.
 */
import { createHash } from 'node:crypto'
import { createSimClock, type SimClock } from '../../node-core/base/clock/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import { foundPrimary } from '../../node-core/control/primary/index.ts'
import { foundNetwork, generateKey, nodeIdOf } from '../../node-core/identity/index.ts'
import { createGossip } from './gossip.ts'
import { createMachine, type Life, type Machine } from './machine.ts'

export interface World {
  readonly random: Random
  readonly clock: SimClock
  readonly links: SimNetwork
  readonly machines: readonly Machine[]
  readonly counts: Record<string, number>
  count(what: string, times?: number): void
  running(): Machine[]
  sleep(ms: number): Promise<void>
  advance(ms: number): Promise<void>
  /** Moves on until it holds; false when it does not in time. */
  until(holds: () => boolean, withinMs: number): Promise<boolean>
  /** Something happened, for the trace. */
  note(what: string): void
  trace(): string
}

export interface WorldOptions {
  seed: number
  machines: number
  onLife(world: World, machine: Machine, life: Life): void
}

/** By how much a clock runs fast or slow, at most. */
const DRIFT = 0.01

export async function createWorld({ seed, machines: count, onLife }: WorldOptions): Promise<World> {
  const random = createSeededRandom(seed)
  const clock = createSimClock()
  const links = createSimNetwork({ clock, random: createSeededRandom(seed + 1) })
  const owner = generateKey(random)
  const createdAt = new Date(clock.wallMs()).toISOString()
  const about = { name: 'Garden', consensus: 'raft', createdAt } as const
  const network = foundNetwork(owner, about, random)
  const keys = Array.from({ length: count }, () => generateKey(random))
  const ids: NodeId[] = keys.map(({ publicKey }) => nodeIdOf(publicKey))
  const counts: Record<string, number> = {}
  const trace = createHash('sha256')

  const lives = (id: NodeId): boolean => machines[ids.indexOf(id)]?.life !== undefined
  const gossip = createGossip({
    ...{ clock, random, ids },
    peersOf: (id) => (lives(id) ? links.node(id).peers().filter(lives) : []),
  })
  const machines = keys.map((key, n) =>
    createMachine(`n${n}`, {
      ...{ network, owner, key, clock, links, gossip, random },
      rate: 1 + (random.float() * 2 - 1) * DRIFT,
      isKnown: (node) => ids.includes(node),
      onLife: (machine, life) => onLife(world, machine, life),
    }),
  )
  const world: World = {
    ...{ random, clock, links, machines, counts },
    count(what, times = 1) {
      counts[what] = (counts[what] ?? 0) + times
    },
    running: () => machines.filter(({ life }) => life !== undefined),
    sleep: (ms) => new Promise((resolve) => clock.timer(ms, resolve)),
    async advance(ms) {
      const untilMs = clock.monotonicMs() + ms
      clock.timer(ms, () => {})
      await turn()
      while (clock.monotonicMs() < untilMs && clock.runNext()) await turn()
    },
    async until(holds, withinMs) {
      const untilMs = clock.monotonicMs() + withinMs
      while (!holds() && clock.monotonicMs() < untilMs) await world.advance(50)
      return holds()
    },
    note: (what) => void trace.update(`${clock.monotonicMs()} ${what}\n`),
    trace: () => trace.digest('hex').slice(0, 16),
  }
  await foundPrimary(machines[0]!.disk)
  return world
}

/** Everything that can go on without time passing. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
