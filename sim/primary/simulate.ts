/** One run of the Primary from one seed: chaos for a while, then peace, then what must hold. */
import { messageOf } from '../../node-core/base/errors/index.ts'
import type { LogLine } from '../../node-core/base/log/index.ts'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import { checkLinearizable, checkWatched } from '../linearizability/index.ts'
import { type Ballots, createBallots, PROPOSALS_END_WITHIN_MS } from './ballots.ts'
import { type CastOptions, castFor } from './cast.ts'
import { type Clients, createClients } from './clients.ts'
import { createChaos, ownFault } from './faults.ts'
import { formCommittee } from './forming.ts'
import { createInvariants, type Invariants } from './invariants.ts'
import type { Machine } from './machine.ts'
import { judgeLiars, judgePromise } from './slashing.ts'
import { createTenants, LEASES_END_WITHIN_MS, type Tenants } from './tenants.ts'
import { createVersions, type Versions } from './versions.ts'
import { createWorld, type World } from './world.ts'

export interface Outcome {
  seed: number
  failures: string[]
  /** The same seed gives the same. */
  trace: string
  counts: Record<string, number>
  /** The last lines of every node's log, for a failure. */
  log: string[]
}

export interface SimulateOptions extends CastOptions {
  /**
   * Fewer faults, and no waiting at the end for what only time brings: leases that nobody keeps, and an
   * absent voter who is replaced. Half of what a seed costs, so that a test run has many.
   */
  brief?: boolean
}

const FAULTS = 12
const FAULTS_BRIEF = 4

const BETWEEN_MS_MAX = 2_500
/** Until all know how to vote, where they are to. Milliseconds. */
const READY_WITHIN_MS = 20_000
/** After the last fault: a write through every computer, and one state. Milliseconds. */
const HEALED_WITHIN_MS = 10_000
/** The same where liars lead some of the views, each of which takes its time. Milliseconds. */
const HEALED_AMONG_LIARS_MS = 60_000
/** Until more liars than are borne are caught, once all hear each other. Milliseconds. */
const VOID_WITHIN_MS = 60_000
/** Until a watcher whose answer was lost has asked again. Milliseconds. */
const TOLD_WITHIN_MS = 60_000

export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  // Of its own, so that who takes part does not hang on what happens, nor the other way.
  const cast = castFor(seed, createSeededRandom(seed + 2), options)
  const invariants = createInvariants(() => world)
  let clients: Clients | undefined
  let ballots: Ballots | undefined
  const world = await createWorld({
    ...{ seed, cast },
    onLife(_world, machine, life) {
      if (machine.liar) return
      invariants.watch(machine, life)
      clients?.watch(machine, life)
      ballots?.watch(machine, life)
    },
  })
  clients = createClients(world)
  ballots = createBallots(world)
  const tenants = createTenants(world)
  const versions = createVersions(world)
  const unformed: string[] = []
  try {
    const { brief = false } = options
    await run(world, { brief, unformed, clients, ballots, tenants, versions, invariants })
  } catch (error) {
    invariants.failures.push(error instanceof Error ? (error.stack ?? '') : messageOf(error))
  }
  const judged = cast.overrun
    ? judgePromise(world, invariants)
    : [...invariants.failures, ...tenants.failures, ...ballots.failures]
  const failures = unformed.length > 0 ? unformed : judged
  const counts = { ...world.links.counts, ...world.counts }
  return { seed, failures, trace: world.trace(), counts, log: lastLines(world) }
}

interface Parts {
  brief: boolean
  /** What is not as it was cast: the run says nothing then. */
  unformed: string[]
  clients: Clients
  ballots: Ballots
  tenants: Tenants
  versions: Versions
  invariants: Invariants
}

async function run(world: World, parts: Parts): Promise<void> {
  const { brief, unformed, clients, ballots, tenants, versions, invariants } = parts
  for (const machine of world.machines) machine.start()
  unformed.push(...(await formCommittee(world)))
  if (unformed.length > 0) return
  world.lie()
  clients.start()
  tenants.start()
  ballots.start()
  versions.start()
  await world.until(ballots.isReady, READY_WITHIN_MS)
  await world.advance(1_000)
  const faults = brief ? FAULTS_BRIEF : FAULTS
  const chaos = createChaos(world, {
    brief,
    woken: (machine) => readAtOnce(clients, machine),
  })
  const ownAt = world.random.int(faults)
  for (let strike = 0; strike < faults && invariants.failures.length === 0; strike++) {
    await chaos.strike(strike === ownAt ? ownFault(world.cast, brief) : undefined)
    await world.advance(world.random.int(BETWEEN_MS_MAX))
  }
  await chaos.end()
  if (world.cast.overrun) {
    await world.until(() => invariants.voids.size > 0, VOID_WITHIN_MS)
    return
  }
  world.note('calm')
  clients.stop()
  tenants.stop()
  ballots.stop()
  if (invariants.failures.length === 0) await recover(world, parts)
}

