/** What the owner of a computer lets others do with it: run their work, lease its processors. */
import { describe, expect, test } from 'vitest'
import { slotOf } from '../spec/index.ts'
import { type PlacementNode, place } from './index.ts'
import { desired, input, instance, node, nodeId } from './testing/worlds.ts'

const STRANGER = 'e'.repeat(64) as PlacementNode['owner']

describe("a node's owner", () => {
  test('keeps a kind of work to its own, and says so', () => {
    const nodes = [node(1, { strangers: ['process'], owner: STRANGER })]
    const placed = place(input({ nodes, workloads: [desired('web')] }))
    expect(placed.assignments.size).toBe(0)
    const refusal = { code: 'STRANGERS_REFUSED', node: nodeId(1) }
    expect(placed.unplaced.get(slotOf('web', 0))).toEqual([refusal])
  })

  test("keeps its owner's own work, and that of strangers where it is let in", () => {
    const web = desired('web')
    for (const change of [
      { strangers: [] },
      { strangers: ['container'], owner: STRANGER },
      { owner: STRANGER },
    ]) {
      const placed = place(input({ nodes: [node(1, change)], workloads: [web] }))
      expect(placed.assignments.get(slotOf('web', 0))).toBe(nodeId(1))
    }
  })

  test('leases each graphics processor to one slot, whole', () => {
    const resources = { cpuMillis: 100, memoryBytes: 2 ** 27, gpus: 2 }
    const learner = desired('learner', { replicas: 3, resources })
    const capacity = { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30, gpus: 3 }
    const nodes = [node(1, { capacity }), node(2, { capacity: { ...capacity, gpus: 1 } })]
    const placed = place(input({ nodes, workloads: [learner] }))
    expect([...placed.assignments.values()]).toEqual([nodeId(1)])
    const codes = placed.unplaced.get(slotOf('learner', 1))?.map(({ code }) => code)
    expect(codes).toEqual(['GPUS_TAKEN', 'GPUS_TAKEN'])
    // What asks for none has room all the same.
    const beside = place(input({ nodes, workloads: [learner, desired('web', { replicas: 2 })] }))
    expect(beside.unplaced.has(slotOf('web', 0))).toBe(false)
    // The old one gives them back before the new one starts.
    const old = instance(learner, 0, 1, { template: 'old', generation: 0 })
    const changed = place(input({ nodes, workloads: [learner], instances: [old] }))
    expect(changed.assignments.get(slotOf('learner', 0))).toBe(nodeId(1))
  })

  test('grants no graphics processor unless it says so, and may take one back', () => {
    const resources = { cpuMillis: 100, memoryBytes: 2 ** 27, gpus: 1 }
    const learner = desired('learner', { resources })
    const placed = place(input({ nodes: [node(1)], workloads: [learner] }))
    expect(placed.unplaced.get(slotOf('learner', 0))?.[0]?.code).toBe('GPUS_TAKEN')
    // What runs goes on until it is started again.
    const instances = [instance(learner, 0, 1)]
    const running = place(input({ nodes: [node(1)], workloads: [learner], instances }))
    expect(running.assignments.get(slotOf('learner', 0))).toBe(nodeId(1))
  })
})
