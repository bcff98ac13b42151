/** Room that is to be another's, which has yet to get all else that it needs. */
import { describe, expect, test } from 'vitest'
import { type Slot, slotOf } from '../spec/index.ts'
import { explain, type PlacementInput, place as placeNow } from './index.ts'
import { desired, heal, input, instance, node, nodeId, settle } from './testing/worlds.ts'

const small = (number: number) =>
  node(number, { capacity: { cpuMillis: 100, memoryBytes: 2 ** 40 } })
const slot = (name: string, index = 0): Slot => slotOf(name, index)
const low = desired('low', { priority: -1 })
const web = desired('web')

describe('what has yet to get its images', () => {
  const before = input({
    nodes: [small(1)],
    workloads: [low, web],
    instances: [instance(low, 0, 1)],
  })
  const coming = instance(web, 0, 1, {
    ...{ status: 'Failed', health: 'unknown', awaitsRoom: 'unready' },
  })
  const given = { ...before, instances: [...before.instances, coming] }

  test('ends nothing, and is told whose room it is to have', () => {
    for (const world of [before, given]) {
      const { surplus, prepares, starts, unplaced, assignments } = placeNow(world)
      expect([surplus, [...prepares], [...starts]]).toEqual([[], [slot('web')], []])
      expect([...unplaced]).toEqual([])
      expect([...assignments.values()]).toEqual([nodeId(1), nodeId(1)])
      expect(explain(world, 'web')[0]?.displaces).toEqual([slot('low')])
    }
  })

  test('has the room where that is free by itself', () => {
    expect([...placeNow({ ...given, instances: [coming] }).starts]).toEqual([slot('web')])
  })

  test('does not come before what was assigned there too, and serves', () => {
    const assignments = new Map([slot('low'), slot('web')].map((one) => [one, nodeId(1)]))
    const committed = { assignments, bound: new Set(['low', 'web']) }
    const begun = placeNow({ ...given, instances: [coming], committed })
    expect([[...begun.starts], [...begun.prepares]]).toEqual([[slot('low')], [slot('web')]])
  })

  describe('and does not come', () => {
    const reason = { code: 'IMAGE_NOT_FOUND', message: 'There is none.' }
    const shop = desired('shop', { priority: 100, replicas: 2 })
    const stuck = instance(shop, 0, 1, { status: 'Pulling', awaitsRoom: 'unready', reason })
    const taken = { ...before, instances: [instance(low, 0, 1), stuck] }
    const both = { ...taken, workloads: [low, web, shop] }

    test('takes nothing of a budget: what serves can be changed', () => {
      const volumes = [{ name: 'data', sizeBytes: 2 ** 30, ifLost: 'wait' as const }]
      const disruption = { maxUnavailable: 1 }
      const rules = { priority: -1, replicas: 2, volumes, disruption }
      const old = desired('blog', rules)
      const blog = desired('blog', { ...rules, source: { image: 'b' } }, 2)
      const { starts } = placeNow({
        ...{ ...before, nodes: [small(1), small(2)], workloads: [blog, shop] },
        instances: [instance(old, 0, 1), instance(old, 1, 2), stuck],
        dataOf: new Map([0, 1].map((index) => [slot('blog', index), [nodeId(index + 1)]])),
      })
      expect([...starts]).toEqual([slot('blog')])
    })

    test('keeps nobody else from that room, whoever decides, and from keeping it', () => {
      const found = placeNow(both)
      expect([...found.prepares]).toEqual([slot('shop'), slot('web')])
      expect(found.surplus).toEqual([])
      let world: PlacementInput = both
      for (let round = 0; round < 5; round++) world = heal(settle(world, [slot('shop')]))
      const serves = world.instances.filter(({ status }) => status === 'Running')
      expect(serves.map(({ workload }) => workload)).toEqual(['web'])
      // What comes last is given the room all the same, once it lacks nothing else.
      const ready = { ...stuck, status: 'Pending' as const, awaitsRoom: 'ready' as const }
      const { reason: _, ...told } = ready
      const instances = [...serves, told]
      expect(placeNow({ ...world, instances }).surplusReasons.get(serves[0]!.id)).toBe('DISPLACED')
    })

    test('does not have it beside what has all else, while that is being emptied', () => {
      const ready = instance(web, 0, 1, { status: 'Pending', awaitsRoom: 'ready' })
      const ending = instance(low, 0, 1, { status: 'Stopping' })
      const { starts, awaits } = placeNow({ ...both, instances: [ending, stuck, ready] })
      expect([[...starts], [...awaits]]).toEqual([[], [slot('web')]])
    })

    test('is asked for on behalf of one copy alone', () => {
      expect([...placeNow({ ...taken, workloads: [low, shop] }).prepares]).toEqual([slot('shop')])
    })
  })

  test('is let go where its slot has room elsewhere, or is wanted no more', () => {
    const roomy = placeNow({ ...given, nodes: [small(1), small(2)] })
    expect([roomy.surplus, roomy.assignments.get(slot('web'))]).toEqual([[coming.id], nodeId(2)])
    const equal = desired('web', { priority: -1 }, 2)
    expect(placeNow({ ...given, workloads: [low, equal] }).surplus).toEqual([coming.id])
  })
})
