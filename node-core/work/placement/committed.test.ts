import { describe, expect, test } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { type Slot, slotOf } from '../spec/index.ts'
import { type CommittedAssignments, place } from './index.ts'
import { desired, input, instance, NODES_3, node, nodeId } from './testing/worlds.ts'

const SLOT = slotOf('web', 0)
const web = desired('web')

function committed(assigned: Record<string, number>, bound = true): CommittedAssignments {
  const entries = Object.entries(assigned).map(([slot, on]): [Slot, NodeId] => {
    return [slot as Slot, nodeId(on)]
  })
  return { assignments: new Map(entries), bound: new Set(bound ? ['web'] : []) }
}

describe('a slot that was assigned', () => {
  test.each([1, 2, 3])('starts at node %i, whatever the hash says', (on) => {
    for (const bound of [true, false]) {
      const given = input({ nodes: NODES_3, workloads: [web] })
      const { assignments, starts } = place({
        ...given,
        committed: committed({ 'web/0': on }, bound),
      })
      expect(assignments.get(SLOT)).toBe(nodeId(on))
      expect(starts.has(SLOT)).toBe(true)
    }
  })

  test('has its room before others are placed', () => {
    const small = [node(1, { capacity: { cpuMillis: 100, memoryBytes: 2 ** 40 } })]
    const given = input({ nodes: small, workloads: [desired('api'), web] })
    expect(place(given).assignments.has(slotOf('api', 0))).toBe(true)
    const { assignments } = place({ ...given, committed: committed({ 'web/0': 1 }, false) })
    expect([...assignments]).toEqual([[SLOT, nodeId(1)]])
  })

  test('does not move what runs elsewhere', () => {
    const instances = [instance(web, 0, 2)]
    const given = input({ nodes: NODES_3, workloads: [web], instances })
    const { assignments, starts, surplus } = place({
      ...given,
      committed: committed({ 'web/0': 1 }),
    })
    expect(assignments.get(SLOT)).toBe(nodeId(2))
    expect([starts.size, surplus]).toEqual([0, []])
  })

  test.each([
    [1, 2],
    [2, 1],
  ])('of two that run it alike keeps the one at node %i', (on, other) => {
    const instances = [instance(web, 0, 1), instance(web, 0, 2)]
    const given = input({ nodes: NODES_3, workloads: [web], instances })
    const { surplus } = place({ ...given, committed: committed({ 'web/0': on }) })
    expect(surplus).toEqual([instance(web, 0, other).id])
  })

  test('of two keeps the one that is healthy, wherever it was assigned', () => {
    const instances = [instance(web, 0, 1, { health: 'unknown' }), instance(web, 0, 2)]
    const given = input({ nodes: NODES_3, workloads: [web], instances })
    const { surplus } = place({ ...given, committed: committed({ 'web/0': 1 }) })
    expect(surplus).toEqual([instance(web, 0, 1).id])
  })

  test('to a node that is lost waits where it must not run twice', () => {
    const nodes = [node(1, { live: false }), node(2)]
    const keep = desired('web', { onPartition: 'keep' })
    const given = input({ nodes, workloads: [keep], committed: committed({ 'web/0': 1 }, false) })
    expect(place(given).assignments.get(SLOT)).toBe(nodeId(1))
    expect(place({ ...given, workloads: [web] }).assignments.get(SLOT)).toBe(nodeId(2))
  })
})

describe('a bound workload', () => {
  test('starts nowhere before it is assigned, and says what it waits for', () => {
    const given = input({ nodes: [node(1), node(2, { cordoned: true })], workloads: [web] })
    const { assignments, unplaced } = place({ ...given, committed: committed({}) })
    expect(assignments.size).toBe(0)
    expect(unplaced.get(SLOT)).toEqual([
      { code: 'NOT_ASSIGNED', node: nodeId(1) },
      { code: 'CORDONED', node: nodeId(2) },
    ])
  })

  test('is not started elsewhere when its node is lost, until that is committed', () => {
    const nodes = [node(1, { live: false }), node(2)]
    const given = input({ nodes, workloads: [web], instances: [instance(web, 0, 1)] })
    const waits = place({ ...given, committed: committed({ 'web/0': 1 }) })
    expect(waits.starts.size).toBe(0)
    const told = place({ ...given, committed: committed({ 'web/0': 2 }) })
    expect(told.assignments.get(SLOT)).toBe(nodeId(2))
    const alone = place({ ...given, committed: committed({ 'web/0': 1 }, false) })
    expect(alone.assignments.get(SLOT)).toBe(nodeId(2))
  })

  test('leaves a draining node for the one that was assigned, and serves until that does', () => {
    const nodes = [node(1, { draining: true }), node(2), node(3)]
    const given = input({ nodes, workloads: [web], instances: [instance(web, 0, 1)] })
    expect(place({ ...given, committed: committed({ 'web/0': 1 }) }).starts.size).toBe(0)
    const told = place({ ...given, committed: committed({ 'web/0': 3 }) })
    expect(told.assignments.get(SLOT)).toBe(nodeId(3))
    expect([told.starts.has(SLOT), told.surplus]).toEqual([true, []])
  })

  test('stands beside others that the registry does not have', () => {
    const given = input({ nodes: [node(1)], workloads: [desired('old'), web] })
    const { assignments } = place({ ...given, committed: committed({}) })
    expect([...assignments.keys()]).toEqual([slotOf('old', 0)])
  })
})

describe('a workload that stops in a part that was cut off', () => {
  test.each([
    [true, false, []],
    [false, true, ['web-1-000002']],
  ])('goes by the quorum (%j) alone, not by how many are in sight', (quorum, majority, ends) => {
    const web = desired('web', { replicas: 2, onPartition: 'stop' })
    const instances = [instance(web, 0, 1), instance(web, 1, 2)]
    const nodes = [node(1, { live: false }), node(2), node(3)]
    const placed = place(input({ nodes, workloads: [web], instances, majority, quorum }))
    expect(placed.surplus).toEqual(ends)
    const said = placed.unplaced.get(slotOf('web', 0))?.[0]?.code
    expect(said).toBe(quorum ? undefined : 'NO_QUORUM')
  })
})
