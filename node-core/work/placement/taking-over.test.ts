import { describe, expect, test } from 'vitest'
import { type Instance, templateOf } from '../spec/index.ts'
import { place } from './index.ts'
import { desired, input, instance, NODES_3, node } from './testing/worlds.ts'

const before = desired('web', { replicas: 3 })
const instances = [0, 1, 2].map((index) => instance(before, index, index + 1))

describe('a change that takes over by shares', () => {
  const steps = [{ share: 5 }, { share: 50 }]
  const rollout = { kind: 'canary', atOnce: 1, paused: false, steps } as const
  const canary = desired('web', { replicas: 3, env: { A: '1' }, rollout }, 2)
  const template = templateOf(canary.workload)
  const at = (step: number) => ({ ...canary, canary: { template, step, sinceMs: 0 } })
  const fresh = (index: number) => instance(canary, index, index + 1, { id: `web-${index}-new` })
  const placed = (step: number, some: Instance[], nodes = NODES_3) =>
    place(input({ nodes, workloads: [at(step)], instances: some }))

  test('has as many new copies as its share needs, beside all of the old ones', () => {
    expect([...placed(0, instances).starts]).toEqual(['web/0'])
    const one = placed(0, [...instances, fresh(0)])
    expect([one.starts.size, one.surplus]).toEqual([0, []])
    const half = placed(1, [...instances, fresh(0)])
    expect([[...half.starts], half.surplus]).toEqual([['web/1'], []])
    expect([...placed(2, instances).starts]).toHaveLength(3)
  })

  test('ends the old ones when it has all requests and every slot is healthy', () => {
    const whole = [...instances, fresh(0), fresh(1), fresh(2)]
    expect(placed(1, whole).surplus).toEqual([])
    expect(placed(2, whole.slice(0, 5)).surplus).toEqual([])
    expect(placed(2, whole).surplus).toEqual(['web-0-000001', 'web-1-000002', 'web-2-000003'])
  })

  test('ends the new ones when what was before comes back, and starts nothing', () => {
    const back = desired('web', { replicas: 3, rollout }, 3)
    const failed = { why: 'ERRORS', generation: 2 }
    const wanted = { ...back, canary: { template, step: 0, sinceMs: 0, failed } }
    const given = { nodes: NODES_3, workloads: [wanted], instances: [...instances, fresh(0)] }
    const { starts, surplus } = place(input(given))
    expect([starts.size, surplus]).toEqual([0, ['web-0-new']])
  })

  test('starts what is missing from what is wanted now, and empties a node meanwhile', () => {
    expect([...placed(0, instances.slice(0, 2)).starts]).toEqual(['web/0', 'web/2'])
    const nodes = [node(1), node(2, { draining: true }), node(3)]
    const some = [...instances, fresh(0)]
    expect([...placed(0, some, nodes).starts]).toEqual(['web/1'])
    const moved = instance(canary, 1, 3, { id: 'web-1-new' })
    expect(placed(0, [...some, moved], nodes).surplus).toEqual(['web-1-000002'])
  })
})

test.each(['canary', 'blueGreen'] as const)(
  'of two earlier versions in one slot the one that served stays, not the one on trial: %s',
  (kind) => {
    const steps = [{ share: 5 }]
    const rollout = { kind, atOnce: 1, paused: true, ...(kind === 'canary' && { steps }) }
    const third = desired('web', { replicas: 3, env: { A: '2' }, rollout }, 3)
    const trial = desired('web', { replicas: 3, env: { A: '1' }, rollout }, 2)
    const surplus = (change: Partial<Instance>) => {
      const on = instance(trial, 0, 1, { id: 'web-0-000000' })
      const [served, ...others] = instances as [Instance, ...Instance[]]
      const some = [on, { ...served, ...change }, ...others]
      return place(input({ nodes: NODES_3, workloads: [third], instances: some })).surplus
    }
    expect(surplus({})).toEqual(['web-0-000000'])
    // It does not answer: what does comes first.
    expect(surplus({ health: 'unhealthy' })).toEqual(['web-0-000001'])
  },
)

test('blue and green that are paused keep all old copies, save on a computer that is to be emptied', () => {
  const at = (paused: boolean, nodes = NODES_3) => {
    const rollout = { kind: 'blueGreen', atOnce: 1, paused } as const
    const green = desired('web', { replicas: 3, env: { A: '1' }, rollout }, 2)
    const fresh = [0, 1, 2].map((index) => instance(green, index, 4, { id: `web-${index}-new` }))
    const some = [...instances, ...fresh]
    return place(input({ nodes: [...nodes, node(4)], workloads: [green], instances: some })).surplus
  }
  expect(at(true)).toEqual([])
  expect(at(false)).toHaveLength(3)
  const drained = [node(1), node(2, { draining: true }), node(3)]
  expect(at(true, drained)).toEqual(['web-1-000002'])
})

