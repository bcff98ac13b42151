import { describe, expect, test } from 'vitest'
import { type Instance, slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { explain, type PlacementNode, place } from './index.ts'
import { desired, input, instance, NODES_3, node, nodeId, settle } from './testing/worlds.ts'

const rolling = (atOnce: number, paused = false) => {
  return { kind: 'rolling', atOnce, paused } as const
}

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

  test.each<[string, Partial<PlacementNode>, Partial<Flat>]>([
    ['NODE_LOST', { live: false }, {}],
    ['NODE_LEFT', { left: true }, {}],
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

  test('says nothing of whoever left for good', () => {
    const web = desired('web', {})
    const nodes = [node(1, { left: true, gone: true, live: false }), node(2, { cordoned: true })]
    const placed = place(input({ nodes, workloads: [web] }))
    expect(placed.unplaced.get(slotOf('web', 0))?.map(({ code }) => code)).toEqual(['CORDONED'])
    expect(explain(input({ nodes, workloads: [web] }), 'web')[0]?.refused).toHaveLength(1)
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

  test('places 1,000 instances on 100 nodes within a second of one core', () => {
    const nodes = Array.from({ length: 100 }, (_, index) => node(index + 1))
    const workloads = Array.from({ length: 10 }, (_, index) =>
      desired(`web-${index}`, { replicas: 100 }),
    )
    const before = process.cpuUsage()
    const placed = place(input({ nodes, workloads }))
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000)
    expect(placed.assignments.size).toBe(1_000)
  })
})

describe('a lost node', () => {
  const nodes = [node(1, { live: false }), node(2), node(3)]
  const lostOne = (change: Partial<Flat>, majority = true) => {
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

  test('is replaced as many at once as was said, and waits for as many', () => {
    const two = desired('web', { replicas: 3, env: { A: '1' }, rollout: rolling(2) }, 2)
    const placed = place(input({ nodes: NODES_3, workloads: [two], instances }))
    expect([...placed.starts]).toEqual(['web/0', 'web/1'])
    const broken = [0, 1].map((index) =>
      instance(two, index, index + 1, { id: `web-${index}-new`, health: 'unhealthy' }),
    )
    const stuck = place(
      input({ nodes: NODES_3, workloads: [two], instances: [...instances, ...broken] }),
    )
    expect([stuck.starts.size, stuck.surplus]).toEqual([0, []])
  })

  test('that is paused starts nothing in the place of what serves, but what is missing', () => {
    const paused = desired('web', { ...after.workload, rollout: rolling(1, true) }, 3)
    const held = place(
      input({ nodes: NODES_3, workloads: [paused], instances: instances.slice(0, 2) }),
    )
    expect([...held.starts]).toEqual(['web/2'])
    expect(held.surplus).toEqual([])
  })

  test('in blue and green starts all at once, and ends the old ones when all of it serves', () => {
    const rollout = { kind: 'blueGreen', atOnce: 1, paused: false } as const
    const green = desired('web', { replicas: 3, env: { A: '1' }, rollout }, 2)
    const first = place(input({ nodes: NODES_3, workloads: [green], instances }))
    expect(first.starts.size).toBe(3)
    const fresh = [0, 1, 2].map((index) =>
      instance(green, index, index + 1, { id: `web-${index}-new` }),
    )
    const slow = { ...fresh[2]!, health: 'unknown' as const }
    const half = [...instances, ...fresh.slice(0, 2), slow]
    const waiting = place(input({ nodes: NODES_3, workloads: [green], instances: half }))
    expect([waiting.starts.size, waiting.surplus]).toEqual([0, []])
    const whole = input({ nodes: NODES_3, workloads: [green], instances: [...instances, ...fresh] })
    expect(place(whole).surplus).toEqual(['web-0-000001', 'web-1-000002', 'web-2-000003'])
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
      because: 'RUNS_THERE',
      refused: [
        { node: nodeId(2), code: 'CORDONED' },
        { node: nodeId(3), code: 'ANOTHER_CHOSEN' },
      ],
    },
  ])
  expect(explain(given, 'nothing')).toEqual([])
  const because = (change: Parameters<typeof input>[0]) => explain(input(change), 'web')[0]?.because
  const nodes = [node(1), node(2, { cordoned: true })]
  expect(because({ nodes, workloads: [web] })).toBe('ONLY_ONE')
  expect(because({ nodes: [node(1), node(2)], workloads: [web] })).toBe('DRAWN')
})

describe('rules of placement', () => {
  const over = (spread: 'site' | 'owner') => ({ spread, apart: [], near: [] })
  const at = (number: number, site: string) => node(number, { site })

  test('spread over sites first, then over nodes within them', () => {
    const nodes = [at(1, 'home'), at(2, 'home'), at(3, 'home'), at(4, 'school')]
    const web = desired('web', { replicas: 4, placement: over('site') })
    const { assignments } = place(input({ nodes, workloads: [web] }))
    const counts = Map.groupBy(assignments.values(), (id) => id)
    expect(counts.get(nodeId(4))).toHaveLength(2)
    expect(counts.size).toBe(3)
  })

  test('spread over owners', () => {
    const ben = 'b'.repeat(64) as PlacementNode['owner']
    const nodes = [node(1), node(2), node(3, { owner: ben })]
    const web = desired('web', { replicas: 2, placement: over('owner') })
    const { assignments } = place(input({ nodes, workloads: [web] }))
    expect([...assignments.values()]).toContain(nodeId(3))
  })

  test('keep workloads apart, whichever of them says so, and say why', () => {
    const db = desired('db', { placement: { spread: 'node', apart: ['web'], near: [] } })
    const web = desired('web')
    const nodes = [node(1)]
    for (const [runs, comes] of [
      [db, web],
      [web, db],
    ] as const) {
      const instances = [instance(runs, 0, 1)]
      const placed = place(input({ nodes, workloads: [db, web], instances }))
      const refused = placed.unplaced.get(slotOf(comes.workload.name, 0))
      expect(refused).toEqual([{ code: 'KEPT_APART', node: nodeId(1) }])
      // What runs is not ended by it.
      expect(placed.surplus).toEqual([])
    }
  })

  test('mean what the owner of who says them calls so', () => {
    const bob = 'b'.repeat(64) as PlacementNode['owner']
    const of = (one: ReturnType<typeof desired>) => ({ ...one, owner: bob })
    const placement = { spread: 'node' as const, apart: [], near: ['db'] }
    const theirs = desired('db')
    const own = of(desired('db-of-bbbbbbbbbb'))
    const web = of(desired('web', { placement }))
    const instances = [instance(theirs, 0, 1), instance(own, 0, 2)]
    const world = input({ nodes: NODES_3, workloads: [theirs, own, web], instances })
    expect(place(world).assignments.get(slotOf('web', 0))).toBe(nodeId(2))
    const apart = of(desired('web', { placement: { ...placement, near: [], apart: ['db'] } }))
    const nodes = [node(2)]
    const crowded = place({ ...world, nodes, workloads: [theirs, own, apart] })
    const refused = crowded.unplaced.get(slotOf('web', 0))
    expect(refused).toEqual([{ code: 'KEPT_APART', node: nodeId(2) }])
  })

  test('prefer the nodes of a neighbour, and do without where they are full', () => {
    const db = desired('db')
    const web = desired('web', { placement: { spread: 'node', apart: [], near: ['db'] } })
    const instances = [instance(db, 0, 2)]
    const world = input({ nodes: NODES_3, workloads: [db, web], instances })
    expect(place(world).assignments.get(slotOf('web', 0))).toBe(nodeId(2))
    const full = { cpuMillis: 100, memoryBytes: 2 ** 40 }
    const nodes = [node(1), node(2, { capacity: full }), node(3)]
    const elsewhere = place({ ...world, nodes }).assignments.get(slotOf('web', 0))
    expect([nodeId(1), nodeId(3)]).toContain(elsewhere)
  })
})
