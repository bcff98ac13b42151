/** Tables that all share: nobody takes what the others need (docs/adr/0054). */
import { describe, expect, it } from 'vitest'
import type { OwnerId } from '../../identity/index.ts'
import {
  LEASES_MAX,
  LOCKS_MAX,
  NAME_SHARE,
  OWNER_SHARE,
  PAST_TOTAL_MAX,
  RUNS_TOTAL_MAX,
  SECRETS_MAX,
} from './limits.ts'
import { createWorld } from './registry.fixture.ts'
import { mayTake } from './shares.ts'
import { readSnapshot, writeSnapshot } from './snapshot.ts'
import { createState, type State } from './state.ts'

const { network, person } = createWorld()
const [ann, bob] = [person().owner, person().owner]

function stateOf(version = 7): State {
  const state = createState(network, [])
  state.version = version
  take(state, 'a', ann)
  take(state, 'b', bob)
  return state
}
const take = (state: State, name: string, owner: OwnerId): void =>
  state.names.table.set(name, { owner, generation: 0 })

interface Shared {
  of: string
  rowsMax: number
  table(state: State): State['past'] | State['secrets'] | State['leases']['table']
  put(state: State, key: string): void
}
const SHARED: Shared[] = [
  {
    ...{ of: 'leases', rowsMax: LEASES_MAX, table: (state) => state.leases.table },
    put: (state, key) => state.leases.table.set(key, { ttlMs: 10_000, endsMs: 20_000 }),
  },
  {
    ...{ of: 'locks', rowsMax: LOCKS_MAX, table: (state) => state.locks.table as never },
    put: (state, key) => state.locks.table.set(key, { holder: 'a/x', token: 1, waiting: [] }),
  },
  {
    ...{ of: 'runs', rowsMax: RUNS_TOTAL_MAX, table: (state) => state.jobs.runs as never },
    put: (state, key) =>
      state.jobs.runs.set(key, { generation: 1, lane: 0, dueMs: 1, startedMs: 1 }),
  },
  {
    ...{ of: 'earlier generations', rowsMax: PAST_TOTAL_MAX, table: (state) => state.past },
    put: (state, key) =>
      state.past.set(key, { generation: 1, spec: new Uint8Array(), by: ann, untilMs: 1 }),
  },
  {
    ...{ of: 'secrets', rowsMax: SECRETS_MAX, table: (state) => state.secrets },
    put: (state, key) =>
      state.secrets.set(key, { version: 1, sealed: new Uint8Array(), wraps: [] }),
  },
]

describe.each(SHARED)('$of', ({ rowsMax, table, put }) => {
  function fill(state: State, name: string, count: number): void {
    for (let at = 0; at < count; at++) put(state, `${name}/${at}`)
  }
  const may = (state: State, owner: OwnerId, name?: string): boolean =>
    mayTake(state, table(state), { owner, ...(name && { name }), rowsMax })

  it('are one owner’s up to the half, and then a share of each', () => {
    const state = stateOf()
    fill(state, 'a', rowsMax / 2 - 1)
    expect(may(state, ann)).toBe(true)
    put(state, 'a/last')
    expect([may(state, ann), may(state, bob)]).toEqual([false, true])
    fill(state, 'b', rowsMax / OWNER_SHARE)
    expect(may(state, bob)).toBe(false)
    // It counts what is there, by whoever has the name.
    table(state).delete('b/0')
    expect(may(state, bob)).toBe(true)
    expect(may(state, bob, 'b')).toBe(false)
    take(state, 'c', bob)
    expect(may(state, bob, 'c')).toBe(true)
    expect(rowsMax / NAME_SHARE).toBeLessThan(rowsMax / OWNER_SHARE)
  })

  it('are whoever comes first’s by the rules before', () => {
    const state = stateOf(6)
    fill(state, 'a', rowsMax - 1)
    expect(may(state, ann, 'a')).toBe(true)
    put(state, 'a/last')
    expect(may(state, bob)).toBe(false)
  })
})

it('are counted alike by who began from a snapshot', () => {
  const state = stateOf()
  for (const { put } of SHARED) for (const key of ['a/1', 'a/2', 'b/1']) put(state, key)
  state.leases.table.delete('a/2')
  const read = finish(readSnapshot(network, finish(writeSnapshot(state)), 7))
  for (const { table } of SHARED) {
    for (const who of [ann, bob]) expect(table(read).ofOwner(who)).toBe(table(state).ofOwner(who))
    expect(table(read).ofName('a')).toBe(table(state).ofName('a'))
  }
  expect(read.leases.table.ofOwner(ann)).toBe(1)
})

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