describe('a change whose image nobody has', () => {
  const changed = (rollout: { kind: 'rolling' | 'blueGreen'; atOnce: number }) =>
    desired('web', { replicas: 3, env: { A: '1' }, rollout: { paused: false, ...rollout } }, 2)
  const reason = { code: 'IMAGE_NOT_FOUND', message: 'Nobody has it.' }
  const placed = (of: ReturnType<typeof changed>, failed: number[]) => {
    const unstarted = failed.map((index) =>
      instance(of, index, index + 1, {
        ...{ id: `web-${index}-new`, status: 'Failed', health: 'unknown', reason },
      }),
    )
    const some = [...instances, ...unstarted]
    const { starts, surplus } = place(input({ nodes: NODES_3, workloads: [of], instances: some }))
    return { starts: [...starts], surplus }
  }

  test.each([
    ['rolling', 1, [0], ['web/0']],
    ['rolling', 2, [0, 1], ['web/0', 'web/1']],
    ['blueGreen', 1, [0, 1, 2], ['web/0', 'web/1', 'web/2']],
  ] as const)(
    'stops by itself, %s and %i at once, beside all that serves',
    (kind, atOnce, failed, first) => {
      const of = changed({ kind, atOnce })
      expect(placed(of, [])).toEqual({ starts: first, surplus: [] })
      expect(placed(of, [...failed])).toEqual({ starts: [], surplus: [] })
    },
  )
})

test.each(['blueGreen', 'canary'] as const)(
  'empties a computer though another copy is sick, where no change is under way: %s',
  (kind) => {
    const steps = [{ share: 5 }]
    const rollout = { kind, atOnce: 1, paused: false, ...(kind === 'canary' && { steps }) }
    const web = desired('web', { replicas: 3, rollout })
    const crashed = { status: 'Failed', health: 'unhealthy' } as const
    const some = [
      ...[instance(web, 0, 1), instance(web, 0, 2, { id: 'web-0-moved' })],
      ...[instance(web, 1, 2), instance(web, 2, 3, crashed)],
    ]
    const nodes = [node(1, { draining: true }), node(2), node(3)]
    expect(place(input({ nodes, workloads: [web], instances: some })).surplus).toEqual([
      'web-0-000001',
    ])
  },
)

test('ends all copies of what falls asleep', () => {
  const asleep = desired('web', { replicas: 0 })
  const { starts, surplus } = place(input({ nodes: NODES_3, workloads: [asleep], instances }))
  expect([starts.size, surplus.length]).toEqual([0, 3])
})

describe('a new copy that is ready and not warm yet', () => {
  const warmsUntil = '2026-01-01T00:00:30.000Z'
  const changed = (rollout: { kind: 'rolling' | 'blueGreen' | 'canary' }) => {
    const steps = rollout.kind === 'canary' && { steps: [] }
    const more = { atOnce: 1, paused: false, warmUpMs: 30_000, ...steps }
    return desired('web', { replicas: 3, env: { A: '1' }, rollout: { ...more, ...rollout } }, 2)
  }
  const placed = (
    of: ReturnType<typeof changed>,
    cold: number[],
    warm: number[],
    nodes = NODES_3,
  ) => {
    const fresh = [...cold, ...warm].map((index) =>
      instance(of, index, index + 1, {
        id: `web-${index}-new`,
        ...(cold.includes(index) && { warmsUntil }),
      }),
    )
    const some = [...instances, ...fresh]
    const { starts, surplus } = place(input({ nodes, workloads: [of], instances: some }))
    return { starts: [...starts], surplus }
  }

  test('keeps the old one beside it, and the next one from its turn', () => {
    const rolling = changed({ kind: 'rolling' })
    expect(placed(rolling, [0], [])).toEqual({ starts: [], surplus: [] })
    expect(placed(rolling, [], [0])).toEqual({ starts: ['web/1'], surplus: ['web-0-000001'] })
  })

  test.each(['blueGreen', 'canary'] as const)('keeps all of the old ones: %s', (kind) => {
    expect(placed(changed({ kind }), [2], [0, 1]).surplus).toEqual([])
    expect(placed(changed({ kind }), [], [0, 1, 2]).surplus).toHaveLength(3)
  })

  test('keeps nothing that only leaves its computer', () => {
    const web = desired('web', { replicas: 1 })
    const [old, moved] = [instance(web, 0, 1), instance(web, 0, 2, { id: 'web-0-new', warmsUntil })]
    const nodes = [node(1, { draining: true }), node(2)]
    const { surplus } = place(input({ nodes, workloads: [web], instances: [old, moved] }))
    expect(surplus).toEqual(['web-0-000001'])
  })
})
