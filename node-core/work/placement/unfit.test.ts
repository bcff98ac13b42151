/** What cannot start on a computer, by something of that computer, goes to another. */
import { describe, expect, test } from 'vitest'
import { slotOf } from '../spec/index.ts'
import { explain, type PlacementInput, place } from './index.ts'
import { desired, input, instance, node, nodeId, settle } from './testing/worlds.ts'

const web = desired('web')
const SLOT = slotOf('web', 0)
const unfit = { status: 'Failed', health: 'unknown', unfit: true } as const
const failed = (on: number) => instance(web, 0, on, unfit)
const world = (change: Partial<PlacementInput> = {}) =>
  input({ nodes: [node(1), node(2)], workloads: [web], instances: [failed(1)], ...change })

describe('a copy that could not start on its computer', () => {
  test('starts on another, and is remembered there until that serves', () => {
    const { starts, assignments, surplus } = place(world())
    expect([[...starts], assignments.get(SLOT), surplus]).toEqual([[SLOT], nodeId(2), []])
    const starting = instance(web, 0, 2, { status: 'Starting', health: 'unknown' })
    const waits = place(world({ instances: [failed(1), starting] }))
    expect([waits.starts.size, waits.surplus]).toEqual([0, []])
    expect(place(settle(world())).surplus).toEqual([failed(1).id])
  })

  test('is tried again where it is when no other is left, and neither is forgotten', () => {
    for (const nodes of [[node(1)], [node(1), node(2, { cordoned: true })]]) {
      const { starts, assignments, stays } = place(world({ nodes }))
      expect([starts.size, assignments.get(SLOT)]).toEqual([0, nodeId(1)])
      expect(stays.get(SLOT)).toBe('NO_OTHER_NODE')
    }
    const both = place(world({ instances: [failed(1), failed(2)] }))
    expect([both.starts.size, both.assignments.size, both.surplus]).toEqual([0, 1, []])
  })

  test('stays with what it keeps', () => {
    const volumes = [{ name: 'data', sizeBytes: 1, ifLost: 'wait' as const }]
    const db = desired('web', { volumes })
    const instances = [instance(db, 0, 1, unfit)]
    const dataOf = new Map([[SLOT, [nodeId(1)]]])
    const { starts, stays } = place(world({ workloads: [db], instances, dataOf }))
    expect([starts.size, stays.get(SLOT)]).toEqual([0, 'DATA_HERE'])
  })

  test('is started as a new version there, which may fare better', () => {
    const after = desired('web', { env: { A: '1' } }, 2)
    const { starts } = place(world({ nodes: [node(1)], workloads: [after] }))
    expect(starts.size).toBe(1)
  })

  test('waits for the committee where that decides, and says why it left', () => {
    const bound = new Set(['web'])
    const committed = (on: number) => ({ assignments: new Map([[SLOT, nodeId(on)]]), bound })
    const waits = place(world({ committed: committed(1) }))
    expect([waits.starts.size, waits.stays.get(SLOT)]).toEqual([0, 'NOT_ASSIGNED'])
    const told = place(world({ committed: committed(2) }))
    expect(told.assignments.get(SLOT)).toBe(nodeId(2))
    const [slot] = explain(world(), 'web')
    expect(slot?.refused).toEqual([{ node: nodeId(1), code: 'FAILED_THERE' }])
  })
})
