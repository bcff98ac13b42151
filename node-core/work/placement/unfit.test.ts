/** What cannot start on a computer, by something of that computer, goes to another. */
import { describe, expect, test } from 'vitest'
import type { SlotState } from '../jobs/index.ts'
import { type Instance, jobInstanceId, slotOf } from '../spec/index.ts'
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

describe('an attempt at a job that could not start on its computer', () => {
  const job = { completions: 2, parallelism: 2, retries: 3, lostAfterMs: 1 }
  const mill = desired('mill', { replicas: 2, job })
  const turn = (attempt: number) => ({ generation: 1, run: 1, attempt })
  const attempt = (index: number, number: number, change: Partial<Instance>) => {
    const slot = { workload: 'mill', index, node: nodeId(1) }
    return instance(mill, index, 1, { id: jobInstanceId(slot, turn(number)), ...change })
  }
  const begun = (number: number): SlotState => ({
    ...{ kind: 'begun', node: nodeId(1), turn: turn(number), failures: number - 1, lost: [] },
  })
  const due: SlotState = { kind: 'due', turn: turn(2), failures: 1, lost: [] }
  const idle: SlotState = { kind: 'idle' }
  const placed = (
    states: readonly SlotState[],
    instances: readonly Instance[],
    nodes = [node(1), node(2)],
  ) => {
    const given = { nodes, workloads: [mill], instances: [...instances] }
    return place(input({ ...given, jobs: new Map([['mill', states]]) }))
  }
  const reasons = (...asked: Parameters<typeof placed>) => [
    ...placed(...asked).surplusReasons.values(),
  ]
  const stuck = attempt(0, 1, unfit)
  const over = attempt(0, 1, { ...unfit, ended: { at: '2026-11-25T12:00:00.000Z' } })

  test('is given up where another takes it, unless it is the last or has run', () => {
    const away = [node(1), node(2, { cordoned: true })]
    expect(reasons([begun(1), idle], [stuck])).toEqual(['STRANDED'])
    expect(reasons([begun(1), idle], [stuck], away)).toEqual([])
    expect(reasons([begun(4), idle], [attempt(0, 4, unfit)])).toEqual([])
    const ran = attempt(0, 1, { ...unfit, startedAt: '2026-11-25T12:00:00.000Z' })
    expect(reasons([begun(1), idle], [ran])).toEqual([])
  })

  test('is given up where its computer runs that kind of work no more, but not in mid-start', () => {
    const nodes = [node(1, { kinds: [] }), node(2)]
    const waits = attempt(0, 1, { status: 'Pending', health: 'unknown' })
    const starts = attempt(0, 1, { status: 'Starting', health: 'unknown' })
    expect(reasons([begun(1), idle], [waits], nodes)).toEqual(['STRANDED'])
    expect(reasons([begun(1), idle], [starts], nodes)).toEqual([])
  })

  test('is not followed by one there, as long as another is left', () => {
    const next = placed([due, idle], [over])
    expect([next.assignments.get(slotOf('mill', 0)), next.surplus]).toEqual([nodeId(2), []])
    const left = placed([due, due], [over], [node(1)])
    expect(left.unplaced.get(slotOf('mill', 0))).toEqual([
      { node: nodeId(1), code: 'FAILED_THERE' },
    ])
    expect([...left.surplusReasons]).toEqual([[over.id, 'REPLACED']])
    // Another slot of it may fare better there.
    expect(left.assignments.get(slotOf('mill', 1))).toBe(nodeId(1))
  })

  test('is forgotten with its run', () => {
    const later: SlotState = { ...due, turn: { generation: 1, run: 2, attempt: 1 } }
    expect(reasons([later, idle], [over])).toEqual(['REPLACED'])
  })
})

describe('an attempt at a job that has yet to begin', () => {
  const mill = desired('mill', {
    job: { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 1 },
  })
  const turn = { generation: 1, run: 1, attempt: 2 }
  const due: SlotState = { kind: 'due', turn, failures: 1, lost: [] }
  const id = jobInstanceId({ workload: 'mill', index: 0, node: nodeId(1) }, turn)
  const waits = instance(mill, 0, 1, { id, status: 'Pending', health: 'unknown' })

  test.each([
    ['is cordoned', { cordoned: true }],
    ['is drained', { draining: true }],
    ['runs that kind of work no more', { kinds: [] }],
    ['is kept to its owner', { owner: 'e'.repeat(64) as never, strangers: [] }],
  ])('leaves a computer that %s', (_, change) => {
    const jobs = new Map([['mill', [due]]])
    const world = (first = node(1)) =>
      place(input({ nodes: [first, node(2)], workloads: [mill], instances: [waits], jobs }))
    expect(world().assignments.get(slotOf('mill', 0))).toBe(nodeId(1))
    const { assignments, surplus } = world(node(1, change))
    expect([assignments.get(slotOf('mill', 0)), surplus]).toEqual([nodeId(2), [id]])
  })
})
