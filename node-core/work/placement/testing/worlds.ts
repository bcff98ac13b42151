/** Small worlds to place in: nodes, workloads and instances by number. */
import { type NodeId, parseNodeId } from '../../../base/net/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  type Slot,
  slotOf,
  templateOf,
} from '../../spec/index.ts'
import { type Flat, flatWorkload } from '../../spec/testing/flat.ts'
import { type PlacementInput, type PlacementNode, place } from '../index.ts'

const OWNER = 'f'.repeat(64) as DesiredWorkload['owner']

export function nodeId(number: number): NodeId {
  const id = parseNodeId(number.toString(16).padStart(64, '0'))
  if (!id) throw new Error('Not a node id.')
  return id
}

export function node(number: number, change: Partial<PlacementNode> = {}): PlacementNode {
  return {
    id: nodeId(number),
    live: true,
    left: false,
    cordoned: false,
    draining: false,
    labels: {},
    site: '',
    owner: OWNER,
    kinds: ['container'],
    capacity: { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30 },
    ...change,
  }
}

export function desired(name: string, change: Partial<Flat> = {}, generation = 1): DesiredWorkload {
  const resources = { cpuMillis: 100, memoryBytes: 2 ** 27 }
  const workload = flatWorkload({ source: { image: 'a' }, resources, ...change, name })
  return { workload, owner: OWNER, generation }
}

export function instance(
  of: DesiredWorkload,
  index: number,
  on: number,
  change: Partial<Instance> = {},
): Instance {
  return {
    id: `${of.workload.name}-${index}-${String(on).padStart(6, '0')}`,
    workload: of.workload.name,
    index,
    generation: of.generation,
    template: templateOf(of.workload),
    node: nodeId(on),
    status: 'Running',
    health: 'healthy',
    ports: {},
    restarts: 0,
    ...change,
  }
}

export function input(change: Partial<PlacementInput>): PlacementInput {
  return { nodes: [], workloads: [], instances: [], majority: true, ...change }
}

const WAITING = { status: 'Pending', health: 'unknown' } as const

/**
 * The world once what is to start runs healthy, what waits for room has the rest (unless `stuck`), and
 * what is surplus has ended.
 */
export function settle(given: PlacementInput, stuck: readonly Slot[] = []): PlacementInput {
  const { starts, prepares, assignments, surplus } = place(given)
  const started = given.workloads.flatMap((of) =>
    Array.from({ length: of.workload.replicas }, (_, index) => index).flatMap((index) => {
      const slot = slotOf(of.workload.name, index)
      const on = assignments.get(slot)
      if (on === undefined) return []
      const id = `${of.workload.name}-${index}-g${of.generation}-${on.slice(-4)}`
      if (starts.has(slot)) return [instance(of, index, 0, { node: on, id })]
      const waits = { ...WAITING, awaitsRoom: 'ready' } as const
      const comes = prepares.has(slot) && !stuck.includes(slot)
      return comes ? [instance(of, index, 0, { node: on, id, ...waits })] : []
    }),
  )
  const renewed = new Set(started.map(({ id }) => id))
  const kept = given.instances.filter(({ id }) => !surplus.includes(id) && !renewed.has(id))
  return { ...given, instances: [...kept, ...started] }
}

/** The world once whatever is to have another's room has all else that it needs. */
export function prepared(given: PlacementInput): PlacementInput {
  let world = given
  for (let round = 0; round < 20; round++) {
    const { prepares, assignments } = place(world)
    if (prepares.size === 0) return world
    const ready = [...prepares].flatMap((slot): Instance[] => {
      const of = given.workloads.find(({ workload: { name } }) => slot.startsWith(`${name}/`))
      const on = assignments.get(slot)
      if (!of || on === undefined) return []
      const index = Number(slot.slice(slot.lastIndexOf('/') + 1))
      const id = `${of.workload.name}-${index}-g${of.generation}-${on.slice(-4)}`
      return [instance(of, index, 0, { ...WAITING, node: on, id, awaitsRoom: 'ready' })]
    })
    world = { ...world, instances: [...world.instances, ...ready] }
  }
  return world
}

/** Everything that was starting runs and is healthy; what was stopping is gone. */
export function heal(given: PlacementInput): PlacementInput {
  const instances = given.instances
    .filter(({ status }) => status !== 'Stopping')
    .map((one): Instance => {
      return one.awaitsRoom ? one : { ...one, status: 'Running', health: 'healthy' }
    })
  return { ...given, instances }
}

export const NODES_3 = [node(1), node(2), node(3)]
