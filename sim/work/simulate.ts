/** One run of whole nodes at work under a Primary, from one seed: chaos, then calm and what must hold, and again. */
import type { LogLine } from '../../node-core/base/log/index.ts'
import { createAssigner } from '../../node-core/work/assigning/index.ts'
import { createDesired } from '../../node-core/work/desired/index.ts'
import {
  createReadiness,
  createReconciler,
  createWorkView,
} from '../../node-core/work/reconcile/index.ts'
import type { WorkParts } from './computer.ts'
import { type Chaos, createChaos } from './faults.ts'
import { formCommittee } from './forming.ts'
import { createPeople, type People } from './people.ts'
import { createStops } from './stops.ts'
import { createWatch, type Watch } from './watch.ts'
import { notWhole } from './whole.ts'
import { createWorld, type World } from './world.ts'

export interface Outcome {
  seed: number
  failures: string[]
  /** The same seed gives the same. */
  trace: string
  counts: Record<string, number>
  /** What happened last, and the last lines of every node's log, for a failure. */
  log: string[]
}

export interface SimulateOptions {
  consensus?: 'raft' | 'simplex'
  /** Default: the product's own. */
  parts?: WorkParts
}

export const PARTS: WorkParts = {
  ...{ createAssigner, createDesired, createReadiness, createReconciler, createWorkView },
}

const ROUNDS = 2
const STEPS = 8
const BETWEEN_MS_MAX = 2_000
/** One wait in so many lasts longer than it takes to find somebody dead and put others in its place. */
const LONG_OF = 8
const LONG_MS = 16_000
/** After the last fault of a round. Milliseconds. */
const WHOLE_WITHIN_MS = 30_000
/** How long what holds is left alone before it is asked whether it stayed. Milliseconds. */
const STAYS_MS = 2_000

export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  const { consensus = 'raft', parts = PARTS } = options
  const watch = createWatch(() => world)
  const world = await createWorld({
    ...{ seed, consensus, parts },
    ...{ onStart: watch.onStart, onEnd: watch.onEnd, onLife: watch.onLife },
  })
  const chaos = createChaos(world)
  const people = createPeople(world)
  const failures: string[] = []
  try {
    failures.push(...(await run(world, { watch, chaos, people })))
  } catch (error) {
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  failures.unshift(...watch.failures)
  const counts = { ...world.links.counts, ...world.counts }
  return {
    seed,
    failures,
    trace: world.trace(),
    counts,
    log: [...world.story, ...lastLines(world)],
  }
}

interface Parts {
  watch: Watch
  chaos: Chaos
  people: People
}

async function run(world: World, { watch, chaos, people }: Parts): Promise<string[]> {
  const { random } = world
  const stops = createStops(world, chaos, watch)
  for (const computer of world.computers) computer.start()
  const unformed = await formCommittee(world)
  if (unformed.length > 0) return unformed
  for (let round = 0; round < ROUNDS; round++) {
    for (let step = 0; step < STEPS; step++) {
      if (random.float() < 0.5) people.act()
      else chaos.strike()
      await world.advance(random.int(LONG_OF) === 0 ? LONG_MS : random.int(BETWEEN_MS_MAX))
      if (watch.failures.length > 0 || stops.failures.length > 0) return stops.failures
    }
    await chaos.end()
    world.note('calm')
    const wrong = await calm(world, watch)
    if (wrong.length > 0 || watch.failures.length > 0) return wrong
  }
  return stops.failures
}

/** What is wrong in the end, or did not stay right. */
async function calm(world: World, watch: Watch): Promise<string[]> {
  const look = (): string[] => notWhole(world, watch.running())
  const startedMs = world.clock.monotonicMs()
  if (!(await world.until(() => look().length === 0, WHOLE_WITHIN_MS))) return look()
  world.count('whole after, seconds', (world.clock.monotonicMs() - startedMs) / 1_000)
  await world.advance(STAYS_MS)
  // What somebody asked for while nobody answered may have come to stand only now.
  await world.until(() => look().length === 0, WHOLE_WITHIN_MS)
  return look().map((what) => `${what}, after it was whole`)
}

function lastLines({ computers }: World): string[] {
  return computers.flatMap(({ name, life }) =>
    (life?.log ?? [])
      .filter(({ level }: LogLine) => level !== 'debug')
      .slice(-LINES)
      .map((line) => `${name} ${JSON.stringify(line)}`),
  )
}

const LINES = 15
