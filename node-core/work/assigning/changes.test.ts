import { describe, expect, test } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import type { PlacementInput } from '../placement/index.ts'
import { desired, input, instance, NODES_3, node, nodeId } from '../placement/testing/worlds.ts'
import { type Slot, slotOf } from '../spec/index.ts'
import { assignmentChanges, type Circumstances } from './changes.ts'

const web = desired('web', { replicas: 2 })
const CALM: Circumstances = { isRegistered: () => true, settled: true, newcomers: false }

function committed(...assigned: [index: number, on: number][]) {
  const entries = assigned.map(([index, on]): [Slot, NodeId] => [slotOf('web', index), nodeId(on)])
  return { assignments: new Map(entries), bound: new Set(['web']) }
}

const changes = (change: Partial<PlacementInput>, circumstances: Partial<Circumstances> = {}) =>
  assignmentChanges(input({ nodes: NODES_3, workloads: [web], ...change }), {
    ...CALM,
    ...circumstances,
  })

/** As if the log had taken them. */
function applied(before: ReturnType<typeof committed>, made: ReturnType<typeof changes>) {
  const assignments = new Map(before.assignments)
  for (const { workload, assign, release } of made) {
    for (const [index, to] of assign) assignments.set(slotOf(workload, index), to)
    for (const index of release) assignments.delete(slotOf(workload, index))
  }
  return { ...before, assignments }
}

describe('what is to be assigned', () => {
  test('is every slot of a new workload, spread, and then nothing more', () => {
    const made = changes({ committed: committed() })
    expect(made).toMatchObject([{ workload: 'web', generation: 1, release: [] }])
    const nodes = made[0]?.assign.map(([, on]) => on)
    expect(new Set(nodes).size).toBe(2)
    expect(changes({ committed: applied(committed(), made) })).toEqual([])
  })

  test('is nothing while all is as it was committed, whatever runs by now', () => {
    expect(changes({ committed: committed([0, 3], [1, 1]) })).toEqual([])
    const instances = [instance(web, 0, 3)]
    expect(changes({ committed: committed([0, 3], [1, 1]), instances })).toEqual([])
  })

  test('is what runs elsewhere, so that a word follows a service', () => {
    const instances = [instance(web, 0, 2), instance(web, 1, 1)]
    const made = changes({ committed: committed([0, 3], [1, 1]), instances })
    expect(made).toMatchObject([{ assign: [[0, nodeId(2)]] }])
  })

  test('is what a lost node had, once its silence is believed', () => {
    const nodes = [node(1, { live: false }), node(2)]
    const given = { nodes, committed: committed([0, 1], [1, 2]) }
    expect(changes(given, { settled: false })).toEqual([])
    expect(changes(given)).toMatchObject([{ assign: [[0, nodeId(2)]] }])
  })

  test('leaves whoever stands in where edges ask it, and takes the others back', () => {
    const one = desired('web', { replicas: 1, onPartition: 'keep' })
    const given = {
      nodes: [node(1, { live: false }), node(2), node(3)],
      workloads: [one],
      instances: [0, 1, 2].map((index) => instance(one, index, index + 1)),
      committed: committed([0, 1], [1, 2], [2, 3]),
    }
    expect(changes(given)).toMatchObject([{ assign: [], release: [2] }])
    expect(changes({ ...given, nodes: NODES_3 })).toMatchObject([{ release: [1, 2] }])
  })

  test('takes nothing from a stand-in of which nobody knows for a moment, and gives back what was taken', () => {
    const one = desired('web', { replicas: 1, onPartition: 'keep' })
    const [first, second] = [instance(one, 0, 1), instance(one, 1, 2)]
    const away = { live: false }
    const given = { workloads: [one], committed: committed([0, 1], [1, 2]) }
    const nodes = [node(1, away), node(2), node(3)]
    const reason = { code: 'NOT_CONFIRMED', message: '' }
    const unconfirmed = { ...second, status: 'Pending', health: 'unknown', reason } as const
    expect(changes({ ...given, nodes, instances: [first, unconfirmed] })).toEqual([])
    const hidden = [node(1, away), node(2, away), node(3)]
    expect(changes({ ...given, nodes: hidden, instances: [first, second] })).toEqual([])
    // As many serve as are wanted, or it said goodbye.
    const none = [node(1), node(2, away), node(3)]
    expect(changes({ ...given, nodes: none, instances: [first, second] })).toMatchObject([
      { release: [1] },
    ])
    const left = [node(1, away), node(2, { ...away, left: true }), node(3)]
    expect(changes({ ...given, nodes: left, instances: [first, second] })).toMatchObject([
      { release: [1] },
    ])
    const taken = { ...given, committed: committed([0, 1]), nodes, instances: [first, second] }
    expect(changes(taken)).toMatchObject([{ assign: [[1, nodeId(2)]], release: [] }])
    const isRegistered = (id: NodeId) => id !== nodeId(2)
    expect(changes(taken, { isRegistered })).toEqual([])
  })

  test('is nothing for a lost node whose work waits for it', () => {
    const nodes = [node(1, { live: false }), node(2)]
    const keep = desired('web', { replicas: 2, onPartition: 'keep' })
    const given = { nodes, workloads: [keep], committed: committed([0, 1], [1, 2]) }
    expect(changes(given)).toEqual([])
  })

  test('gives nothing to a node that the registry does not know', () => {
    const isRegistered = (id: NodeId) => id === nodeId(2)
    const made = changes({ committed: committed() }, { isRegistered })
    expect(made[0]?.assign.map(([, on]) => on)).toEqual([nodeId(2), nodeId(2)])
    // What runs there stays, and is not committed.
    const instances = [instance(web, 0, 1), instance(web, 1, 2)]
    const kept = changes({ committed: committed([1, 2]), instances }, { isRegistered })
    expect(kept).toEqual([])
  })

  test('waits for newcomers with what nobody has, and not with what was lost', () => {
    expect(changes({ committed: committed() }, { newcomers: true })).toEqual([])
    const nodes = [node(1, { live: false }), node(2)]
    const given = { nodes, committed: committed([0, 1], [1, 2]) }
    expect(changes(given, { newcomers: true })).toHaveLength(1)
  })

  test('takes back what a lower count leaves over', () => {
    const one = desired('web', { replicas: 1 }, 2)
    const instances = [instance(web, 0, 1), instance(web, 1, 2)]
    const made = changes({ workloads: [one], committed: committed([0, 1], [1, 2]), instances })
    expect(made).toEqual([{ workload: 'web', generation: 2, assign: [], release: [1] }])
  })

  test('moves off a node that drains', () => {
    const nodes = [node(1, { draining: true }), node(2)]
    const one = desired('web', { replicas: 1 })
    const given = { nodes, workloads: [one], instances: [instance(one, 0, 1)] }
    const made = changes({ ...given, committed: committed([0, 1]) })
    expect(made).toMatchObject([{ assign: [[0, nodeId(2)]] }])
    expect(changes({ ...given, committed: committed([0, 2]) })).toEqual([])
  })
})
