/** What serves while a change is held back, on a computer that refuses new work but is not to be emptied. */
import { describe, expect, test } from 'vitest'
import { type Instance, templateOf, type Workload } from '../spec/index.ts'
import { place } from './index.ts'
import { desired, input, instance, NODES_3, node } from './testing/worlds.ts'

const before = desired('web', { replicas: 3 })
const serving = [0, 1, 2].map((index) => instance(before, index, index + 1))
const CORDONED = [node(1, { cordoned: true }), node(2), node(3)]

type Rollout = Workload['rollout']
const changed = (rollout: Partial<Rollout> = {}, change: Parameters<typeof desired>[1] = {}) => {
  const all: Rollout = { kind: 'rolling', atOnce: 1, paused: false, ...rollout }
  return desired('web', { replicas: 3, env: { A: '1' }, rollout: all, ...change }, 2)
}
const placed = (
  of: ReturnType<typeof desired>,
  { nodes = CORDONED, instances = serving }: { nodes?: typeof CORDONED; instances?: Instance[] },
) => {
  const { starts, surplus } = place(input({ nodes, workloads: [of], instances }))
  return { starts: [...starts], surplus }
}
const NOTHING = { starts: [], surplus: [] }

describe('an old copy of a paused change', () => {
  const paused = changed({ paused: true })

  test('serves on where its computer is cordoned', () => {
    expect(placed(paused, {})).toEqual(NOTHING)
    const down = {
      status: 'Failed',
      health: 'unknown',
      startedAt: '2026-11-27T08:00:00.000Z',
    } as const
    const first = instance(before, 0, 1, down)
    expect(placed(paused, { instances: [first, ...serving.slice(1)] })).toEqual(NOTHING)
  })

  test('serves on where the new version would not fit, nor be let in', () => {
    const large = changed(
      { paused: true },
      { resources: { cpuMillis: 3_000, memoryBytes: 2 ** 27 } },
    )
    const small = node(1, { capacity: { cpuMillis: 1_000, memoryBytes: 8 * 2 ** 30 } })
    expect(placed(large, { nodes: [small, node(2), node(3), node(4)] })).toEqual(NOTHING)
    const program = changed({ paused: true }, { kind: 'process' })
    const both = node(2, { kinds: ['container', 'process'] })
    expect(placed(program, { nodes: [node(1), both, node(3)] })).toEqual(NOTHING)
  })

  test('leaves a computer that is to be emptied once its successor serves', () => {
    const nodes = [node(1, { cordoned: true, draining: true }), node(2), node(3)]
    expect(placed(paused, { nodes })).toEqual({ starts: ['web/0'], surplus: [] })
    const fresh = instance(paused, 0, 2, { id: 'web-0-new' })
    const instances = [...serving, fresh]
    expect(placed(paused, { nodes, instances })).toEqual({ starts: [], surplus: ['web-0-000001'] })
  })
})

test('a cordoned computer has no more new copies started than a canary’s share', () => {
  const nodes = NODES_3.map((one) => ({ ...one, cordoned: one.id !== NODES_3[0]?.id }))
  const canary = changed({ kind: 'canary', atOnce: 1, steps: [{ share: 5 }, { share: 50 }] })
  const at = { ...canary, canary: { template: templateOf(canary.workload), step: 0, sinceMs: 0 } }
  const fresh = instance(canary, 0, 1, { id: 'web-0-new' })
  expect(placed(at, { nodes, instances: [...serving, fresh] })).toEqual(NOTHING)
})

test('a change goes past a cordoned computer in its turn: the successor starts elsewhere', () => {
  expect(placed(changed(), {})).toEqual({ starts: ['web/0'], surplus: [] })
  const stuck = instance(changed(), 0, 2, { id: 'web-0-new', status: 'Failed', health: 'unknown' })
  const nodes = [node(1), node(2, { cordoned: true }), node(3)]
  const instances = [...serving, stuck]
  expect(placed(changed(), { nodes, instances })).toEqual(NOTHING)
})
