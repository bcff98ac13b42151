import { describe, expect, test } from 'vitest'
import { type Instance, slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { type PlacementInput, place } from './index.ts'
import { desired, input, instance, NODES_3, node, nodeId } from './testing/worlds.ts'

const ports = [{ containerPort: 80, hostPort: 8_080, protocol: 'tcp' as const }]
const rollout = { kind: 'rolling', atOnce: 3, paused: false } as const
/** Whose old copy has to end before its new one starts. */
const alone = (change: Partial<Flat>, generation = 2) =>
  desired(
    'web',
    { replicas: 3, ports, rollout, env: { A: `${generation}` }, ...change },
    generation,
  )
const before = alone({}, 1)
const all = [0, 1, 2].map((index) => instance(before, index, index + 1))

function changed(change: Partial<Flat>, instances: Instance[] = all) {
  return place(input({ nodes: NODES_3, workloads: [alone(change)], instances }))
}

describe('a disruption budget', () => {
  test('none: as many at once as the rollout says', () => {
    expect(changed({}).starts.size).toBe(3)
  })

  test.each<[Flat['disruption'], number]>([
    [{ minAvailable: 0 }, 3],
    [{ minAvailable: 1 }, 2],
    [{ minAvailable: 3 }, 0],
    [{ maxUnavailable: 1 }, 1],
    [{ maxUnavailable: 0 }, 0],
  ])('%o lets a change that ends copies first end %i at once', (disruption, count) => {
    const { starts, stays } = changed({ ...(disruption && { disruption }) })
    expect(starts.size).toBe(count)
    expect([...stays.values()]).toEqual(Array(3 - count).fill('DISRUPTION_BUDGET'))
  })

  test('what is away already counts, whatever took it', () => {
    const disruption = { minAvailable: 2 }
    const failing = all.map((one, at) =>
      at === 2 ? { ...one, health: 'unhealthy' as const } : one,
    )
    // The one that serves nobody may be replaced; the others must stay.
    expect([...changed({ disruption }, failing).starts]).toEqual([slotOf('web', 2)])
    const lost = { nodes: [node(1), node(2), node(3, { live: false })], instances: all }
    const { starts } = place(input({ ...lost, workloads: [alone({ disruption })] }))
    expect([...starts]).toEqual([])
  })

  test('what goes as soon as its successor has its image is as good as away', () => {
    const coming = instance(alone({}), 0, 1, {
      id: 'web-0-new',
      status: 'Starting',
      health: 'unknown',
    })
    const { starts, stays } = changed({ disruption: { maxUnavailable: 1 } }, [...all, coming])
    expect([...starts]).toEqual([])
    expect([...stays.values()]).toEqual(['DISRUPTION_BUDGET', 'DISRUPTION_BUDGET'])
  })

  test('says nothing about what starts beside the old one', () => {
    const beside = desired(
      'web',
      { replicas: 3, disruption: { maxUnavailable: 0 }, env: { A: '2' } },
      2,
    )
    const given: PlacementInput = input({ nodes: NODES_3, workloads: [beside], instances: all })
    expect([...place(given).starts]).toEqual([slotOf('web', 0)])
    const draining = [node(1, { draining: true }), node(2), node(3)]
    const same = desired('web', { replicas: 3, disruption: { maxUnavailable: 0 } })
    const old = [instance(same, 0, 1)]
    const moved = place(input({ nodes: draining, workloads: [same], instances: old }))
    expect(moved.starts.has(slotOf('web', 0))).toBe(true)
    expect(moved.assignments.get(slotOf('web', 0))).not.toBe(nodeId(1))
    expect(moved.surplus).toEqual([])
  })
})
