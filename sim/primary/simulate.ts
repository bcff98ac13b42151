/** One run of the Primary from one seed: chaos for a while, then peace, then what must hold. */
import { messageOf } from '../../node-core/base/errors/index.ts'
import { checkLinearizable, checkWatched } from '../linearizability/index.ts'
import { type Clients, createClients } from './clients.ts'
import { createChaos } from './faults.ts'
import { createInvariants, type Invariants } from './invariants.ts'
import type { Machine } from './machine.ts'
import { createTenants, type Tenants } from './tenants.ts'
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

export interface SimulateOptions {
  /** Faults that strike. Default 12. */
  faults?: number
}

const BETWEEN_MS_MAX = 2_500
/** After the last fault: a write through every computer, and one state. Milliseconds. */
const HEALED_WITHIN_MS = 10_000
/** Until a watcher whose answer was lost has asked again. Milliseconds. */
const TOLD_WITHIN_MS = 60_000

export async function simulate(seed: number, { faults = 12 }: SimulateOptions = {}) {
  const voters = seed % 3 === 0 ? 5 : 3
  const invariants = createInvariants(() => world)
  let clients: Clients | undefined
  const world = await createWorld({
    ...{ seed, machines: voters + 1 },
    onLife(_world, machine, life) {
      invariants.watch(machine, life)
      clients?.watch(machine, life)
    },
  })
  clients = createClients(world)
  const tenants = createTenants(world)
  try {
    await run(world, { voters, faults, clients, tenants, invariants })
  } catch (error) {
    invariants.failures.push(error instanceof Error ? (error.stack ?? '') : messageOf(error))
  }
  const failures = [...invariants.failures, ...tenants.failures]
  const counts = { ...world.links.counts, ...world.counts }
  return { seed, failures, trace: world.trace(), counts, log: lastLines(world) } satisfies Outcome
}

interface Parts {
  voters: number
  faults: number
  clients: Clients
  tenants: Tenants
  invariants: Invariants
}

async function run(world: World, parts: Parts): Promise<void> {
  const { voters, faults, clients, tenants, invariants } = parts
  for (const machine of world.machines) machine.start()
  await formCommittee(world, voters)
  clients.start()
  tenants.start()
  await world.advance(1_000)
  const chaos = createChaos(world)
  for (let strike = 0; strike < faults && invariants.failures.length === 0; strike++) {
    chaos.strike()
    await world.advance(world.random.int(BETWEEN_MS_MAX))
  }
  await chaos.end()
  clients.stop()
  tenants.stop()
  if (invariants.failures.length === 0) await recover(world, parts)
}

async function formCommittee(world: World, voters: number): Promise<void> {
  const [founder, ...others] = world.machines
  for (const machine of others.slice(0, voters - 1)) {
    let done = false
    await world.until(() => founder?.life?.primary.status().role === 'leader', 20_000)
    founder?.life?.primary.change('promote', machine.id).then(
      () => {
        done = true
      },
      () => {},
    )
    if (!(await world.until(() => done, 40_000))) throw new Error(`${machine.name} is not let in.`)
  }
}

async function recover(world: World, { clients, tenants, invariants }: Parts): Promise<void> {
  const { failures } = invariants
  const left = new Set(world.machines)
  for (const machine of world.machines) {
    void goesOn(world, clients, machine).then(() => left.delete(machine))
  }
  const isWhole = (): boolean => left.size === 0 && unequal(world).length === 0
  if (!(await world.until(isWhole, HEALED_WITHIN_MS))) {
    failures.push(...[...left].map(({ name }) => `${name} has not written since all is well`))
    failures.push(...unequal(world))
  }
  if (failures.length > 0) return
  await readEverything(world, clients)
  await world.until(() => tenants.overdue().length === 0, HEALED_WITHIN_MS)
  failures.push(...tenants.overdue())
  // What was under way when all was over may still arrive.
  await world.until(() => invariants.differing(world.machines).length === 0, HEALED_WITHIN_MS)
  failures.push(...invariants.differing(world.machines))
  const last = Math.max(...clients.writes.map(({ revision }) => revision ?? 0))
  await world.until(() => isTold(clients, last), TOLD_WITHIN_MS)
  failures.push(...checkWatched(clients.writes, clients.watched))
  const result = checkLinearizable(clients.history)
  if (result.verdict === 'undecided') world.count('historyUndecided')
  if (result.verdict === 'violated') {
    failures.push(`not linearizable:\n    ${result.history.join('\n    ')}`)
  }
}

const isTold = ({ watched }: Clients, revision: number): boolean =>
  [...watched.values()].every((changes) => (changes.at(-1)?.revision ?? 0) >= revision)

/** As clients do, it asks again. */
async function goesOn(world: World, clients: Clients, machine: Machine): Promise<void> {
  const key = clients.keys[0] ?? ''
  while (!(await clients.put(machine, `last.${machine.name}`, key))) await world.sleep(100)
}

function unequal({ machines }: World): string[] {
  const heights = machines.map(({ life }) => life?.primary.status().height ?? 0)
  const highest = Math.max(...heights)
  return machines.flatMap(({ name }, at) => {
    return heights[at] === highest ? [] : [`${name} has come to ${heights[at]} of ${highest}`]
  })
}

async function readEverything(world: World, clients: Clients): Promise<void> {
  let left = 0
  for (const machine of world.machines) {
    for (const key of clients.keys) {
      left += 1
      void clients.read(machine, `last.${machine.name}`, key).then(() => {
        left -= 1
      })
    }
  }
  await world.until(() => left === 0, HEALED_WITHIN_MS)
}

function lastLines({ machines }: World): string[] {
  return machines.flatMap(({ name, life }) =>
    (life?.log ?? []).slice(-15).map((line) => `${name} ${JSON.stringify(line)}`),
  )
}
