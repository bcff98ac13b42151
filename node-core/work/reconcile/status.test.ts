import { describe, expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  parseWorkload,
  slotOf,
  templateOf,
} from '../spec/index.ts'
import { workloadStatus } from './index.ts'

const NODE = parseNodeId('1'.repeat(64))!
const desired: DesiredWorkload = {
  workload: parseWorkload({ name: 'web', containers: [{ image: 'a' }], replicas: 3 }),
  owner: 'f'.repeat(64) as DesiredWorkload['owner'],
  generation: 2,
}

function seen(index: number, change: Partial<Instance> = {}, lost = false) {
  const instance: Instance = {
    id: `web-${index}-${change.template ?? 'now'}`,
    workload: 'web',
    index,
    generation: 2,
    template: templateOf(desired.workload),
    node: NODE,
    status: 'Running',
    health: 'healthy',
    ports: {},
    restarts: 0,
    ...change,
  }
  return { instance, lost }
}

const failed = { status: 'Failed', health: 'unknown' } as const
const reason = { code: 'IMAGE_NOT_FOUND', message: 'Nobody has it.' }
const late = { code: 'NOT_HEALTHY_YET', message: 'It has never passed its probe.' }

const conditionsOf = (...reasons: { code: string; message: string }[]) =>
  workloadStatus(
    desired,
    reasons.map((one, index) => seen(index, { ...failed, reason: one })),
  ).conditions

test('of what lies in computers each is told, up to a few', () => {
  const on = (name: string) => ({ code: 'PORT_TAKEN', message: `On ${name}: It is taken.` })
  expect(conditionsOf(on('ada'), on('ben'), on('ada'))).toEqual([on('ada'), on('ben')])
  const wide = { ...desired, workload: { ...desired.workload, replicas: 5 } }
  const all = ['ada', 'ben', 'cat', 'dan', 'eva'].map(on)
  const { conditions } = workloadStatus(
    wide,
    all.map((one, index) => seen(index, { ...failed, reason: one })),
  )
  const more = { code: 'PORT_TAKEN', message: 'And 2 more like it.' }
  expect(conditions).toEqual([...all.slice(0, 3), more])
})

test('of what lies in no computer one is told', () => {
  expect(conditionsOf(reason, { ...reason, message: 'Nor has ben.' })).toEqual([reason])
})

