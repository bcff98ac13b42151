import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { createSeededRandom, shuffle } from '../../base/random/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  parseWorkload,
  slotOf,
  templateOf,
  type Workload,
} from '../spec/index.ts'
import { explain, type PlacementInput, type PlacementNode, place } from './index.ts'

const OWNER = 'f'.repeat(64) as DesiredWorkload['owner']

function nodeId(number: number): NodeId {
  const id = parseNodeId(number.toString(16).padStart(64, '0'))
  if (!id) throw new Error('Not a node id.')
  return id
}

function node(number: number, change: Partial<PlacementNode> = {}): PlacementNode {
  return {
    id: nodeId(number),
    live: true,
    left: false,
    cordoned: false,
    draining: false,
    labels: {},
    kinds: ['container'],
    capacity: { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30 },
    ...change,
  }
}

function desired(name: string, change: Partial<Workload> = {}, generation = 1): DesiredWorkload {
  const workload = { ...parseWorkload({ name, containers: [{ image: 'a' }] }), ...change }
  return { workload, owner: OWNER, generation }
}

function instance(
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

function input(change: Partial<PlacementInput>): PlacementInput {
  return { nodes: [], workloads: [], instances: [], majority: true, ...change }
}

/** The world once what is to start runs healthy and what is surplus has ended. */
function settle(given: PlacementInput): PlacementInput {
  const { starts, assignments, surplus } = place(given)
  const started = given.workloads.flatMap((of) =>
    Array.from({ length: of.workload.replicas }, (_, index) => index).flatMap((index) => {
      const slot = slotOf(of.workload.name, index)
      const on = assignments.get(slot)
      if (!starts.has(slot) || on === undefined) return []
      const id = `${of.workload.name}-${index}-g${of.generation}-${on.slice(-4)}`
      return [instance(of, index, 0, { node: on, id })]
    }),
  )
  const kept = given.instances.filter(({ id }) => !surplus.includes(id))
  return { ...given, instances: [...kept, ...started] }
}

/** Everything that was starting runs and is healthy; what was stopping is gone. */
function heal(given: PlacementInput): PlacementInput {
  const instances = given.instances
    .filter(({ status }) => status !== 'Stopping')
    .map((one): Instance => ({ ...one, status: 'Running', health: 'healthy' }))
  return { ...given, instances }
}

/** The same items in another order. */
function mix<T>(items: readonly T[], salt: number): T[] {
  return shuffle(createSeededRandom(salt), items)
}

const NODES_3 = [node(1), node(2), node(3)]

describe('placing', () => {
  test('spreads three replicas over three nodes', () => {
    const { assignments, starts } = place(
      input({ nodes: NODES_3, workloads: [desired('web', { replicas: 3 })] }),
    )
    expect(new Set(assignments.values()).size).toBe(3)
    expect(starts.size).toBe(3)
  })

  test('leaves what runs where it is when a node comes', () => {
    const web = desired('web', { replicas: 2 })
    const instances = [instance(web, 0, 1), instance(web, 1, 1)]
    const placed = place(input({ nodes: NODES_3, workloads: [web], instances }))
    expect([...placed.assignments.values()]).toEqual([nodeId(1), nodeId(1)])
    expect(placed.starts.size).toBe(0)
    expect(placed.surplus).toEqual([])
  })

  test.each<[string, Partial<PlacementNode>, Partial<Workload>]>([
    ['NODE_LOST', { live: false }, {}],
    ['NODE_LOST', { left: true }, {}],
    ['CORDONED', { cordoned: true }, {}],
    ['CORDONED', { draining: true }, {}],
    ['KIND_NOT_OFFERED', { kinds: ['process'] }, {}],
    ['LABELS_DO_NOT_MATCH', { labels: { disk: 'slow' } }, { nodeSelector: { disk: 'fast' } }],
    ['CPU_FULL', { capacity: { cpuMillis: 99, memoryBytes: 2 ** 40 } }, {}],
    ['MEMORY_FULL', { capacity: { cpuMillis: 1_000, memoryBytes: 2 ** 20 } }, {}],
  ])('says %s', (code, nodeChange, workloadChange) => {
    const web = desired('web', workloadChange)
    const placed = place(input({ nodes: [node(1, nodeChange)], workloads: [web] }))
    expect(placed.assignments.size).toBe(0)
    expect(placed.unplaced.get(slotOf('web', 0))).toEqual([{ code, node: nodeId(1) }])
  })

  test('gives one host port to one slot of a node', () => {
    const ports = [{ containerPort: 80, hostPort: 8_080, protocol: 'tcp' as const }]
    const placed = place(
      input({ nodes: [node(1)], workloads: [desired('web', { replicas: 2, ports })] }),
    )
    expect(placed.assignments.size).toBe(1)
    expect(placed.unplaced.get(slotOf('web', 1))?.[0]?.code).toBe('HOST_PORT_TAKEN')
  })

  test('counts what other workloads have reserved', () => {
    const big = desired('big', { resources: { cpuMillis: 3_950, memoryBytes: 2 ** 20 } })
    const placed = place(
      input({
        nodes: [node(1), node(2)],
        workloads: [big, desired('web', { replicas: 2 })],
        instances: [instance(big, 0, 1)],
      }),
    )
    expect(placed.assignments.get(slotOf('web', 0))).toBe(nodeId(2))
    expect(placed.assignments.get(slotOf('web', 1))).toBe(nodeId(2))
  })

  test('ends the highest indexes when scaled down', () => {
    const web = desired('web', { replicas: 1 })
    const instances = [0, 1, 2].map((index) => instance(web, index, index + 1))
    const placed = place(input({ nodes: NODES_3, workloads: [web], instances }))
    expect(placed.surplus).toEqual(['web-1-000002', 'web-2-000003'])
  })

  test('places 1,000 instances on 100 nodes within a second', () => {
    const nodes = Array.from({ length: 100 }, (_, index) => node(index + 1))
    const workloads = Array.from({ length: 10 }, (_, index) =>
      desired(`web-${index}`, { replicas: 100 }),
    )
    const startedMs = performance.now()
    const placed = place(input({ nodes, workloads }))
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    expect(placed.assignments.size).toBe(1_000)
  })
})

describe('a lost node', () => {
  const nodes = [node(1, { live: false }), node(2), node(3)]
  const lostOne = (change: Partial<Workload>, majority = true) => {
    const web = desired('web', { replicas: 2, ...change })
    const instances = [instance(web, 0, 1), instance(web, 1, 2)]
    return place(input({ nodes, workloads: [web], instances, majority }))
  }

  test('is replaced elsewhere, and nothing is ended', () => {
    const placed = lostOne({})
    expect(placed.assignments.get(slotOf('web', 0))).toBe(nodeId(3))
    expect(placed.surplus).toEqual([])
  })

  test('is waited for when the workload says so', () => {
    const placed = lostOne({ onPartition: 'keep' })
    expect(placed.assignments.get(slotOf('web', 0))).toBe(nodeId(1))
    expect(placed.starts.size).toBe(0)
  })

  test('moves its work for every policy once it has said goodbye', () => {
    const web = desired('web', { onPartition: 'keep' })
    const placed = place(
      input({
        nodes: [node(1, { live: false, left: true }), node(2)],
        workloads: [web],
        instances: [instance(web, 0, 1)],
      }),
    )
    expect(placed.assignments.get(slotOf('web', 0))).toBe(nodeId(2))
  })

  test('stops a workload on the smaller side when it says so', () => {
    const placed = lostOne({ onPartition: 'stop' }, false)
    expect(placed.surplus).toEqual(['web-1-000002'])
    expect(placed.surplusReasons.get('web-1-000002')).toBe('NO_MAJORITY')
    expect(placed.unplaced.get(slotOf('web', 0))?.[0]?.code).toBe('NO_MAJORITY')
    expect(lostOne({ onPartition: 'stop' }).surplus).toEqual([])
  })
})

describe('two that run one slot', () => {
  const web = desired('web')
  const decide = (a: Partial<Instance>, b: Partial<Instance>) =>
    place(
      input({
        nodes: NODES_3,
        workloads: [web],
        instances: [instance(web, 0, 1, a), instance(web, 0, 2, b)],
      }),
    )

  test('the healthy one stays', () => {
    expect(decide({ health: 'unhealthy' }, {}).surplus).toEqual(['web-0-000001'])
    expect(decide({}, { health: 'unhealthy' }).surplus).toEqual(['web-0-000002'])
  })

  test('the running one stays', () => {
    expect(decide({ status: 'Pulling', health: 'unknown' }, {}).surplus).toEqual(['web-0-000001'])
  })

  test('of equals exactly one stays, and one that is ending counts no more', () => {
    expect(decide({}, {}).surplus).toHaveLength(1)
    expect(decide({ status: 'Stopping' }, {}).surplus).toEqual([])
  })

  test('the one on the emptier node stays', () => {
    const two = desired('web', { replicas: 2 })
    const instances = [
      instance(two, 0, 1),
      instance(two, 1, 1, { id: 'web-1-a' }),
      instance(two, 1, 2, { id: 'web-1-b' }),
    ]
    expect(place(input({ nodes: NODES_3, workloads: [two], instances })).surplus).toEqual([
      'web-1-a',
    ])
  })

  test('neither ends while the other is out of sight', () => {
    const nodes = [node(1, { live: false }), node(2)]
    const instances = [instance(web, 0, 1), instance(web, 0, 2)]
    expect(place(input({ nodes, workloads: [web], instances })).surplus).toEqual([])
  })
})

describe('a changed workload', () => {
  const before = desired('web', { replicas: 3 })
  const after = desired('web', { replicas: 3, env: { A: '1' } }, 2)
  const instances = [0, 1, 2].map((index) => instance(before, index, index + 1))

  test('is replaced one slot at a time, each in its place, the old one last to go', () => {
    let world = input({ nodes: NODES_3, workloads: [after], instances })
    const rounds = [1, 2, 3, 4, 5].map(() => {
      const { starts, surplus } = place(world)
      world = settle(world)
      return [[...starts], surplus]
    })
    expect(rounds).toEqual([
      [['web/0'], []],
      [['web/1'], ['web-0-000001']],
      [['web/2'], ['web-1-000002']],
      [[], ['web-2-000003']],
      [[], []],
    ])
    expect(world.instances.map((one) => [one.index, one.node, one.generation])).toEqual([
      [0, nodeId(1), 2],
      [1, nodeId(2), 2],
      [2, nodeId(3), 2],
    ])
  })

  test('waits while the slot before it is not healthy, and the old ones serve on', () => {
    const broken = instance(after, 0, 1, { id: 'web-0-new', health: 'unhealthy' })
    const placed = place(
      input({ nodes: NODES_3, workloads: [after], instances: [...instances, broken] }),
    )
    expect(placed.starts.size).toBe(0)
    expect(placed.surplus).toEqual([])
  })

  test('is not replaced when only the number of replicas changed', () => {
    const scaled = desired('web', { replicas: 4 }, 2)
    const placed = place(input({ nodes: NODES_3, workloads: [scaled], instances }))
    expect([...placed.starts]).toEqual([slotOf('web', 3)])
  })

  test('replaces at once what does not run', () => {
    const stuck = instances.map((one) => ({ ...one, status: 'Pulling' as const }))
    const placed = place(input({ nodes: NODES_3, workloads: [after], instances: stuck }))
    expect(placed.starts.size).toBe(3)
    expect(placed.surplus).toHaveLength(3)
  })
})

describe('a node that drains', () => {
  const web = desired('web', { replicas: 2 })
  const nodes = [node(1, { draining: true }), node(2)]
  const old = [instance(web, 0, 1), instance(web, 1, 1)]

  test('keeps what runs until its successor is healthy', () => {
    const first = place(input({ nodes, workloads: [web], instances: old }))
    expect([...first.starts]).toEqual([slotOf('web', 0)])
    const starting = instance(web, 0, 2, { id: 'web-0-new', status: 'Starting', health: 'unknown' })
    const second = place(input({ nodes, workloads: [web], instances: [...old, starting] }))
    expect(second.surplus).toEqual([])
    expect(second.starts.size).toBe(0)
    const healthy = { ...starting, status: 'Running' as const, health: 'healthy' as const }
    const third = place(input({ nodes, workloads: [web], instances: [...old, healthy] }))
    expect(third.surplus).toEqual(['web-0-000001'])
    expect([...third.starts]).toEqual([slotOf('web', 1)])
  })

  test('keeps what can run nowhere else', () => {
    const alone = [node(1, { draining: true })]
    const placed = place(input({ nodes: alone, workloads: [web], instances: old }))
    expect(placed.assignments.size).toBe(2)
    expect(placed.starts.size).toBe(0)
    expect(placed.surplus).toEqual([])
  })
})

test('work moves from a node that can no longer run it, and waits there when nobody can', () => {
  const web = desired('web')
  const pending = instance(web, 0, 1, { status: 'Pending', health: 'unknown' })
  const without = node(1, { kinds: [] })
  const moved = place(input({ nodes: [without, node(2)], workloads: [web], instances: [pending] }))
  expect(moved.assignments.get(slotOf('web', 0))).toBe(nodeId(2))
  const waiting = place(input({ nodes: [without], workloads: [web], instances: [pending] }))
  expect(waiting.assignments.get(slotOf('web', 0))).toBe(nodeId(1))
  expect(waiting.surplus).toEqual([])
})

test('explains where each slot is and what the others say', () => {
  const web = desired('web')
  const given = input({
    nodes: [node(1), node(2, { cordoned: true }), node(3)],
    workloads: [web],
    instances: [instance(web, 0, 1)],
  })
  expect(explain(given, 'web')).toEqual([
    {
      slot: slotOf('web', 0),
      index: 0,
      node: nodeId(1),
      refused: [
        { node: nodeId(2), code: 'CORDONED' },
        { node: nodeId(3), code: 'ANOTHER_CHOSEN' },
      ],
    },
  ])
  expect(explain(given, 'nothing')).toEqual([])
})

/** Worlds with everything mixed, small enough that slots and capacity collide. */
const worlds = fc
  .record({
    nodes: fc.array(
      fc.record({
        live: fc.boolean(),
        left: fc.constant(false),
        cordoned: fc.boolean(),
        draining: fc.boolean(),
        kinds: fc.constantFrom(['container'], []),
        labels: fc.constantFrom({}, { disk: 'fast' }),
        capacity: fc.constantFrom(
          { cpuMillis: 300, memoryBytes: 2 ** 40 },
          { cpuMillis: 4_000, memoryBytes: 2 ** 40 },
        ),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    workloads: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        replicas: fc.integer({ min: 1, max: 5 }),
        onPartition: fc.constantFrom('heal' as const, 'keep' as const, 'stop' as const),
        nodeSelector: fc.constantFrom({}, { disk: 'fast' }),
        generation: fc.integer({ min: 1, max: 2 }),
      }),
      { selector: ({ name }) => name, maxLength: 3 },
    ),
    instances: fc.array(
      fc.record({
        workload: fc.constantFrom('a', 'b', 'c'),
        index: fc.integer({ min: 0, max: 6 }),
        on: fc.integer({ min: 1, max: 7 }),
        status: fc.constantFrom('Pending' as const, 'Running' as const, 'Stopping' as const),
        health: fc.constantFrom('healthy' as const, 'unknown' as const),
        current: fc.boolean(),
      }),
      { maxLength: 12 },
    ),
    majority: fc.boolean(),
  })
  .map(({ nodes, workloads, instances, majority }) => {
    const wanted = workloads.map(({ generation, ...change }) =>
      desired(change.name, change, generation),
    )
    return input({
      majority,
      nodes: nodes.map((change, index) => node(index + 1, change)),
      workloads: wanted,
      instances: instances.map(({ workload, on, current, ...change }, serial) => {
        const of = wanted.find((one) => one.workload.name === workload) ?? desired(workload)
        const id = `${workload}-${change.index}-${serial}`
        const template = current ? templateOf(of.workload) : 'another'
        return instance(of, change.index, on, { ...change, id, template })
      }),
    })
  })

describe('whatever the world is like', () => {
  const check = (property: (given: PlacementInput) => void, numRuns = 300): void =>
    fc.assert(fc.property(worlds, property), { seed: 42, numRuns })

  test('all nodes agree, in whatever order they learned of it', () => {
    fc.assert(
      fc.property(worlds, fc.integer(), (given, salt) => {
        const mixed = {
          ...given,
          nodes: mix(given.nodes, salt),
          workloads: mix(given.workloads, salt),
          instances: mix(given.instances, salt),
        }
        expect(place(mixed)).toEqual(place(given))
      }),
      { seed: 42, numRuns: 300 },
    )
  })

  test('nothing starts on a node that must not take it', () => {
    check((given) => {
      const { starts, assignments } = place(given)
      for (const slot of starts) {
        const on = given.nodes.find(({ id }) => id === assignments.get(slot))!
        const name = slot.split('/')[0]
        const { workload } = given.workloads.find((one) => one.workload.name === name)!
        expect(on).toMatchObject({ live: true, cordoned: false, draining: false })
        expect(on.kinds).toContain('container')
        expect(on.labels).toMatchObject(workload.nodeSelector)
      }
    })
  })

  test('every slot is assigned or says why not, never both', () => {
    check((given) => {
      const { assignments, unplaced } = place(given)
      for (const { workload } of given.workloads) {
        for (let index = 0; index < workload.replicas; index++) {
          const slot = slotOf(workload.name, index)
          expect(assignments.has(slot)).not.toBe(unplaced.has(slot))
        }
      }
    })
  })

  test('a running slot never loses its last instance in sight, unless it must stop', () => {
    check((given) => {
      const { surplus } = place(given)
      const isLive = (id: NodeId): boolean => given.nodes.some((n) => n.id === id && n.live)
      for (const { workload } of given.workloads) {
        if (workload.onPartition === 'stop' && !given.majority) continue
        for (let index = 0; index < workload.replicas; index++) {
          const running = given.instances.filter(
            (one) =>
              one.workload === workload.name &&
              one.index === index &&
              one.status === 'Running' &&
              isLive(one.node),
          )
          const left = running.filter(({ id }) => !surplus.includes(id))
          if (running.length > 0) expect(left.length).toBeGreaterThan(0)
        }
      }
    })
  })

  test('doing what it says leads to a world in which nothing more is to be done', () => {
    check((given) => {
      let world = given
      for (let round = 0; round < 40; round++) {
        const { starts, surplus } = place(world)
        if (starts.size === 0 && surplus.length === 0) break
        world = heal(settle(world))
      }
      const { starts, surplus } = place(world)
      expect([...starts, ...surplus]).toEqual([])
    }, 150)
  })

  test('a node that joins moves nothing that runs', () => {
    check((given) => {
      const nodes = given.nodes.map((one) => ({ ...one, draining: false }))
      const instances = given.instances.filter(({ template }) => template !== 'another')
      let world: PlacementInput = { ...given, nodes, instances }
      for (let round = 0; round < 20; round++) world = heal(settle(world))
      const held = place(world).assignments
      const joined = place({ ...world, nodes: [...nodes, node(99)] })
      for (const [slot, on] of held) expect(joined.assignments.get(slot)).toBe(on)
      expect([...joined.starts].filter((slot) => held.has(slot))).toEqual([])
    }, 150)
  })

  test('replicas on equal nodes differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 30 }),
        fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'b', '1') }),
        (nodeCount, replicas, name) => {
          const nodes = Array.from({ length: nodeCount }, (_, index) => node(index + 1))
          const { assignments } = place(input({ nodes, workloads: [desired(name, { replicas })] }))
          const counts = nodes.map(
            ({ id }) => [...assignments.values()].filter((on) => on === id).length,
          )
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        },
      ),
      { seed: 42, numRuns: 100 },
    )
  })
})
