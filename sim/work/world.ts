/**
 * A whole network in one process whose registry is the real Primary and whose work side is the real one:
 * shared state, membership, cordons, desired state, assigner, placement and reconciler over simulated
 * clocks, links, disks and container engines, composed as `node.ts` composes them.
 */
import { createHash } from 'node:crypto'
import { createSimClock, type SimClock } from '../../node-core/base/clock/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import { foundNetwork, generateKey, nodeIdOf } from '../../node-core/identity/index.ts'
import { createPassing, type Passing } from '../passing.ts'
import { createSeenBefore } from '../primary/seen-before.ts'
import { type Computer, createComputer, type Life, type WorkParts } from './computer.ts'

export interface World extends Passing {
  readonly random: Random
  readonly clock: SimClock
  readonly links: SimNetwork
  readonly computers: readonly Computer[]
  /** How many of them, from the first on, are to vote. */
  readonly voters: number
  readonly consensus: 'raft' | 'simplex'
  readonly counts: Record<string, number>
  count(what: string, times?: number): void
  running(): Computer[]
  /** Something happened, for the trace. */
  note(what: string): void
  trace(): string
  /** What happened last, for a failure. */
  readonly story: readonly string[]
}

export interface WorldOptions {
  seed: number
  consensus: 'raft' | 'simplex'
  parts: WorkParts
  /** A copy of a workload has begun to run, or is to be ended by its node. */
  onStart: Computer['onStart']
  onEnd: Computer['onEnd']
  onLife(computer: Computer, life: Life): void
}

/** By how much a clock runs fast or slow, at most. */
const DRIFT = 0.01
const STORY_LINES = 200
const VOTERS = { raft: 3, simplex: 4 }
const COMPUTERS_MORE_MAX = 2

export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, consensus } = options
  const random = createSeededRandom(seed)
  const clock = createSimClock()
  const links = createSimNetwork({ clock, random: createSeededRandom(seed + 1) })
  const owner = generateKey(random)
  const { verify, signing } = createSeenBefore()
  const voters = VOTERS[consensus]
  const size = voters + (seed % (COMPUTERS_MORE_MAX + 1))
  const keys = Array.from({ length: size }, () => signing(generateKey(random)))
  const ids: NodeId[] = keys.map(({ publicKey }) => nodeIdOf(publicKey))
  const network = foundNetwork(
    owner,
    {
      ...{ name: 'Garden', consensus, createdAt: new Date(clock.wallMs()).toISOString() },
      ...(consensus === 'simplex' && { voters: ids.slice(0, voters) }),
    },
    random,
  )
  const counts: Record<string, number> = {}
  const trace = createHash('sha256')
  const story: string[] = []
  const computers = keys.map((key, n) =>
    createComputer(`n${n}`, {
      ...{ network, owner, key, clock, links, random, consensus, ids, parts: options.parts },
      verify,
      rate: 1 + (random.float() * 2 - 1) * DRIFT,
      onStart: options.onStart,
      onEnd: options.onEnd,
      onLife: options.onLife,
    }),
  )
  const world: World = {
    ...{ random, clock, links, computers, voters, consensus, counts },
    ...createPassing(clock),
    count(what, times = 1) {
      counts[what] = (counts[what] ?? 0) + times
    },
    running: () => computers.filter(({ life }) => life !== undefined),
    note(what) {
      const line = `${Math.round(clock.monotonicMs())} ${what}`
      trace.update(`${line}\n`)
      story.push(line)
      if (story.length > STORY_LINES) story.shift()
    },
    story,
    trace: () => trace.digest('hex').slice(0, 16),
  }
  const founders = consensus === 'raft' ? 1 : voters
  for (const computer of computers.slice(0, founders)) await computer.found()
  return world
}
