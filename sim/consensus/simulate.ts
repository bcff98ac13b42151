/** One run from one seed: chaos for a while, then peace, then what must hold. */
import { messageOf } from '../../node-core/base/errors/index.ts'
import { createSeededRandom, pick, shuffle } from '../../node-core/base/random/index.ts'
import { checkLinearizable } from '../linearizability/index.ts'
import { type Chaos, createChaos } from './chaos.ts'
import type { Effect } from './effects.ts'
import type { EngineKind } from './engine-kind.ts'
import type { Machine } from './machine.ts'
import { createStage } from './stage.ts'
import { createWorld, type World } from './world.ts'

export interface Outcome {
  seed: number
  /** What did not hold, empty for a good run. */
  failures: string[]
  /** Over everything that was sent and when: the same seed gives the same. */
  trace: string
  counts: Record<string, number>
}

export interface SimulateOptions {
  /** Faults that strike. Default 16. */
  faults?: number
  /** Disks forget what they said was synced: to see that it is found. */
  lyingDisks?: boolean
  /** As many of the voters as may be do not follow the protocol; the others agree all the same. */
  lying?: boolean
  /** How many vote from the start; drawn from the seed if not given. */
  voters?: number | undefined
  /** Machines that die at an effect die before this one; default any. */
  deadly?: Effect
}

/** Voters, f of whom may lie. Larger ones are dear, so they are asked for, never drawn. */
const COMMITTEES = [4, 5, 6, 7, 10]
interface Patience {
  /** From the last fault on, for progress everywhere. */
  healedWithinMs: number
  /** And then until everybody has been told everything. */
  restMs: number
}
const AMONG_HONEST: Patience = { healedWithinMs: 10_000, restMs: 4_000 }
/** Views that liars lead pass one after the other, each with more patience than the one before. */
const AMONG_LIARS: Patience = { healedWithinMs: 60_000, restMs: 60_000 }
/** Until the network is as if nothing had happened, mostly. */
const SETTLE_MS = 1_500
const BETWEEN_FAULTS_MS_MAX = 2_000
/** One for each that may wait for its turn, some until clients have given up, and then one without. */
const RESTS_MAX = 8
const HASTE_MS_MAX = 150

export function simulate(seed: number, kind: EngineKind, options: SimulateOptions = {}): Outcome {
  const { lying, voters } = options
  const cast = lying ? castWithLiars(seed, kind, voters) : castOfHonest(seed, voters)
  const world = createWorld({ seed, kind, ...cast })
  const { invariants, links, clients } = world
  try {
    run(world, options)
  } catch (error) {
    invariants.failures.push(`threw: ${error instanceof Error ? error.stack : messageOf(error)}`)
  }
  for (const { liar } of world.machines) if (liar) world.count(`liar:${liar}`)
  const counts = { ...world.counts, ...links.counts, ...clients.counts }
  return { seed, failures: invariants.failures, trace: world.trace(), counts }
}

function run(world: World, options: SimulateOptions): void {
  const { faults = 16, lyingDisks = false, lying = false, deadly } = options
  const { random, machines, clients, invariants } = world
  for (const machine of machines) machine.log.lies = lyingDisks
  for (const id of invariants.members().voters) world.machine(id).start()
  clients.start()
  world.advance(2_000)
  const chaos = createChaos(world, { deadly, sameMembers: lying })
  const stagedAt = random.int(faults)
  for (let strike = 0; strike < faults && invariants.failures.length === 0; strike++) {
    if (strike === stagedAt && !lying) meetAdversary(world, chaos)
    chaos.strike()
    // Often so soon that one meets what the last one left.
    const gapMsMax = random.float() < 0.4 ? HASTE_MS_MAX : BETWEEN_FAULTS_MS_MAX
    world.advance(random.int(gapMsMax))
  }
  chaos.end()
  clients.stop()
  if (invariants.failures.length > 0) return
  recover(world, lying ? AMONG_LIARS : AMONG_HONEST)
}

