/** `apart` with the workload's own name: no two of its copies on one node. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { slotOf } from '../spec/index.ts'
import { explain, place } from './index.ts'
import { desired, heal, input, instance, NODES_3, node, nodeId, settle } from './testing/worlds.ts'

const ALONE = { spread: 'node' as const, apart: ['web'], near: [] }
const web = (replicas: number, change: object = {}, generation = 1) =>
  desired('web', { replicas, placement: ALONE, ...change }, generation)
const slot = (index: number) => slotOf('web', index)

describe('a workload that is kept apart from itself', () => {
  test('waits rather than share a node, and says why', () => {
    const world = input({ nodes: NODES_3.slice(0, 2), workloads: [web(3)] })
    const { assignments, unplaced } = place(world)
    expect(new Set(assignments.values()).size).toBe(2)
    expect(unplaced.get(slot(2))).toEqual([
      { code: 'COPY_THERE', node: nodeId(1) },
      { code: 'COPY_THERE', node: nodeId(2) },
    ])
    expect(explain(world, 'web')[2]?.refused.map(({ code }) => code)).toEqual([
      'COPY_THERE',
      'COPY_THERE',
    ])
  })

  test('by the short name of an owner whose workload has the long one', () => {
    const bob = 'b'.repeat(64) as ReturnType<typeof desired>['owner']
    const own = desired('web-of-bbbbbbbbbb', { replicas: 2, placement: ALONE })
    const theirs = desired('web')
    const workloads = [theirs, { ...own, owner: bob }]
    const { unplaced } = place(input({ nodes: [node(1)], workloads }))
    expect(unplaced.get(slotOf('web-of-bbbbbbbbbb', 1))).toMatchObject([{ code: 'COPY_THERE' }])
  })

  test('ends nothing that stands together already', () => {
    const of = web(2)
    const instances = [instance(of, 0, 1), instance(of, 1, 1)]
    const { surplus, starts } = place(input({ nodes: NODES_3, workloads: [of], instances }))
    expect([...surplus, ...starts]).toEqual([])
  })

  test('is changed on as many nodes as it has copies: of a slot, old and new stand side by side', () => {
    const [old, now] = [web(3), web(3, { env: { A: '1' } }, 2)]
    const instances = [0, 1, 2].map((index) => instance(old, index, index + 1))
    let world = input({ nodes: NODES_3, workloads: [now], instances })
    expect(place(world).assignments.get(slot(0))).toBe(nodeId(1))
    for (let round = 0; round < 8; round++) world = heal(settle(world))
    expect(world.instances).toHaveLength(3)
    expect(world.instances.every(({ generation }) => generation === 2)).toBe(true)
  })

  test('goes apart as it is changed', () => {
    const now = web(2, { env: { A: '1' } }, 2)
    const old = desired('web', { replicas: 2 })
    const instances = [instance(old, 0, 1), instance(old, 1, 1)]
    let world = input({ nodes: NODES_3, workloads: [now], instances })
    for (let round = 0; round < 8; round++) world = heal(settle(world))
    expect(world.instances.every(({ generation }) => generation === 2)).toBe(true)
    expect(new Set(world.instances.map((one) => one.node)).size).toBe(2)
  })

  test('stays on a node that is emptied while the others have a copy each', () => {
    const of = web(2)
    const instances = [instance(of, 0, 1), instance(of, 1, 2)]
    const nodes = [node(1, { draining: true }), node(2)]
    const crowded = input({ nodes, workloads: [of], instances })
    expect(place(crowded).stays.get(slot(0))).toBe('NO_OTHER_NODE')
    const joined = place({ ...crowded, nodes: [...nodes, node(3)] })
    expect(joined.assignments.get(slot(0))).toBe(nodeId(3))
  })

  test('ends nothing of its own that counts alike, and nothing else, where a copy is there', () => {
    const of = web(2, { priority: 10 })
    const other = desired('cron', { resources: { cpuMillis: 3_900, memoryBytes: 2 ** 27 } })
    const instances = [instance(of, 0, 1), instance(other, 0, 1)]
    const placed = place(input({ nodes: [node(1)], workloads: [of, other], instances }))
    expect(placed.surplus).toEqual([])
    expect(placed.unplaced.get(slot(1))).toMatchObject([{ code: 'COPY_THERE' }])
  })

  test('waits for another copy that is ending there', () => {
    const of = web(2)
    const ending = instance(of, 2, 2, { status: 'Stopping' })
    const instances = [instance(of, 0, 1), ending]
    const placed = place(input({ nodes: NODES_3.slice(0, 2), workloads: [of], instances }))
    expect(placed.assignments.get(slot(1))).toBe(nodeId(2))
    expect([[...placed.awaits], [...placed.starts]]).toEqual([[slot(1)], []])
  })

  test('takes the place of the one that stands in for it', () => {
    const of = web(1)
    const instances = [instance(of, 1, 1)]
    const placed = place(input({ nodes: [node(1)], workloads: [of], instances }))
    expect(placed.assignments.get(slot(0))).toBe(nodeId(1))
    expect(placed.surplus).toEqual([])
  })
})

/** Nodes that come, go, are emptied and are short of room, while numbers and versions change. */
const histories = fc.array(
  fc.record({
    live: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    draining: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    replicas: fc.integer({ min: 1, max: 6 }),
    version: fc.integer({ min: 1, max: 3 }),
    other: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
)

test('whatever happens, no slot is given a node that another of its workload holds', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let world = input({ nodes: [], workloads: [] })
      for (const { live, draining, replicas, version, other } of history) {
        const nodes = live.map((isLive, index) =>
          node(index + 1, { live: isLive, draining: draining[index] ?? false }),
        )
        const of = web(replicas, { env: { V: String(version) } }, version)
        world = { ...world, nodes, workloads: other ? [of, desired('db', { replicas: 3 })] : [of] }
        for (let round = 0; round < 12; round++) {
          const { assignments, starts, awaits } = place(world)
          for (const begun of [...starts, ...awaits].filter((one) => one.startsWith('web/'))) {
            const there = [...assignments].filter(
              ([one, on]) => one.startsWith('web/') && on === assignments.get(begun),
            )
            expect(there.map(([one]) => one)).toEqual([begun])
          }
          world = heal(settle(world))
        }
        const { starts, awaits, surplus } = place(world)
        expect([...starts, ...awaits, ...surplus]).toEqual([])
      }
    }),
    { seed: 42, numRuns: 60 },
  )
})
