/** Whose word about an instance is taken for more than that. */
import { describe, expect, test } from 'vitest'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { desired, instance, nodeId } from '../placement/testing/worlds.ts'
import { type DesiredWorkload, type Slot, slotOf } from '../spec/index.ts'
import { createWorkView, type WorkViewDeps } from './index.ts'

const WEB = desired('web', { replicas: 2 })
const [GIVEN, BEFORE, OTHER] = [nodeId(1), nodeId(2), nodeId(3)]
const at = (node: NodeId, more: Partial<ReturnType<typeof instance>> = {}) => ({
  ...instance(WEB, 0, 3),
  ...more,
  node,
})

interface Held {
  wanted?: DesiredWorkload[]
  isCommitted?: boolean
  assignments?: Map<Slot, NodeId> | 'none'
}

function entrusted({ wanted = [WEB], isCommitted = true, ...held }: Held = {}) {
  const { assignments = new Map([[slotOf('web', 0), GIVEN]]) } = held
  const known: WorkViewDeps['desired'] = {
    list: () => wanted,
    get: (name) => wanted.find(({ workload }) => workload.name === name),
    past: () => [],
    recordOf: () => 'none',
    ownerOf: () => WEB.owner,
    isCurrent: () => true,
    isConfirmed: () => true,
    hasQuorum: () => true,
    isCommitted: () => isCommitted,
    committed: () =>
      assignments === 'none' ? undefined : { assignments, bound: new Set(['web']) },
    heldBefore: (slot) => (slot === slotOf('web', 0) ? [nodeId(4), BEFORE] : []),
    job: () => undefined,
    subscribe: () => () => {},
  }
  return createWorkView({
    desired: known,
    state: { get: () => undefined, list: () => [], subscribe: () => () => {} },
    membership: { list: () => [], subscribe: () => () => {} },
    logger: createMemoryLogger(),
    isAdmin: () => false,
  }).entrusted()
}

describe('a node that says that it runs an instance', () => {
  test('is believed of the slots that it was given, be it before, and of no other', () => {
    const is = entrusted()
    expect([is(at(GIVEN)), is(at(BEFORE)), is(at(nodeId(4)))]).toEqual([true, true, true])
    expect(is(at(OTHER))).toBe(false)
    expect(is({ ...instance(WEB, 1, 1) })).toBe(false)
  })

  test('is believed of what it had while it ends, after its slot was taken back', () => {
    const is = entrusted({ assignments: new Map() })
    expect([is(at(BEFORE)), is(at(OTHER))]).toEqual([true, false])
  })

  test('is not believed of an id that is of another slot, or of another workload', () => {
    const is = entrusted()
    for (const id of ['web-1-a', 'db-0-a', 'web-0-1-a', 'web-0', 'web-0-']) {
      expect([id, is(at(GIVEN, { id }))]).toEqual([id, false])
    }
  })

  test('is not believed of what nobody wants any more', () => {
    const nothing = new Map<Slot, NodeId>()
    expect(entrusted({ wanted: [], isCommitted: false, assignments: nothing })(at(OTHER))).toBe(
      false,
    )
  })

  test('is believed where nobody decides who runs it', () => {
    expect(entrusted({ assignments: 'none' })(at(OTHER))).toBe(true)
    expect(entrusted({ isCommitted: false })(at(OTHER))).toBe(true)
  })
})
