import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import type { SlotState } from '../jobs/index.ts'
import { type DesiredWorkload, jobInstanceId, type Slot, slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { explain, type PlacementInput, place as placeNow } from './index.ts'
import { desired, heal, input, instance, node, nodeId, prepared, settle } from './testing/worlds.ts'

const BEN = 'b'.repeat(64) as DesiredWorkload['owner']
const small = (number: number, slots = 1) =>
  node(number, { capacity: { cpuMillis: 100 * slots, memoryBytes: 2 ** 40 } })
const of = (owner: DesiredWorkload['owner'], one: DesiredWorkload): DesiredWorkload => {
  return { ...one, owner }
}
const slot = (name: string, index = 0): Slot => slotOf(name, index)

/** Where nothing is missing but the room. */
const place = (given: PlacementInput) => placeNow(prepared(given))

/** As it is once nothing more is to be done. */
function settled(given: PlacementInput): PlacementInput {
  let world = given
  for (let round = 0; round < 20; round++) world = heal(settle(world))
  return world
}

describe('where there is not room for all', () => {
  const low = desired('low', { priority: -1 })
  const web = desired('web')

  test('what counts less gives its own to what counts more, and waits with its reason', () => {
    const given = input({
      nodes: [small(1)],
      workloads: [low, web],
      instances: [instance(low, 0, 1)],
    })
    const first = place(given)
    expect(first.surplusReasons.get('low-0-000001')).toBe('DISPLACED')
    expect(first.assignments.get(slot('web'))).toBe(nodeId(1))
    expect(explain(given, 'web')[0]?.displaces).toEqual([slot('low')])
    // It starts once that has ended.
    expect([first.starts.size, [...first.awaits]]).toEqual([0, [slot('web')]])
    expect(first.unplaced.get(slot('low'))).toEqual([{ code: 'OUTRANKED', node: nodeId(1) }])
    const after = settle(prepared(given))
    expect(after.instances.map(({ workload }) => workload)).toEqual(['web'])
    expect([...place(after).starts]).toEqual([slot('web')])
    expect(explain(settled(given), 'low')[0]?.refused).toEqual([
      { node: nodeId(1), code: 'OUTRANKED' },
    ])
  })

  test('nothing gives way to its equal, nor while there is room', () => {
    const other = desired('other')
    const full = input({
      nodes: [small(1)],
      workloads: [other, web],
      instances: [instance(other, 0, 1)],
    })
    expect(place(full).surplus).toEqual([])
    expect(place(full).unplaced.get(slot('web'))?.[0]?.code).toBe('CPU_FULL')
    const roomy = input({
      nodes: [small(1), small(2)],
      workloads: [low, web],
      instances: [instance(low, 0, 1)],
    })
    expect(place(roomy).surplus).toEqual([])
    expect(place(roomy).assignments.get(slot('web'))).toBe(nodeId(2))
  })

  test('the lowest goes, and no more than is needed', () => {
    const lower = desired('lower', { priority: -50 })
    const lowest = desired('lowest', { priority: -100 })
    const given = input({
      nodes: [small(1, 3)],
      workloads: [low, lower, lowest, web],
      instances: [instance(low, 0, 1), instance(lower, 0, 1), instance(lowest, 0, 1)],
    })
    expect(place(given).surplus).toEqual(['lowest-0-000001'])
    const big = desired('web', { resources: { cpuMillis: 200, memoryBytes: 2 ** 20 } })
    expect(place({ ...given, workloads: [low, lower, lowest, big] }).surplus).toEqual([
      'lower-0-000001',
      'lowest-0-000001',
    ])
  })

  test('what has data or is a job under way goes only where nothing else does', () => {
    const volumes = [{ name: 'data', sizeBytes: 2 ** 30, ifLost: 'wait' as const }]
    const db = desired('db', { priority: -1, volumes })
    const world = (nodes: PlacementInput['nodes']) =>
      input({
        ...{ nodes, workloads: [db, low, web], dataOf: new Map([[slot('db'), [nodeId(1)]]]) },
        instances: [instance(db, 0, 1), instance(low, 0, 2)].slice(0, nodes.length),
      })
    expect(place(world([small(1), small(2)])).surplus).toEqual(['low-0-000002'])
    expect(place(world([small(1)])).surplus).toEqual(['db-0-000001'])
  })

  test('a job under way is displaced as the last, and does not start again before there is room', () => {
    const job = { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 1 }
    const mill = desired('mill', { priority: -100, job })
    const turn = { generation: 1, run: 1, attempt: 1 }
    const begun: SlotState = { kind: 'begun', turn, node: nodeId(1), failures: 0, lost: [] }
    const id = jobInstanceId({ workload: 'mill', index: 0, node: nodeId(1) }, turn)
    const given = input({
      nodes: [small(1)],
      workloads: [mill, web],
      instances: [instance(mill, 0, 1, { id })],
      jobs: new Map([['mill', [begun]]]),
    })
    expect(place(given).surplus).toEqual([id])
    const after = place({ ...given, instances: [] })
    expect([...after.starts]).toEqual([slot('web')])
    const running = place({ ...given, instances: [instance(web, 0, 1)] })
    expect([running.starts.size, running.surplus]).toEqual([0, []])
  })

  test('a job under way starts again beside what counts more, where there is room for both', () => {
    const job = { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 1 }
    const mill = desired('mill', { priority: -100, job })
    const turn = { generation: 1, run: 1, attempt: 1 }
    const begun: SlotState = { kind: 'begun', turn, node: nodeId(1), failures: 0, lost: [] }
    const given = input({
      nodes: [small(1, 2)],
      workloads: [mill, web],
      instances: [instance(web, 0, 1)],
      jobs: new Map([['mill', [begun]]]),
    })
    expect([...place(given).starts]).toEqual([slot('mill')])
  })

  test('nobody is displaced below its budget', () => {
    const two = (disruption: Flat['disruption']) => {
      const many = desired('many', { priority: -1, replicas: 2, ...(disruption && { disruption }) })
      const given = input({
        nodes: [small(1), small(2)],
        workloads: [many, desired('web', { replicas: 2 })],
        instances: [instance(many, 0, 1), instance(many, 1, 2)],
      })
      const reasons = [...place(given).surplusReasons.values()]
      return reasons.filter((reason) => reason === 'DISPLACED').length
    }
    expect(two(undefined)).toBe(2)
    expect(two({ minAvailable: 1 })).toBe(1)
    expect(two({ maxUnavailable: 0 })).toBe(0)
  })

  test('what was displaced goes elsewhere where it can, once it has ended', () => {
    const fast = { disk: 'fast' }
    const picky = desired('picky', { nodeSelector: fast })
    const nodes = [{ ...small(1), labels: fast }, small(2)]
    const given = input({ nodes, workloads: [low, picky], instances: [instance(low, 0, 1)] })
    const placed = place(given)
    expect(placed.assignments.get(slot('low'))).toBe(nodeId(2))
    expect(placed.awaits).toEqual(new Set([slot('low'), slot('picky')]))
    const world = settled(given)
    const where = Object.fromEntries(world.instances.map((one) => [one.workload, one.node]))
    expect(where).toEqual({ low: nodeId(2), picky: nodeId(1) })
  })

  test('a node clears what the committee assigned it for, and no other does', () => {
    const other = desired('other', { priority: -1 })
    const given = input({
      nodes: [small(1), small(2)],
      workloads: [low, other, web],
      instances: [instance(low, 0, 1), instance(other, 0, 2)],
    })
    for (const on of [1, 2]) {
      const committed = {
        assignments: new Map<Slot, NodeId>([[slot('web'), nodeId(on)]]),
        bound: new Set(['low', 'other', 'web']),
      }
      expect(place({ ...given, committed }).surplus).toEqual([
        on === 1 ? 'low-0-000001' : 'other-0-000002',
      ])
    }
    const bound = new Set(['low', 'other', 'web'])
    expect(place({ ...given, committed: { assignments: new Map(), bound } }).surplus).toEqual([])
  })
})

describe('whose word counts', () => {
  const mine = desired('mine', { priority: 100 })
  const plain = desired('plain')
  const on = (
    workloads: DesiredWorkload[],
    runs: DesiredWorkload,
    admins?: PlacementInput['admins'],
  ) =>
    place(
      input({
        ...{ nodes: [small(1)], workloads, instances: [instance(runs, 0, 1)] },
        ...(admins && { admins }),
      }),
    ).surplus.length

  test('above the middle an owner speaks of its own only', () => {
    expect(on([mine, plain], plain)).toBe(1)
    const bens = of(BEN, plain)
    expect(on([mine, bens], bens)).toBe(0)
  })

  test('an admin’s counts among all', () => {
    const bens = of(BEN, plain)
    expect(on([mine, bens], bens, new Set([mine.owner]))).toBe(1)
  })

  test('below the middle everybody’s counts among all', () => {
    const bens = of(BEN, desired('low', { priority: -1 }))
    expect(on([bens, plain], bens)).toBe(1)
  })
})

describe('whatever counts more or less', () => {
  const worlds = fc.record({
    nodes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    workloads: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        replicas: fc.integer({ min: 1, max: 3 }),
        priority: fc.constantFrom(-100, -1, 0, 1, 100),
        cpu: fc.constantFrom(100, 200),
        isBens: fc.boolean(),
        maxUnavailable: fc.constantFrom(undefined, 0, 1),
        runsOn: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
      }),
      { selector: ({ name }) => name, minLength: 2, maxLength: 6 },
    ),
    isBenAdmin: fc.boolean(),
  })

  type Drawn = typeof worlds extends fc.Arbitrary<infer World> ? World : never

  const worldOf = (drawn: Drawn): PlacementInput => {
    const wanted = drawn.workloads.map(
      ({ name, replicas, priority, cpu, isBens, maxUnavailable }) => {
        const one = desired(name, {
          ...{ replicas, priority, resources: { cpuMillis: cpu, memoryBytes: 2 ** 20 } },
          ...(maxUnavailable !== undefined && { disruption: { maxUnavailable } }),
        })
        return isBens ? of(BEN, one) : one
      },
    )
    const instances = drawn.workloads.flatMap(({ replicas, runsOn }, at) =>
      runsOn.flatMap((on, index) =>
        on === 0 || on > drawn.nodes.length || index >= replicas
          ? []
          : [instance(wanted[at]!, index, on)],
      ),
    )
    return input({
      nodes: drawn.nodes.map((slots, index) => small(index + 1, slots)),
      workloads: wanted,
      instances,
      admins: new Set(drawn.isBenAdmin ? [BEN] : []),
    })
  }
  test('displacing comes to an end, and no slot is displaced more often than others may outrank it', () => {
    fc.assert(
      fc.property(worlds, (drawn) => {
        let world = worldOf(drawn)
        const counts = new Map<string, number>()
        for (let round = 0; round < 60; round++) {
          const { starts, prepares, surplus, surplusReasons } = placeNow(world)
          if (starts.size + prepares.size + surplus.length === 0) break
          for (const [id, reason] of surplusReasons) {
            if (reason !== 'DISPLACED') continue
            const one = world.instances.find((other) => other.id === id)!
            const key = `${one.workload}/${one.index}`
            counts.set(key, (counts.get(key) ?? 0) + 1)
          }
          world = heal(settle(world))
        }
        const { starts, awaits, prepares, surplus } = placeNow(world)
        expect([...starts, ...awaits, ...prepares, ...surplus]).toEqual([])
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(2)
      }),
      { seed: 42, numRuns: 400 },
    )
  })

  test('a committee that assigns, and nodes that do as they are told, come to the same rest', () => {
    fc.assert(
      fc.property(worlds, (drawn) => {
        let world = worldOf(drawn)
        let assignments: ReadonlyMap<Slot, NodeId> = new Map()
        const bound = new Set(world.workloads.map(({ workload }) => workload.name))
        let moves = 1
        for (let round = 0; round < 80 && moves > 0; round++) {
          const led = placeNow({ ...world, committed: { assignments, bound: new Set() } })
          const next = new Map([...assignments, ...led.assignments])
          const told = { ...world, committed: { assignments: next, bound } }
          const { starts, prepares, surplus } = placeNow(told)
          moves = starts.size + prepares.size + surplus.length
          if (next.size !== assignments.size) moves++
          for (const [one, on] of next) if (assignments.get(one) !== on) moves++
          assignments = next
          world = { ...heal(settle(told)) }
        }
        expect(moves).toBe(0)
        const { awaits } = placeNow({ ...world, committed: { assignments, bound } })
        expect([...awaits]).toEqual([])
      }),
      { seed: 42, numRuns: 300 },
    )
  })

  test('whoever looks sees the same, and nothing that counts more gives way', () => {
    let displaced = 0
    fc.assert(
      fc.property(worlds, (drawn) => {
        const given = worldOf(drawn)
        const placed = place(given)
        const reversed = {
          ...given,
          nodes: given.nodes.toReversed(),
          workloads: given.workloads.toReversed(),
          instances: given.instances.toReversed(),
        }
        expect(place(reversed)).toEqual(placed)
        for (const [id, reason] of placed.surplusReasons) {
          if (reason !== 'DISPLACED') continue
          displaced++
          const ended = given.instances.find((one) => one.id === id)!
          const said = given.workloads.find((one) => one.workload.name === ended.workload)!
          const counts = ({ workload, owner }: DesiredWorkload, among: 'own' | 'all'): number => {
            const { priority = 0 } = workload
            return among === 'own' || given.admins?.has(owner) ? priority : Math.min(priority, 0)
          }
          const above = given.workloads.filter((other) => {
            const among = other.owner === said.owner ? 'own' : 'all'
            return counts(other, among) > counts(said, among)
          })
          expect(above.length).toBeGreaterThan(0)
        }
      }),
      { seed: 42, numRuns: 300 },
    )
    expect(displaced).toBeGreaterThan(0)
  })
})