const castOfHonest = (seed: number, voters = 3 + (seed % 3)) => ({ voters, spare: 3 })

/** f of the voters lie, each in a way of its own. */
function castWithLiars(seed: number, { liars: ways = {} }: EngineKind, asked?: number) {
  const random = createSeededRandom(seed)
  const voters = asked ?? pick(random, COMMITTEES) ?? 0
  const numbers = Array.from({ length: voters }, (_, n) => n)
  const lying = shuffle(random, numbers).slice(0, Math.floor((voters - 1) / 3))
  const names = Object.keys(ways)
  const liars = new Map(lying.map((n) => [n, pick(random, names) ?? '']))
  return { voters, spare: 0, liars }
}

/** Leaves nothing of the chaos behind, lest it spoil what the adversary has in mind. */
function meetAdversary(world: World, chaos: Chaos): void {
  const { adversaries = {} } = world.kind
  const name = pick(world.random, Object.keys(adversaries))
  const adversary = name === undefined ? undefined : adversaries[name]
  if (!adversary) return
  chaos.end()
  world.advance(SETTLE_MS)
  world.count(adversary(createStage(world)) ? `adversary:${name}` : `unmet:${name}`)
  chaos.end()
}

/** Progress within time, and then everybody has been told everything. */
function recover(world: World, { healedWithinMs, restMs }: Patience): void {
  const { machines, invariants, events, clients } = world
  const before = invariants.committed()
  const untilMs = events.nowMs() + healedWithinMs
  let probes = 0
  const goesOn = (): boolean => invariants.failures.length === 0 && events.nowMs() < untilMs
  while (goesOn() && unhealed(world, before).length > 0) {
    // Through whomever, as clients would.
    const asked = machines[probes % machines.length]
    const id = `probe${probes++}`
    if (asked?.honest) asked.life?.propose({ id, key: 'probe', value: id }, () => {})
    world.advance(200)
  }
  if (invariants.failures.length > 0) return
  invariants.failures.push(...unhealed(world, before))
  if (invariants.failures.length > 0) return
  // Whoever is a member has been told everything by then, unless something came in between, as a
  // change does that was asked for in the chaos and waits for somebody who knows of it to lead, or a
  // client that was not answered in the chaos and asks again just before the end.
  for (let rests = 0, isOver = false; rests < RESTS_MAX && !isOver; rests++) {
    const [seen, nobodyAsks] = [invariants.committed(), clients.atRest()]
    world.advance(restMs)
    isOver = nobodyAsks && seen === invariants.committed()
  }
  if (invariants.failures.length > 0) return
  invariants.failures.push(...unhealed(world, before), ...untold(world))
  checkHistory(world)
}

function members({ machines, invariants }: World): Machine[] {
  const { voters, learners } = invariants.members()
  return machines.filter(
    ({ id, honest }) => honest && (voters.includes(id) || learners.includes(id)),
  )
}

/** Everyone has delivered all there is, and something since the last fault. */
function unhealed(world: World, before: number): string[] {
  const committed = world.invariants.committed()
  if (committed <= before) return [`nothing was committed after ${before} since all is well`]
  return members(world).flatMap(({ name, life }) => {
    const applied = life?.store.applied ?? 0
    return applied === committed ? [] : [`${name} has applied ${applied} of ${committed}`]
  })
}

function untold(world: World): string[] {
  return members(world).flatMap(({ life }) =>
    life ? world.invariants.untold(life.name).map((id) => `nobody was told about ${id}`) : [],
  )
}

function checkHistory({ clients, invariants, count }: World): void {
  const result = checkLinearizable(clients.history())
  if (result.verdict === 'undecided') count('historyUndecided')
  if (result.verdict === 'violated') {
    invariants.failures.push(`not linearizable:\n    ${result.history.join('\n    ')}`)
  }
}
