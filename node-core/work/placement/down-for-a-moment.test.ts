/** Old copies of a change that are down for a moment: they keep their slots. */
import { describe, expect, test } from 'vitest'
import { type Instance, templateOf } from '../spec/index.ts'
import { place } from './index.ts'
import { desired, input, instance, NODES_3, node } from './testing/worlds.ts'

const before = desired('web', { replicas: 3 })
const RAN = '2026-11-27T08:00:00.000Z'
const DOWN = { status: 'Failed', health: 'unknown', startedAt: RAN } as const

type Rollout = ReturnType<typeof desired>['workload']['rollout']
const changed = (rollout: Partial<Rollout> = {}) => {
  const all: Rollout = { kind: 'rolling', atOnce: 1, paused: false, ...rollout }
  return desired('web', { replicas: 3, env: { A: '1' }, rollout: all }, 2)
}
const old = (index: number, change: Partial<Instance> = DOWN) =>
  instance(before, index, index + 1, change)
const fresh = (index: number, change: Partial<Instance> = {}) =>
  instance(changed(), index, index + 1, { id: `web-${index}-new`, ...change })
const placed = (of: ReturnType<typeof desired>, instances: Instance[], nodes = NODES_3) => {
  const { starts, surplus, stays } = place(input({ nodes, workloads: [of], instances }))
  return { starts: [...starts], surplus, stays: [...stays.values()] }
}
const allDown = [old(0), old(1), old(2)]

describe('old copies that are down for a moment', () => {
  test('are waited for while the new version is stuck', () => {
    const stuck = fresh(0, { health: 'unhealthy' })
    expect(placed(changed(), [...allDown, stuck])).toEqual({
      ...{ starts: [], surplus: [], stays: ['IN_TURN', 'IN_TURN'] },
    })
    const unstarted = fresh(0, { status: 'Failed', health: 'unknown' })
    expect(placed(changed(), [...allDown, unstarted])).toMatchObject({ starts: [], surplus: [] })
  })

  test('are replaced in their turn, as those that run are', () => {
    expect(placed(changed(), allDown)).toMatchObject({ starts: ['web/0'], surplus: [] })
    expect(placed(changed({ atOnce: 2 }), allDown)).toMatchObject({ starts: ['web/0', 'web/1'] })
    expect(placed(changed(), [...allDown, fresh(0)])).toMatchObject({
      ...{ starts: ['web/1'], surplus: ['web-0-000001'] },
    })
  })

  test('are waited for while the change is paused', () => {
    expect(placed(changed({ paused: true }), allDown)).toMatchObject({ starts: [], surplus: [] })
  })

  test('are no reason to give a canary more than its share', () => {
    const canary = changed({ kind: 'canary', steps: [{ share: 5 }, { share: 50 }] })
    const template = templateOf(canary.workload)
    const at = { ...canary, canary: { template, step: 0, sinceMs: 0 } }
    expect(placed(at, [...allDown, fresh(0)])).toMatchObject({ starts: [], surplus: [] })
  })

  test('go to the new version where their computer is to be emptied or no longer runs their kind', () => {
    const paused = changed({ paused: true })
    const drained = [node(1, { draining: true }), node(2), node(3)]
    expect(placed(paused, allDown, drained)).toMatchObject({
      ...{ starts: ['web/0'], surplus: ['web-0-000001'] },
    })
    const without = [node(1, { kinds: [] }), node(2), node(3)]
    expect(placed(paused, allDown, without)).toMatchObject({ starts: ['web/0'], surplus: [] })
    // There is no other: they go on when their engine is back.
    const alone = [node(1, { kinds: [] })]
    expect(placed(paused, [old(0)], alone)).toMatchObject({
      ...{ starts: [], surplus: [], stays: ['NO_OTHER_NODE'] },
    })
  })
})

test('what never ran, or has ended for good, makes room at once', () => {
  const paused = changed({ paused: true })
  const ended = { at: RAN, exitCode: 0 }
  const gone = [
    old(0, { status: 'Failed', health: 'unknown' }),
    old(1, { ...DOWN, status: 'Stopped', ended }),
    instance(before, 2, 3, { ...DOWN, id: 'web-2-g1r1a1n000003' }),
  ]
  expect(placed(paused, gone)).toMatchObject({
    starts: ['web/0', 'web/1', 'web/2'],
    surplus: gone.map(({ id }) => id),
  })
})
