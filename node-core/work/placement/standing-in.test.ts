/** What goes on serving beyond the number that is wanted. */
import { describe, expect, test } from 'vitest'
import type { Instance } from '../spec/index.ts'
import { slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { emptyingOf, leftOn, type PlacementInput, type PlacementNode, place } from './index.ts'
import { desired, input, instance, node, nodeId, prepared } from './testing/worlds.ts'

/** Three copies on three nodes, of which so many are wanted by now. */
function scaled(
  replicas: number,
  how: {
    flat?: Partial<Flat>
    copies?: readonly Partial<Instance>[]
    nodes?: readonly Partial<PlacementNode>[]
    given?: Partial<PlacementInput>
  } = {},
) {
  const web = desired('web', { replicas, ...how.flat }, 2)
  const world = input({
    nodes: [1, 2, 3].map((number, at) => node(number, how.nodes?.[at])),
    workloads: [web],
    instances: [0, 1, 2].map((index) => instance(web, index, index + 1, how.copies?.[index])),
    ...how.given,
  })
  return { world, placed: place(world) }
}
const ends = (...given: Parameters<typeof scaled>) => scaled(...given).placed.surplus
const LOST = [{ live: false }]
const KEEP = { onPartition: 'keep' } as const
const DOWN = {
  ...({ status: 'Failed', health: 'unhealthy' } as const),
  startedAt: '2026-11-20T00:00:00.000Z',
}
const NOT_CONFIRMED = {
  ...({ ...DOWN, status: 'Pending', health: 'unknown' } as const),
  reason: { code: 'NOT_CONFIRMED', message: 'It has yet to look.' },
}

describe('what is beyond the number that is wanted', () => {
  test('ends where as many serve', () => {
    expect(ends(1)).toEqual(['web-1-000002', 'web-2-000003'])
    expect(ends(2, { copies: [{}, {}, { health: 'unhealthy' }] })).toEqual(['web-2-000003'])
  })

  test('serves on in the place of a copy that is out of sight, and no more of it than that', () => {
    const { placed } = scaled(1, { nodes: LOST, flat: KEEP })
    expect(placed.surplus).toEqual(['web-2-000003'])
    expect([...placed.stays]).toEqual([[slotOf('web', 1), 'STANDS_IN']])
    expect(placed.assignments.get(slotOf('web', 0))).toBe(nodeId(1))
    expect(ends(2, { nodes: LOST, flat: KEEP })).toEqual([])
  })

  test('serves on until what is started elsewhere does', () => {
    const { world, placed } = scaled(1, { nodes: LOST })
    expect([...placed.starts]).toEqual([slotOf('web', 0)])
    const web = world.workloads[0]!
    const coming = instance(web, 0, 3, { id: 'web-0-new', health: 'unknown' })
    const then = (one: Instance) => place({ ...world, instances: [...world.instances, one] })
    expect(then(coming).surplus).toEqual(['web-2-000003'])
    expect(then({ ...coming, health: 'healthy' }).surplus).toEqual(['web-1-000002', 'web-2-000003'])
  })

  test('is chosen by how it is, then by its number', () => {
    const failing = { status: 'Failed', health: 'unknown' } as const
    expect(ends(1, { copies: [failing, { health: 'unknown' }] })).toEqual(['web-1-000002'])
    expect(ends(1, { copies: [failing, failing, { health: 'unknown' }] })).toEqual(['web-1-000002'])
    expect(ends(1, { copies: [failing, failing, failing] })).toHaveLength(2)
    expect(ends(1, { copies: [failing, { health: 'unhealthy' }] })).toEqual(['web-1-000002'])
  })

  test.each([
    ['answers not', { health: 'unhealthy' }],
    ['is down for a moment', DOWN],
    ['of an earlier version is', { ...DOWN, template: 'another' }],
    ['is on a computer that was just started', NOT_CONFIRMED],
  ] as const)('goes on where it %s, as long as nothing else serves', (_, how) => {
    const copies = [{}, how]
    const { placed } = scaled(1, { nodes: LOST, flat: KEEP, copies })
    expect(placed.surplus).toEqual(['web-1-000002'])
    const { world } = scaled(1, { nodes: LOST, flat: KEEP, copies })
    const alone = { ...world, instances: world.instances.slice(0, 2) }
    expect([place(alone).surplus, place(alone).stays.get(slotOf('web', 1))]).toEqual([
      [],
      'STANDS_IN',
    ])
    expect(place({ ...alone, nodes: [node(1), ...world.nodes.slice(1)] }).surplus).toEqual([
      'web-1-000002',
    ])
  })

  test('ends where it is not started again, never ran, or is on a computer that is emptied', () => {
    const ended = { at: '2026-11-20T00:00:00.000Z', exitCode: 1 }
    for (const how of [
      { ...DOWN, ended },
      { ...DOWN, startedAt: undefined },
    ]) {
      const copies = [{}, how as Partial<Instance>, { status: 'Stopping' as const }]
      expect(ends(1, { nodes: LOST, flat: KEEP, copies })).toEqual(['web-1-000002'])
    }
    const nodes = [...LOST, { draining: true }]
    const copies = [{}, DOWN, { status: 'Stopping' as const }]
    expect(ends(1, { nodes, flat: KEEP, copies })).toEqual(['web-1-000002'])
  })

  test('is first of all what was given its slot, and nothing that could never have been', () => {
    const { world } = scaled(1, { nodes: LOST, flat: KEEP })
    const web = world.workloads[0]!
    const [, , third] = world.instances
    const liars = [
      instance(web, 1, 2, { id: 'web-1-liar' }),
      instance(web, 2, 2, { id: 'web-2-000000' }),
    ]
    const given = { assignments: new Map([[slotOf('web', 2), nodeId(3)]]), bound: new Set(['web']) }
    const placed = place({ ...world, instances: [...liars, third!], committed: given })
    expect(placed.surplus).toEqual(liars.map(({ id }) => id))
    const beyond = instance(web, 1_000, 2)
    expect(place({ ...world, instances: [beyond] }).surplus).toEqual([beyond.id])
  })

  test('ends all the same where nothing of it is wanted, and where it must not run', () => {
    expect(ends(0, { nodes: LOST, flat: KEEP })).toEqual(['web-1-000002', 'web-2-000003'])
    const given = { quorum: false }
    const stopped = scaled(1, { nodes: LOST, flat: { onPartition: 'stop' }, given })
    expect(stopped.placed.surplus).toEqual(['web-1-000002', 'web-2-000003'])
    const reasons = new Set(stopped.placed.surplusReasons.values())
    expect([...reasons]).toEqual(['SCALED_DOWN'])
  })

  test('has its room until then, and gives it to what counts more', () => {
    const small = { capacity: { cpuMillis: 100, memoryBytes: 2 ** 40 } }
    const nodes = [LOST[0]!, small, { ...small, cordoned: true }]
    const other = (priority: number) => {
      const { world } = scaled(1, { nodes, flat: KEEP })
      const workloads = [...world.workloads, desired('other', { priority })]
      return place(prepared({ ...world, workloads }))
    }
    expect(
      other(0)
        .unplaced.get(slotOf('other', 0))
        ?.map(({ code }) => code),
    ).toContain('CPU_FULL')
    expect(other(100).surplusReasons.get('web-1-000002')).toBe('DISPLACED')
  })

  test('is not the one on a computer that is emptied, where another is as well', () => {
    const nodes = [...LOST, { draining: true }]
    expect(ends(1, { nodes, flat: KEEP })).toEqual(['web-1-000002'])
    const old = { template: 'of an earlier version' }
    expect(ends(1, { nodes, flat: KEEP, copies: [{}, {}, old] })).toEqual(['web-1-000002'])
    const failing = { health: 'unknown' } as const
    expect(ends(1, { nodes, flat: KEEP, copies: [{}, {}, failing] })).toEqual(['web-2-000003'])
  })

  test('is said of a computer that is emptied, which waits for it', () => {
    const nodes = [...LOST, { draining: true }]
    const { world, placed } = scaled(1, {
      nodes,
      flat: KEEP,
      copies: [{}, {}, { health: 'unhealthy' }],
    })
    const left = leftOn(nodeId(2), world, placed)
    expect(left.map(({ reason }) => reason)).toEqual(['STANDS_IN'])
    expect(emptyingOf(left)).toBe('waiting')
  })
})
