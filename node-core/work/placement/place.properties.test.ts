import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom, shuffle } from '../../base/random/index.ts'
import { slotOf, templateOf } from '../spec/index.ts'
import { isHealthy, type PlacementInput, place } from './index.ts'
import { desired, heal, input, instance, node, settle } from './testing/worlds.ts'

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
        placement: fc.subarray(['a']).map((apart) => ({
          ...{ spread: 'node' as const, apart, near: [] },
        })),
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

  test('as many go on serving as are wanted, whatever their numbers', () => {
    check((given) => {
      const { surplus } = place(given)
      const live = new Set(given.nodes.filter((one) => one.live).map(({ id }) => id))
      for (const { workload } of given.workloads) {
        if (workload.onPartition === 'stop' && !given.majority) continue
        const serving = given.instances.filter(
          (one) => one.workload === workload.name && live.has(one.node) && isHealthy(one),
        )
        const count = (some: typeof serving) => new Set(some.map(({ index }) => index)).size
        const left = count(serving.filter(({ id }) => !surplus.includes(id)))
        expect(left).toBeGreaterThanOrEqual(Math.min(workload.replicas, count(serving)))
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

/** The same items in another order. */
function mix<T>(items: readonly T[], salt: number): T[] {
  return shuffle(createSeededRandom(salt), items)
}
