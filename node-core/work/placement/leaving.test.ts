import { describe, expect, test } from 'vitest'
import type { SlotState } from '../jobs/index.ts'
import { type DesiredWorkload, jobInstanceId, slotOf } from '../spec/index.ts'
import { emptyingOf, leftOn, type PlacementInput, place } from './index.ts'
import { desired, input, instance, node, nodeId, settle } from './testing/worlds.ts'

const DRAINING = node(1, { draining: true, cordoned: true })
const web = desired('web', { replicas: 2 })
const db = desired('db', { volumes: [{ name: 'data', sizeBytes: 2 ** 30, ifLost: 'wait' }] })
const dataOf = new Map([[slotOf('db', 0), [nodeId(1)]]])

const job = { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 1 }
const mill = desired('mill', { job })
const turn = { generation: 1, run: 1, attempt: 1 }
const begun: SlotState = { kind: 'begun', turn, node: nodeId(1), failures: 0, lost: [] }
const jobs = new Map([['mill', [begun]]])

function left(workloads: DesiredWorkload[], change: Partial<PlacementInput>) {
  const given = input({ nodes: [DRAINING, node(2)], workloads, dataOf, ...change })
  const found = leftOn(nodeId(1), given, place(given))
  return [found.map(({ reason }) => reason), emptyingOf(found)]
}

describe('what a draining node still runs', () => {
  const both = [instance(web, 0, 1), instance(web, 1, 1)]

  test('goes, each in its turn', () => {
    expect(left([web], { instances: both })).toEqual([['MOVING', 'IN_TURN'], 'moving'])
    const moved = settle(
      settle(input({ nodes: [DRAINING, node(2)], workloads: [web], instances: both })),
    )
    expect(left([web], { instances: moved.instances })[1]).toBe('moving')
    expect(left([web], { instances: settle(settle(moved)).instances })).toEqual([[], 'done'])
  })

  test('stays where no other node takes it', () => {
    const nodes = [DRAINING, node(2, { cordoned: true })]
    expect(left([web], { nodes, instances: both })).toEqual([
      ['NO_OTHER_NODE', 'NO_OTHER_NODE'],
      'waiting',
    ])
  })

  test('waits for the committee’s word where another takes it', () => {
    const assignments = new Map([0, 1].map((index) => [slotOf('web', index), nodeId(1)]))
    const committed = { assignments, bound: new Set(['web']) }
    expect(left([web], { instances: both, committed })).toEqual([
      ['NOT_ASSIGNED', 'NOT_ASSIGNED'],
      'moving',
    ])
    const nodes = [DRAINING, node(2, { cordoned: true })]
    expect(left([web], { nodes, instances: both, committed })[1]).toBe('waiting')
  })

  test('stays with its data, which is all that can be said when the rest has gone', () => {
    const instances = [instance(db, 0, 1)]
    expect(left([db], { instances })).toEqual([['DATA_HERE'], 'allButData'])
    expect(left([db, web], { instances: [...instances, ...both] })[1]).toBe('moving')
    const failing = [instance(db, 0, 1, { status: 'Failed', health: 'unknown' })]
    expect(left([db], { instances: failing })).toEqual([['DATA_HERE'], 'allButData'])
  })

  test('what never came to run is new work, and is not left though nobody else takes it', () => {
    const nodes = [DRAINING, node(2, { cordoned: true })]
    const failed = { status: 'Failed', health: 'unknown' } as const
    const held = { status: 'Pending', health: 'unknown' } as const
    const reasons = ['SECRET_MISSING', 'SECRET_WAITING', 'ENGINE_UNAVAILABLE'].map((code) => {
      return { ...held, reason: { code, message: 'It is not there.' } }
    })
    for (const how of [failed, held, ...reasons]) {
      const world = input({ nodes, workloads: [web], instances: [instance(web, 0, 1, how)] })
      const { surplusReasons, unplaced } = place(world)
      expect(surplusReasons.get(world.instances[0]?.id ?? '')).toBe('REPLACED')
      expect(unplaced.get(slotOf('web', 0))).toContainEqual({ code: 'CORDONED', node: nodeId(1) })
      expect(left([web], { nodes, instances: settle(world).instances })).toEqual([[], 'done'])
    }
    for (const how of [failed, held]) {
      const ran = instance(web, 0, 1, { ...how, startedAt: '2026-11-20T00:00:00.000Z' })
      expect(left([web], { nodes, instances: [ran] })).toEqual([['NO_OTHER_NODE'], 'waiting'])
    }
    const starts = instance(web, 0, 1, { status: 'Starting', health: 'unknown' })
    expect(left([web], { nodes, instances: [starts] })).toEqual([['NO_OTHER_NODE'], 'waiting'])
  })

  test('is not said to be on its way while its computer is out of sight', () => {
    const gone = node(1, { draining: true, cordoned: true, live: false })
    const nodes = [gone, node(2)]
    const instances = [instance(web, 0, 1), instance(web, 0, 2), instance(web, 1, 2)]
    expect(left([web], { nodes, instances })).toEqual([['OUT_OF_SIGHT'], 'waiting'])
    expect(left([], { nodes, instances: [instance(web, 0, 1)] })[0]).toEqual(['OUT_OF_SIGHT'])
  })

  test('a job goes on to its end', () => {
    const id = jobInstanceId({ workload: 'mill', index: 0, node: nodeId(1) }, turn)
    const instances = [instance(mill, 0, 1, { id })]
    expect(left([mill], { instances, jobs })).toEqual([['RUNS_TO_ITS_END'], 'moving'])
  })

  test('an attempt at a job that never came to run goes, or says that it waits', () => {
    const id = jobInstanceId({ workload: 'mill', index: 0, node: nodeId(1) }, turn)
    for (const status of ['Pending', 'Failed'] as const) {
      const instances = [instance(mill, 0, 1, { id, status, health: 'unknown' })]
      expect(left([mill], { instances, jobs })).toEqual([['MOVING'], 'moving'])
      const nodes = [DRAINING, node(2, { cordoned: true })]
      expect(left([mill], { nodes, instances, jobs })).toEqual([['NEVER_STARTED'], 'waiting'])
    }
    for (const how of [
      { status: 'Pulling', health: 'unknown' },
      { status: 'Pending', health: 'unknown', startedAt: '2026-11-20T00:00:00.000Z' },
    ] as const) {
      const instances = [instance(mill, 0, 1, { id, ...how })]
      expect(left([mill], { instances, jobs })).toEqual([['RUNS_TO_ITS_END'], 'moving'])
    }
  })

  test('what nobody wants is on its way, and what has ended is not there', () => {
    const instances = [instance(web, 0, 1)]
    expect(left([], { instances })).toEqual([['MOVING'], 'moving'])
    const ended = { at: '2026-11-20T00:00:00.000Z', exitCode: 1 }
    const over = [instance(web, 0, 1, { status: 'Failed', health: 'unknown', ended })]
    expect(left([web], { instances: over })).toEqual([[], 'done'])
  })
})
