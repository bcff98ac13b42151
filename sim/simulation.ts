/** One run from one seed: chaos for a while, then peace, then what must hold. */
import { createHash } from 'node:crypto'
import { isCode, messageOf } from '../node-core/base/errors/index.ts'
import { allAlive, nothingLost, oneMap, resurrection, slotsOnce } from './checks.ts'
import { createChaos } from './faults.ts'
import { createWorld, type Life, type World, type WorldNode } from './world.ts'

export interface Outcome {
  seed: number
  /** What did not hold, empty for a good run. */
  failures: string[]
  /** Over everything that happened and when: the same seed gives the same. */
  trace: string
  counts: Record<string, number>
  /** The last lines of every node's log, for a failure. */
  log: string[]
}

export interface SimulationOptions {
  /** Nodes at most; the seed chooses from three on. */
  nodesMax?: number
  /** Things that happen. */
  steps?: number
}

/** After the last fault: until everybody knows the same and everyone. Milliseconds. */
const HEALED_WITHIN_MS = 10_000
/** And until every slot runs once. Milliseconds. */
const PLACED_WITHIN_MS = 20_000
/** How long what holds is left alone before it is asked whether it stayed. */
const STAYS_MS = 1_000
/** What was written last takes a moment to be everywhere. */
const TOLD_WITHIN_MS = 1_000
const STEP_MS_MAX = 2_500

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const failures: string[] = []
  const trace = createHash('sha256')
  const nodes = 3 + (seed % ((options.nodesMax ?? 5) - 2))
  const world = createWorld({ seed, nodes, onLife: (node, life) => watch(node, life) })

  function watch(node: WorldNode, life: Life): void {
    life.state.subscribe('', (change) => {
      const { key, record } = change
      const at = `${world.clock.monotonicMs()} ${node.name} ${key} ${record.incarnation}`
      trace.update(`${at} ${record.counter} ${record.value === undefined}\n`)
      const back = resurrection(change)
      if (back) failures.push(`${node.name}: ${back}`)
    })
    life.membership.subscribe((member) => {
      trace.update(`${world.clock.monotonicMs()} ${node.name} ${member.id} ${member.liveness}\n`)
    })
    life.started.catch((error: unknown) => {
      if (!isCode(error, 'DISK_FULL'))
        failures.push(`${node.name} did not start: ${messageOf(error)}`)
    })
  }

  const chaos = createChaos(world)
  for (const node of world.nodes) node.start()
  await world.advance(500)
  for (let step = 0; step < (options.steps ?? 12); step++) {
    chaos.step()
    await world.advance(world.random.int(STEP_MS_MAX))
  }
  await chaos.end()
  await settle(world, HEALED_WITHIN_MS, () => [...oneMap(world), ...allAlive(world)], failures)
  const rest = PLACED_WITHIN_MS - HEALED_WITHIN_MS
  await settle(world, rest, () => [...slotsOnce(world), ...oneMap(world)], failures)
  failures.push(...nothingLost(world, chaos.acknowledged))

  const counts = { ...world.network.counts, ...chaos.counts }
  return { seed, failures, trace: trace.digest('hex').slice(0, 16), counts, log: lastLines(world) }
}

/** Moves on until the check finds nothing, and a while longer to see that it stays so. */
async function settle(
  world: World,
  withinMs: number,
  check: () => string[],
  failures: string[],
): Promise<void> {
  const untilMs = world.clock.monotonicMs() + withinMs
  while (check().length > 0 && world.clock.monotonicMs() < untilMs) await world.advance(250)
  failures.push(...check())
  if (failures.length > 0) return
  await world.advance(STAYS_MS)
  const toldByMs = world.clock.monotonicMs() + TOLD_WITHIN_MS
  while (check().length > 0 && world.clock.monotonicMs() < toldByMs) await world.advance(250)
  failures.push(...check())
}

function lastLines(world: World): string[] {
  return world.nodes.flatMap(({ name, life }) =>
    (life?.log ?? []).slice(-15).map((line) => `${name} ${JSON.stringify(line)}`),
  )
}
