/** Copies that came to stand together go apart where something starts anyway. */
import { describe, expect, test } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { type Slot, slotOf } from '../spec/index.ts'
import { bunchedIn, type PlacementInput, place } from './index.ts'
import { desired, heal, input, instance, NODES_3, node, nodeId, settle } from './testing/worlds.ts'

const before = desired('web', { replicas: 3 })
const after = desired('web', { replicas: 3, env: { A: '1' } }, 2)
/** All on the first node, with two empty ones beside it. */
const bunched = [0, 1, 2].map((index) => instance(before, index, 1))
const world = (change: Partial<PlacementInput> = {}) =>
  input({ nodes: NODES_3, workloads: [after], instances: bunched, ...change })

function changed(given: PlacementInput, rounds = 12): PlacementInput {
  let now = given
  for (let round = 0; round < rounds; round++) now = heal(settle(now))
  return now
}

const where = ({ instances }: PlacementInput) => instances.map((one) => one.node).sort()
const SPREAD = [1, 2, 3].map(nodeId)

describe('the copies of a new version', () => {
  test('go where fewer are, one at a time, and the old one ends last', () => {
    const first = place(world())
    expect([...first.starts]).toEqual(['web/0'])
    expect(first.assignments.get(slotOf('web', 0))).not.toBe(nodeId(1))
    expect(first.surplus).toEqual([])
    expect(where(changed(world()))).toEqual(SPREAD)
  })

  test.each(['blueGreen', 'canary'] as const)('of a %s change too', (kind) => {
    const steps = kind === 'canary' ? { steps: [] } : {}
    const rollout = { kind, atOnce: 1, paused: false, ...steps }
    const workloads = [desired('web', { replicas: 3, env: { A: '1' }, rollout }, 2)]
    expect(new Set(place(world({ workloads })).assignments.values()).size).toBe(3)
    expect(where(changed(world({ workloads })))).toEqual(SPREAD)
  })

  test('stay where they are as long as nothing is gained by going', () => {
    const two = [node(1), node(2)]
    const instances = [instance(before, 0, 1), instance(before, 1, 1), instance(before, 2, 2)]
    const { assignments } = place(world({ nodes: two, instances }))
    expect([...assignments.values()]).toEqual([nodeId(1), nodeId(1), nodeId(2)])
  })

  test('stay where no other takes them', () => {
    const nodes = [node(1), node(2, { cordoned: true }), node(3, { labels: {}, kinds: [] })]
    expect(place(world({ nodes })).assignments.get(slotOf('web', 0))).toBe(nodeId(1))
  })

  test('stay with what they keep, and where they must end before they start', () => {
    const volumes = [{ name: 'data', sizeBytes: 1, ifLost: 'wait' as const }]
    const kept = [desired('web', { replicas: 3, env: { A: '1' }, volumes }, 2)]
    expect(place(world({ workloads: kept })).assignments.get(slotOf('web', 0))).toBe(nodeId(1))
    const ports = [{ containerPort: 80, hostPort: 8_080, protocol: 'tcp' as const }]
    const placement = { spread: 'site' as const, apart: [], near: [] }
    const nodes = [1, 2, 3].map((number) => node(number, { site: number < 3 ? 'a' : 'b' }))
    const instances = [0, 1].map((index) => instance(before, index, index + 1))
    const web = desired('web', { replicas: 2, env: { A: '1' }, ports, placement }, 2)
    const { assignments } = place(input({ nodes, workloads: [web], instances }))
    expect([...assignments.values()]).toEqual([nodeId(1), nodeId(2)])
  })

  test('do not go for a neighbour alone', () => {
    const placement = { spread: 'node' as const, apart: [], near: ['db'] }
    const db = desired('db')
    const web = desired('web', { replicas: 1, env: { A: '1' }, placement }, 2)
    const instances = [instance(desired('web'), 0, 1), instance(db, 0, 2)]
    const { assignments } = place(world({ workloads: [db, web], instances }))
    expect(assignments.get(slotOf('web', 0))).toBe(nodeId(1))
  })

  test('spread over sites, and over computers within them', () => {
    const nodes = [1, 2, 3, 4].map((number) => node(number, { site: number < 3 ? 'a' : 'b' }))
    const placement = { spread: 'site' as const, apart: [], near: [] }
    const old = desired('web', { replicas: 4, placement })
    const web = desired('web', { replicas: 4, placement, env: { A: '1' } }, 2)
    const instances = [0, 1, 2, 3].map((index) => instance(old, index, index < 2 ? 1 : 2))
    const end = changed(input({ nodes, workloads: [web], instances }))
    expect(where(end)).toEqual([1, 2, 3, 4].map(nodeId))
  })
})

describe('with a committee', () => {
  const committed = (on: number, known = (_: NodeId) => true) => ({
    assignments: new Map<Slot, NodeId>(
      [0, 1, 2].map((at) => [slotOf('web', at), nodeId(at ? 1 : on)]),
    ),
    bound: new Set(['web']),
    isRegistered: known,
  })

  test('they start where it says, and wait until it has', () => {
    const waits = place(world({ committed: committed(1) }))
    expect([waits.starts.size, waits.stays.get(slotOf('web', 0))]).toEqual([0, 'NOT_ASSIGNED'])
    const told = place(world({ committed: committed(3) }))
    expect([...told.starts]).toEqual(['web/0'])
    expect(told.assignments.get(slotOf('web', 0))).toBe(nodeId(3))
  })

  test('they wait for nobody to whom it gives nothing', () => {
    const known = (id: NodeId) => id === nodeId(1)
    const { starts, assignments } = place(world({ committed: committed(1, known) }))
    expect([[...starts], assignments.get(slotOf('web', 0))]).toEqual([['web/0'], nodeId(1)])
  })

  test('whoever assigns keeps to what was said', () => {
    for (const on of [2, 3]) {
      const said = { ...committed(on), bound: new Set<string>() }
      expect(place(world({ committed: said })).assignments.get(slotOf('web', 0))).toBe(nodeId(on))
    }
  })
})

describe('copies that stand on fewer computers than they could', () => {
  const same = { workloads: [before] }

  test('are moved by nobody, and said', () => {
    expect(place(world(same)).starts.size).toBe(0)
    expect(bunchedIn(world(same)).get('web')).toEqual({ copies: 3, together: 3, node: nodeId(1) })
  })

  test('are not said where that is as good as it gets, or a change is under way', () => {
    expect(bunchedIn(world({ ...same, nodes: [node(1)] })).get('web')).toBeUndefined()
    const spread = [0, 1, 2].map((index) => instance(before, index, index + 1))
    expect(bunchedIn(world({ ...same, instances: spread })).get('web')).toBeUndefined()
    expect(bunchedIn(world()).get('web')).toBeUndefined()
    const cordoned = [node(1), node(2, { cordoned: true })]
    expect(bunchedIn(world({ ...same, nodes: cordoned })).get('web')).toBeUndefined()
  })
})
