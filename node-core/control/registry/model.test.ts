import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command, Outcome } from './index.ts'
import { createNaiveStore } from './naive-store.fixture.ts'
import { bytes, createWorld, START_MS } from './registry.fixture.ts'

const key = fc.constantFrom('a', 'a/1', 'a/2', 'a/3')
const lease = fc.constantFrom('a/l1', 'a/l2', 'a/l3')
const lock = fc.constantFrom('a/k1', 'a/k2')
const value = fc.constantFrom(bytes('x'), bytes('y'), bytes(''))
const revision = fc.nat(12)
const maybe = <Value>(field: string, arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.constant({}),
    arbitrary.map((value) => ({ [field]: value })),
  )
const is = fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const)

const put = fc
  .tuple(fc.record({ key, value }), maybe('lease', lease), maybe('expect', revision))
  .map(([body, ...more]): Command => ({ kind: 'kv.put', body: Object.assign(body, ...more) }))
const del = fc
  .tuple(fc.record({ key }), maybe('expect', revision))
  .map(([body, more]): Command => ({ kind: 'kv.delete', body: { ...body, ...more } }))
const operation = fc.oneof(
  fc
    .tuple(fc.record({ op: fc.constant('put' as const), key, value }), maybe('lease', lease))
    .map(([one, more]) => ({ ...one, ...more })),
  fc.record({ op: fc.constant('delete' as const), key }),
  fc.record({ op: fc.constant('get' as const), key }),
)
/** A key is changed once at most. */
const branch = fc.array(operation, { minLength: 1, maxLength: 5 }).map((list) => {
  const changed = new Set<string>()
  return list.filter(({ op, key }) => op === 'get' || (!changed.has(key) && changed.add(key)))
})
const compare = fc.oneof(
  fc.record({
    target: fc.constantFrom('createRevision' as const, 'modRevision' as const, 'version' as const),
    ...{ key, is, than: revision },
  }),
  fc.record({ target: fc.constant('value' as const), key, is, than: value }),
  fc.record({ target: fc.constant('lock' as const), key: lock, lease }),
)
const transact = fc
  .record({ compare: fc.array(compare, { maxLength: 2 }), success: branch, failure: branch })
  .map((body): Command => ({ kind: 'kv.transact', body }))
const ofLease = fc.oneof(
  fc
    .record({ lease, ttlMs: fc.constantFrom(1_000, 2_500, 7_000) })
    .map((body): Command => ({ kind: 'lease.grant', body })),
  fc.record({ lease }).map((body): Command => ({ kind: 'lease.keep', body })),
  fc.record({ lease }).map((body): Command => ({ kind: 'lease.revoke', body })),
)
const ofLock = fc.oneof(
  fc.record({ lock, lease }).map((body): Command => ({ kind: 'lock.acquire', body })),
  fc.record({ lock, lease }).map((body): Command => ({ kind: 'lock.release', body })),
)
/** Milliseconds that go by, or a command. */
const step = fc.oneof(
  { weight: 3, arbitrary: put },
  { weight: 1, arbitrary: del },
  { weight: 3, arbitrary: transact },
  { weight: 3, arbitrary: ofLease },
  { weight: 3, arbitrary: ofLock },
  { weight: 2, arbitrary: fc.constantFrom(50, 900, 2_999, 60_000) },
)

const told = (outcome: Outcome | undefined) => (outcome?.ok ? outcome.value : outcome?.code)

describe('keys, transactions, leases and locks', () => {
  it('are what a naive store makes of the same commands', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const { registry, founder, machine, elect, tick, send } = createWorld()
        elect(machine(founder))
        const model = createNaiveStore()
        let nowMs = START_MS
        for (const one of steps) {
          if (typeof one === 'number') {
            nowMs += one
            tick(nowMs)
            model.pass(one)
          } else {
            const [outcome] = send(founder, [one])
            const expected = model.do(one)
            expect(told(outcome)).toEqual(expected)
            seen.add(`${one.kind} ${typeof expected === 'string' ? expected : 'done'}`)
          }
          expect(registry.view.revision).toBe(model.revision())
        }
        expect(registry.view.list('', { limit: 99 })).toEqual(model.items())
        for (const { name, token, queue } of model.locks()) {
          const [holder, ...waiting] = queue
          expect(registry.view.lock(name)).toEqual({ holder, token, waiting })
        }
        for (const { name, ...row } of model.leases()) {
          expect(registry.view.lease(name)).toEqual(row)
        }
        expectWatched(registry, model.items())
      }),
      { seed: 1, numRuns: 150 },
    )
    // The runs came across everything that they are there for.
    expect([...seen].sort()).toEqual([
      ...['kv.delete REVISION_MISMATCH', 'kv.delete done', 'kv.put NO_LEASE'],
      ...['kv.put REVISION_MISMATCH', 'kv.put done', 'kv.transact NO_LEASE', 'kv.transact done'],
      ...['lease.grant EXISTS', 'lease.grant done', 'lease.keep NO_LEASE', 'lease.keep done'],
      ...['lease.revoke NO_LEASE', 'lease.revoke done', 'lock.acquire NO_LEASE'],
      ...['lock.acquire done', 'lock.release NOT_HELD', 'lock.release done'],
    ])
  }, 60_000)
})

/** Whoever follows the watch from the start, in small pieces, has the same keys in the end. */
function expectWatched(
  { view }: ReturnType<typeof createWorld>['registry'],
  items: readonly { key: string; value: Uint8Array }[],
): void {
  const followed = new Map<string, Uint8Array>()
  for (let from = 1; from <= view.revision; ) {
    const watched = view.watch('a/', from, 2)
    if ('code' in watched) throw new Error(watched.code)
    expect(watched.next).toBeGreaterThan(from)
    for (const { key, item } of watched.events) {
      if (item) followed.set(key, item.value)
      else followed.delete(key)
    }
    from = watched.next
  }
  const expected = items.filter(({ key }) => key.startsWith('a/'))
  expect([...followed].sort(([left], [right]) => (left < right ? -1 : 1))).toEqual(
    expected.map(({ key, value }) => [key, value]),
  )
}
