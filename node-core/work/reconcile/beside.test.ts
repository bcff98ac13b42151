/** Whom the edge may ask while a change takes over and slots of it are given to other nodes. */
import { describe, expect, test } from 'vitest'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { desired, instance, nodeId } from '../placement/testing/worlds.ts'
import {
  type DesiredWorkload,
  type Instance,
  instanceKey,
  type Slot,
  slotOf,
  storedForm,
} from '../spec/index.ts'
import { createWorkView } from './index.ts'

const old = [0, 1].map((index) => instance(desired('web', { replicas: 2 }), index, 1))

/** Slot 0 has gone from the first node to the second; slot 1 stays. */
function asked(kind: 'rolling' | 'blueGreen', some: (of: typeof old) => Instance[]): string[] {
  const rollout = { kind, atOnce: 1, paused: false }
  const web = desired('web', { replicas: 2, env: { A: '1' }, rollout }, 2)
  const fresh = [instance(web, 0, 2), instance(web, 1, 1, { id: 'web-1-new' })]
  const assignments = new Map([
    [slotOf('web', 0), nodeId(2)],
    [slotOf('web', 1), nodeId(1)],
  ])
  return askedOf(web, [...old, ...some(fresh)], assignments)
}

/** The first slot was the first node's before. */
function askedOf(
  web: DesiredWorkload,
  instances: readonly Instance[],
  assignments: ReadonlyMap<Slot, NodeId>,
): string[] {
  const records = instances.map((one) => {
    const { id: _, node, ...value } = one
    const key = instanceKey(node, one.id)
    return { key, value: storedForm(value as Instance), author: node, incarnation: 0 }
  })
  const view = createWorkView({
    desired: {
      list: () => [web],
      get: () => web,
      past: () => [],
      recordOf: () => 'none',
      ownerOf: () => web.owner,
      isCurrent: () => true,
      isConfirmed: () => true,
      hasQuorum: () => true,
      isCommitted: () => true,
      committed: () => ({ assignments, bound: new Set(['web']) }),
      heldBefore: (slot) =>
        slot === slotOf('web', 0) || slot === slotOf('web', 2) ? [nodeId(1)] : [],
      job: () => undefined,
      subscribe: () => () => {},
    },
    state: {
      get: () => undefined,
      list: () => records as never,
      subscribe: () => () => {},
    },
    membership: { list: () => [], subscribe: () => () => {} },
    logger: createMemoryLogger(),
    isAdmin: () => false,
  })
  return view.assigned('web').map(({ id }) => id)
}

describe('an old copy whose slot is given to another node', () => {
  test('is asked until its successor serves', () => {
    expect(asked('rolling', () => [])).toContain('web-0-000001')
    expect(asked('rolling', ([first]) => [first!])).not.toContain('web-0-000001')
  })
  test.each(['rolling', 'blueGreen'] as const)('and is warm: %s', (kind) => {
    const warmsUntil = '2026-01-01T00:00:30.000Z'
    const cold = (fresh: Instance[]) => fresh.map((one) => ({ ...one, warmsUntil }))
    expect(asked(kind, cold)).toContain('web-0-000001')
    expect(asked(kind, (fresh) => fresh)).not.toContain('web-0-000001')
  })

  test('of a change that does not roll is asked until all of them could be', () => {
    expect(asked('blueGreen', ([first]) => [first!])).toContain('web-0-000001')
    expect(asked('blueGreen', (fresh) => fresh)).not.toContain('web-0-000001')
  })
})

test('a copy whose slot was taken back is asked while too few of those that are wanted serve', () => {
  const web = desired('web', { replicas: 1 }, 2)
  const wanted = instance(web, 0, 2)
  const more = instance(web, 2, 1)
  const given = new Map([[slotOf('web', 0), nodeId(2)]])
  expect(askedOf(web, [wanted, more], given)).toEqual([wanted.id])
  const failing = { ...wanted, health: 'unhealthy' } as const
  expect(askedOf(web, [failing, more], given)).toContain(more.id)
})
