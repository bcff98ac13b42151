/** What stands in must not keep away what it stands in for. */
import { describe, expect, test } from 'vitest'
import { type Instance, slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { explain, type PlacementInput, type PlacementNode, place } from './index.ts'
import { desired, heal, input, instance, node, nodeId, prepared, settle } from './testing/worlds.ts'

const PORT = { ports: [{ containerPort: 80, hostPort: 8_080, protocol: 'tcp' as const }] }
const FIRST = slotOf('web', 0)

/** The computer of the first copy is lost, and the second one, of an earlier count, stands in. */
function standing(flat: Partial<Flat>, nodes: readonly PlacementNode[], how?: Partial<Instance>) {
  const web = desired('web', { replicas: 1, ...flat }, 2)
  return input({
    nodes: [node(1, { live: false }), ...nodes],
    workloads: [web],
    instances: [instance(web, 0, 1), instance(web, 1, 2, how)],
  })
}
const endOf = (world: PlacementInput, how: 'Stopping' | 'gone'): PlacementInput => ({
  ...world,
  instances: world.instances.flatMap((one) => {
    if (one.index !== 1) return [one]
    return how === 'gone' ? [] : [{ ...one, status: how }]
  }),
})

describe('a host port that a copy which stands in has', () => {
  test('is given up once nothing else is missing, and had once that has ended', () => {
    const world = standing(PORT, [node(2)])
    const before = place(world)
    expect([...before.prepares, before.surplus]).toEqual([FIRST, []])
    expect(before.assignments.get(FIRST)).toBe(nodeId(2))
    const ready = prepared(world)
    expect([...place(ready).surplusReasons]).toEqual([['web-1-000002', 'SCALED_DOWN']])
    expect(explain(ready, 'web')[0]).toMatchObject({ displaces: [slotOf('web', 1)] })
    for (const now of [ready, endOf(ready, 'Stopping')]) {
      expect([[...place(now).awaits], place(now).starts.size]).toEqual([[FIRST], 0])
    }
    expect([...place(endOf(ready, 'gone')).starts]).toEqual([FIRST])
  })

  test('is left to it where another computer takes the copy that is wanted', () => {
    const placed = place(standing(PORT, [node(2), node(3)]))
    expect([[...placed.starts], placed.assignments.get(FIRST)]).toEqual([[FIRST], nodeId(3)])
    expect(placed.surplus).toEqual([])
  })

  test('is left to it where the committee has said nothing else', () => {
    const world = standing(PORT, [node(2)])
    const committed = (on?: number) => ({
      assignments: new Map(on === undefined ? [] : [[FIRST, nodeId(on)]]),
      bound: new Set(['web']),
    })
    expect(place({ ...world, committed: committed() }).prepares.size).toBe(0)
    expect([...place({ ...world, committed: committed(2) }).prepares]).toEqual([FIRST])
  })

  test('is given up by one that fails, and not by one that a budget keeps serving', () => {
    const down = { status: 'Failed', health: 'unhealthy', startedAt: '2026-11-20T00:00:00.000Z' }
    const budget = { ...PORT, disruption: { minAvailable: 1 } }
    const failing = prepared(standing(budget, [node(2)], down as Partial<Instance>))
    expect(place(failing).surplus).toEqual(['web-1-000002'])
    const serving = prepared(standing(budget, [node(2)]))
    expect(place(serving).surplus).toEqual([])
    expect(place(serving).unplaced.get(FIRST)).toContainEqual({
      code: 'HOST_PORT_TAKEN',
      node: nodeId(2),
    })
    // Of two that serve, one of them in another's place, one may be away.
    const two = standing({ ...budget, replicas: 2 }, [node(2), node(3)])
    const web = two.workloads[0]!
    const instances = [...two.instances, instance(web, 2, 3)]
    expect(place(prepared({ ...two, instances })).surplus).toEqual(['web-2-000003'])
  })
})

test('the last room is had beside a copy that stands in, which serves until then', () => {
  const small = node(2, { capacity: { cpuMillis: 100, memoryBytes: 2 ** 40 } })
  const world = standing({}, [small])
  expect([[...place(world).starts], place(world).surplus]).toEqual([[FIRST], []])
  expect(place(world).assignments.get(FIRST)).toBe(nodeId(2))
  const served = heal(settle(world))
  expect(place(served).surplus).toEqual(['web-1-000002'])
  expect(settle(served).instances.map(({ index }) => index)).toEqual([0, 0])
})

test('a change of what stands in comes to be', () => {
  const ready = prepared(standing(PORT, [node(2)], { template: 'of an earlier version' }))
  expect(place(ready).surplus).toEqual(['web-1-000002'])
  expect([...place(endOf(ready, 'gone')).starts]).toEqual([FIRST])
})