async function recover(world: World, parts: Parts): Promise<void> {
  const { brief, clients, ballots, tenants, invariants } = parts
  const { failures } = invariants
  const withinMs = world.cast.liars.size > 0 ? HEALED_AMONG_LIARS_MS : HEALED_WITHIN_MS
  failures.push(...(await goOn(world, clients, withinMs)))
  if (failures.length > 0) return
  const judged = await judgeLiars(world)
  if (judged.length > 0) failures.push(...judged, ...(await goOn(world, clients, withinMs)))
  await readEverything(world, clients, withinMs)
  if (!brief) {
    await world.until(() => tenants.left().length === 0, LEASES_END_WITHIN_MS)
    failures.push(...tenants.overdue())
    await withoutOne(world, tenants)
  }
  // What was under way when all was over may still arrive.
  await world.until(() => invariants.differing(world.honest).length === 0, withinMs)
  failures.push(...invariants.differing(world.honest))
  await world.until(() => ballots.left().length === 0, PROPOSALS_END_WITHIN_MS)
  failures.push(...ballots.left())
  ballots.judge()
  await world.until(() => isTold(clients), TOLD_WITHIN_MS)
  failures.push(...checkWatched(clients.writes, clients.watched, clients.holes))
  const result = checkLinearizable(clients.history)
  if (result.verdict === 'undecided') world.count('historyUndecided')
  if (result.verdict === 'violated') {
    failures.push(`not linearizable:\n    ${result.history.join('\n    ')}`)
  }
}

/** One voter more than is wrong in its clock is away, where the others are enough. */
async function withoutOne(world: World, tenants: Tenants): Promise<void> {
  const { voters = [], version = 1 } = world.running()[0]?.life?.primary.view() ?? {}
  const spare = world.honest.find(({ id, wallOffMs }) => voters.includes(id) && wallOffMs === 0)
  if (world.cast.liars.size > 0 || voters.length < 3 || version < 2 || !spare) return
  await tenants.endsWithout(spare)
  spare.start()
}

/** A write through every computer, and one state. */
async function goOn(world: World, clients: Clients, withinMs: number): Promise<string[]> {
  const left = new Set(world.honest)
  for (const machine of world.honest) {
    void goesOn(world, clients, machine).then(() => left.delete(machine))
  }
  const isWhole = (): boolean => left.size === 0 && unequal(world).length === 0
  if (await world.until(isWhole, withinMs)) return []
  return [
    ...[...left].map(({ name }) => `${name} has not written since all is well`),
    ...unequal(world),
  ]
}

/** A write that nobody waits for any more may still come to stand while this is waited for. */
function isTold({ writes, watched, toldTo }: Clients): boolean {
  const all = [...writes, ...[...watched.values()].flat()]
  const last = Math.max(0, ...all.map(({ revision }) => revision ?? 0))
  return [...watched.keys()].every((watcher) => (toldTo.get(watcher) ?? 0) >= last)
}

/** As clients do, it asks again. */
async function goesOn(world: World, clients: Clients, machine: Machine): Promise<void> {
  const key = clients.keys[0] ?? ''
  while (!(await clients.put(machine, `last.${machine.name}`, key))) await world.sleep(100)
}

function unequal({ honest }: World): string[] {
  const heights = honest.map(({ life }) => life?.primary.status().height ?? 0)
  const highest = Math.max(...heights)
  return honest.flatMap(({ name }, at) => {
    return heights[at] === highest ? [] : [`${name} has come to ${heights[at]} of ${highest}`]
  })
}

async function readEverything(world: World, clients: Clients, withinMs: number): Promise<void> {
  let left = 0
  for (const machine of world.honest) {
    for (const key of clients.keys) {
      left += 1
      void clients.read(machine, `last.${machine.name}`, key).then(() => {
        left -= 1
      })
    }
  }
  await world.until(() => left === 0, withinMs)
}

/** Of a leader that stood still for long, whose lease is over though it has counted no time. */
function readAtOnce(clients: Clients, machine: Machine): void {
  for (const key of clients.keys) void clients.read(machine, `woken.${machine.name}`, key)
}

function lastLines({ honest }: World): string[] {
  return honest.flatMap(({ name, life }) =>
    (life?.log ?? [])
      .filter(isTelling)
      .slice(-LINES)
      .map((line) => `${name} ${JSON.stringify(line)}`),
  )
}

const LINES = 15
/** Everyday lines drown what happened; those of refused streams come with every liar. */
const isTelling = ({ level, message }: LogLine): boolean =>
  level !== 'debug' && !message.startsWith('A peer sent')
