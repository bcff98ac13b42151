import { describe, expect, test } from 'vitest'
import { type Instance, type Slot, slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { explain, type PlacementInput, place } from './index.ts'
import { desired, input, instance, NODES_3, node, nodeId } from './testing/worlds.ts'

const SLOT = slotOf('db', 0)
const volume = (ifLost: 'wait' | 'empty'): NonNullable<Flat['volumes']> => [
  { name: 'data', sizeBytes: 2 ** 30, ifLost },
]
const KEPT = { volumes: volume('wait'), onPartition: 'keep' } as const
const WAITS = desired('db', KEPT)
const STARTS_EMPTY = desired('db', { volumes: volume('empty') })
const lies = (...on: number[]) => new Map([[SLOT, on.map(nodeId)]])
const dead = (number: number) => node(number, { live: false })

function slotNode(change: Partial<PlacementInput>, slot: Slot = SLOT) {
  return place(input({ nodes: NODES_3, workloads: [WAITS], ...change })).assignments.get(slot)
}

describe('a slot that keeps data', () => {
  test('goes where nothing of it lies yet, as any other', () => {
    expect(slotNode({ dataOf: new Map() })).toBeDefined()
  })

  test.each([1, 2, 3])('goes back to the node that has its data: %i', (on) => {
    expect(slotNode({ dataOf: lies(on) })).toBe(nodeId(on))
  })

  test('each slot to its own', () => {
    const db = desired('db', { replicas: 2, volumes: volume('wait') })
    const dataOf = new Map([
      [SLOT, [nodeId(3)]],
      [slotOf('db', 1), [nodeId(1)]],
    ])
    const { assignments } = place(input({ nodes: NODES_3, workloads: [db], dataOf }))
    expect([...assignments.values()]).toEqual([nodeId(3), nodeId(1)])
  })

  test('is nobody else’s business: a workload without volumes goes anywhere', () => {
    const plain = [desired('db')]
    const free = slotNode({ workloads: plain })
    for (const on of [1, 2, 3]) expect(slotNode({ workloads: plain, dataOf: lies(on) })).toBe(free)
  })

  test('waits while its node is out of sight, and says why', () => {
    const nodes = [dead(1), node(2)]
    const given = input({ nodes, workloads: [WAITS], dataOf: lies(1) })
    expect(place(given).unplaced.get(SLOT)).toEqual([
      { code: 'NODE_LOST', node: nodeId(1) },
      { code: 'DATA_ELSEWHERE', node: nodeId(2) },
    ])
    expect(explain(given, 'db')[0]?.refused.map(({ code }) => code)).toEqual([
      'NODE_LOST',
      'DATA_ELSEWHERE',
    ])
  })

  test('waits for a node that it was assigned to and that fell silent, too', () => {
    const gone: Instance[] = [instance(WAITS, 0, 1)]
    const given = input({
      nodes: [dead(1), node(2)],
      ...{ workloads: [WAITS], dataOf: lies(1), instances: gone },
    })
    expect(place(given).starts.size).toBe(0)
    expect(explain(given, 'db')[0]).toMatchObject({
      ...{ because: 'DATA_THERE', refused: [{ node: nodeId(2), code: 'DATA_ELSEWHERE' }] },
    })
  })

  test('starts with nothing elsewhere only where that is permitted', () => {
    const nodes = [dead(1), node(2)]
    expect(slotNode({ nodes, workloads: [STARTS_EMPTY], dataOf: lies(1) })).toBe(nodeId(2))
    expect(slotNode({ workloads: [STARTS_EMPTY], dataOf: lies(1) })).toBe(nodeId(1))
  })

  test('is not drawn away from its assigned node by whoever says to have some too', () => {
    const committed = { assignments: new Map([[SLOT, nodeId(2)]]), bound: new Set<string>() }
    expect(slotNode({ dataOf: lies(1, 2, 3), committed })).toBe(nodeId(2))
  })

  test('stays on a node that drains: there is nowhere to go', () => {
    const nodes = [node(1, { draining: true }), node(2)]
    const placed = place(
      input({ nodes, workloads: [WAITS], dataOf: lies(1), instances: [instance(WAITS, 0, 1)] }),
    )
    expect([placed.assignments.get(SLOT), placed.starts.size]).toEqual([nodeId(1), 0])
    expect(placed.surplus).toEqual([])
  })

  test('takes a change on a node that is only cordoned, and on none that drains', () => {
    const changed = desired('db', { ...KEPT, env: { A: '1' } }, 2)
    const placed = (change: object) =>
      place(
        input({
          ...{ nodes: [node(1, { cordoned: true, ...change }), node(2)], workloads: [changed] },
          ...{ dataOf: lies(1), instances: [instance(WAITS, 0, 1)] },
        }),
      )
    const { starts, assignments, stays } = placed({})
    expect([[...starts], assignments.get(SLOT), stays.get(SLOT)]).toEqual([
      ...[[SLOT], nodeId(1), undefined],
    ])
    const drained = placed({ draining: true })
    expect([drained.starts.size, drained.stays.get(SLOT)]).toEqual([0, 'DATA_HERE'])
  })

  test('and why says so', () => {
    const nodes = [node(1, { draining: true }), node(2)]
    const given = input({ nodes, workloads: [WAITS], dataOf: lies(1) })
    const runs = { ...given, instances: [instance(WAITS, 0, 1)] }
    expect(explain(runs, 'db')).toMatchObject([{ node: nodeId(1), stays: 'DATA_HERE' }])
    expect(explain({ ...runs, nodes: [node(1), node(2)] }, 'db')[0]).not.toHaveProperty('stays')
  })
})