describe('a workload', () => {
  test.each<[string, ReturnType<typeof seen>[], string, number, string[]]>([
    ['is Pending before anything was placed', [], 'Pending', 0, []],
    [
      'is Progressing while the first are started',
      [seen(0, { status: 'Pulling', health: 'unknown' })],
      'Progressing',
      0,
      [],
    ],
    [
      'is Failed where what ended for good is on a node that is off',
      [
        seen(
          0,
          { ...failed, reason, ended: { at: '2026-11-20T00:00:00.000Z', exitCode: 3 } },
          true,
        ),
      ],
      'Failed',
      0,
      ['IMAGE_NOT_FOUND'],
    ],
    ['is Running when every slot serves', [seen(0), seen(1), seen(2)], 'Running', 3, []],
    [
      'is Progressing until a check has passed',
      [seen(0), seen(1), seen(2, { health: 'unknown' })],
      'Progressing',
      2,
      [],
    ],
    [
      'is Progressing while one that takes long has not passed its probe yet, and says so',
      [seen(0), seen(1), seen(2, { health: 'unknown', reason: late })],
      'Progressing',
      2,
      ['NOT_HEALTHY_YET'],
    ],
    [
      'is Degraded when some serve and others failed',
      [seen(0), seen(1), seen(2, { ...failed, reason })],
      'Degraded',
      2,
      ['IMAGE_NOT_FOUND'],
    ],
    [
      'is Failed when none serves and none is on its way',
      [seen(0, { ...failed, reason }), seen(1, { ...failed, reason })],
      'Failed',
      0,
      ['IMAGE_NOT_FOUND'],
    ],
    [
      'is Degraded when a node is out of sight and nobody has taken over yet',
      [seen(0), seen(1), seen(2, {}, true)],
      'Degraded',
      2,
      ['NODE_LOST'],
    ],
    [
      'forgets a lost instance once its slot serves again',
      [seen(0), seen(1), seen(2, {}, true), seen(2, { id: 'web-2-b' })],
      'Running',
      3,
      [],
    ],
    [
      'is Progressing while the old version still serves',
      [seen(0), seen(1, { template: 'old' }), seen(2, { template: 'old' })],
      'Progressing',
      3,
      ['ROLLING_OUT'],
    ],
    [
      'does not count what is over its replicas or stops',
      [seen(0), seen(1), seen(2), seen(3), seen(2, { status: 'Stopping', id: 'web-2-b' })],
      'Running',
      3,
      [],
    ],
  ])('%s', (_, instances, status, runningInstances, codes) => {
    const told = workloadStatus(desired, instances)
    expect(told).toMatchObject({ status, runningInstances })
    expect(told.conditions.map(({ code }) => code)).toEqual(codes)
  })

  test('says why a slot has no node', () => {
    const unplaced = new Map([[slotOf('web', 2), [{ code: 'CPU_FULL' as const, node: NODE }]]])
    const told = workloadStatus(desired, [seen(0), seen(1)], { unplaced })
    expect(told.status).toBe('Degraded')
    expect(told.conditions).toEqual([
      { code: 'UNPLACED', message: '1 of 3 has no node: 1 node short of CPU.' },
    ])
  })

  test('says of what some node can run that its place is being found, and nothing of the others', () => {
    const open = [
      { code: 'NOT_ASSIGNED' as const, node: NODE },
      { code: 'NODE_LOST' as const, node: parseNodeId('2'.repeat(64))! },
    ]
    const unplaced = new Map([0, 1, 2].map((index) => [slotOf('web', index), open]))
    expect(workloadStatus(desired, [], { unplaced }).conditions).toEqual([
      { code: 'PLACING', message: 'The committee is finding a place for 3 copies.' },
    ])
    unplaced.set(slotOf('web', 1), open.slice(1))
    expect(workloadStatus(desired, [], { unplaced }).conditions).toEqual([
      { code: 'PLACING', message: 'The committee is finding a place for 2 copies.' },
      { code: 'UNPLACED', message: '1 of 3 has no node: 1 node out of sight.' },
    ])
  })

  test('says what waits for room, and what its budget holds back', () => {
    const told = workloadStatus(desired, [seen(0), seen(1, { template: 'old' })], {
      unplaced: new Map(),
      awaits: new Set([slotOf('web', 2)]),
      stays: new Map([[slotOf('web', 1), 'DISRUPTION_BUDGET']]),
    })
    expect(told.conditions.map(({ code }) => code)).toEqual([
      ...['ROLLING_OUT', 'MAKING_ROOM', 'DISRUPTION_BUDGET'],
    ])
  })

  test('says what has another’s room once it has what it needs', () => {
    const prepares = new Set([slotOf('web', 2)])
    const told = workloadStatus(desired, [seen(0), seen(1)], { unplaced: new Map(), prepares })
    expect(told.conditions).toEqual([
      {
        code: 'MAKING_ROOM',
        message: '1 of 3 have the room of what counts less once all that they need is there.',
      },
    ])
  })

  test('is Deleting once nobody wants it', () => {
    expect(workloadStatus(undefined, [seen(0)]).status).toBe('Deleting')
  })
})

test('what stands in for a copy that is wanted counts as serving, and is said', () => {
  const one = { ...desired, workload: { ...desired.workload, replicas: 1 } }
  const copies = [seen(0, {}, true), seen(1), seen(2)]
  const stays = new Map([[slotOf('web', 1), 'STANDS_IN' as const]])
  const status = workloadStatus(one, copies, { unplaced: new Map(), stays })
  expect(status).toMatchObject({ status: 'Degraded', runningInstances: 1 })
  expect(status.conditions.map(({ code }) => code)).toEqual(['STANDS_IN', 'NODE_LOST'])
})
