/** What the state weighs, and what is refused once that is as much as it may be. */
import { expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { applyBatch } from './apply.ts'
import { type Command, isVerified, openBatch } from './index.ts'
import { OWNER_BYTES_MAX, STATE_BYTES_MAX } from './limits.ts'
import { bytes, codeOf, createWorld, type Machine, type World } from './registry.fixture.ts'
import { readSnapshot, writeSnapshot } from './snapshot.ts'
import { createState, type State } from './state.ts'

/** The state itself, by these rules, after what happened in a world. */
function stateOf(world: World, version = 6): State {
  const state = createState(world.network, [])
  state.version = version
  for (const [at, { batches, voters }] of world.log.entries()) {
    state.index = (at + 1) as LogIndex
    if (voters) state.clock.setVoters(voters)
    for (const batch of batches) apply(world, state, batch)
  }
  return state
}

function apply({ network }: World, state: State, sealed: Uint8Array) {
  const opened = openBatch(network, sealed)
  return isVerified(opened) ? applyBatch(state, opened) : []
}

function settledIn() {
  const world = createWorld()
  const { founder, random } = world
  const owner = world.member('deploy', 'use')
  const node = world.machine(owner)
  const founders = world.machine(founder)
  world.elect(founders)
  const does = (author: Machine, ...commands: Command[]) => world.send(author, commands)
  const spec = random.bytes(900)
  const wraps: [NodeId, Uint8Array][] = [[node.node, random.bytes(60)]]
  does(
    node,
    { kind: 'workload.apply', body: { name: 'shop', spec } },
    { kind: 'workload.keep', body: { name: 'shop', generation: 1 } },
    { kind: 'workload.apply', body: { name: 'shop', spec: spec.subarray(9) } },
    { kind: 'secret.put', body: { name: 'shop/s', sealed: random.bytes(300), wraps } },
    { kind: 'lease.grant', body: { lease: 'shop/lease', ttlMs: 60_000 } },
    { kind: 'lock.acquire', body: { lock: 'shop/lock', lease: 'shop/lease' } },
    { kind: 'kv.put', body: { key: 'shop/a', value: random.bytes(5_000), lease: 'shop/lease' } },
    { kind: 'kv.put', body: { key: 'shop/b', value: random.bytes(70) } },
    { kind: 'kv.put', body: { key: 'shop/b', value: random.bytes(7) } },
    { kind: 'kv.delete', body: { key: 'shop/c' } },
  )
  const assign: [number, NodeId][] = [
    [0, node.node],
    [1, node.node],
  ]
  does(node, {
    kind: 'workload.assign',
    body: { workload: 'shop', generation: 2, assign, release: [] },
  })
  return { world, founder: founders, owner, node, does }
}

it('is no less than what a snapshot has, and the same after it was read', () => {
  const { world, owner, node, does } = settledIn()
  // A name is given back with what was kept under it, and taken by somebody else.
  does(
    node,
    { kind: 'workload.apply', body: { name: 'cafe', spec: bytes('first') } },
    { kind: 'workload.keep', body: { name: 'cafe', generation: 1 } },
    { kind: 'workload.delete', body: { name: 'cafe' } },
    { kind: 'name.release', body: { name: 'cafe' } },
  )
  const other = world.machine(world.member('deploy', 'use'))
  does(other, { kind: 'kv.put', body: { key: 'cafe/x', value: bytes('second') } })
  for (let incarnation = 2; incarnation < 12; incarnation++) {
    const head = { incarnation, first: 1, settled: 0 }
    world.send(other, [{ kind: 'kv.delete', body: { key: 'cafe/none' } }], head)
  }
  const state = stateOf(world)
  const snapshot = finish(writeSnapshot(state))
  const read = finish(readSnapshot(world.network, snapshot, 6))
  expect(read.weight.bytes).toBe(state.weight.bytes)
  for (const one of [owner.owner, other.owner.owner, world.founder.owner, '']) {
    expect(read.weight.of(one)).toBe(state.weight.of(one))
  }
  expect(read.weight.of('')).toBe(0)
  expect(state.weight.of(owner.owner)).toBeGreaterThan(7_000)
  // Beside the head, which has its own bound.
  expect(snapshot.byteLength).toBeLessThan(state.weight.bytes + 2_000)
  expect(snapshot.byteLength).toBeGreaterThan(state.weight.bytes / 2)
})

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const value = new Uint8Array(5_000)
const put = (key: string, length: number): Command => {
  return { kind: 'kv.put', body: { key, value: value.subarray(0, length) } }
}
const long = `shop/${'l'.repeat(400)}`
const ADDS: [what: string, command: Command][] = [
  ['a key', put('shop/new', 1)],
  ['a larger value', put('shop/b', 600)],
  [
    'a key in a transaction',
    {
      kind: 'kv.transact',
      body: { compare: [], success: [{ op: 'put', key: 'shop/n', value }], failure: [] },
    },
  ],
  ['a workload', { kind: 'workload.apply', body: { name: 'bar', spec: bytes('x') } }],
  ['an earlier generation', { kind: 'workload.keep', body: { name: 'shop', generation: 2 } }],
  ['a secret', { kind: 'secret.put', body: { name: 'shop/t', sealed: value, wraps: [] } }],
  ['a lease', { kind: 'lease.grant', body: { lease: 'shop/other', ttlMs: 60_000 } }],
  [
    'a lease’s name',
    { kind: 'kv.put', body: { key: 'shop/b', value: value.subarray(0, 7), lease: long } },
  ],
  ['a lock', { kind: 'lock.acquire', body: { lock: 'shop/other', lease: 'shop/lease' } }],
  ['a run', { kind: 'run.start', body: { workload: 'shop', generation: 2, run: 1, lane: 0 } }],
  ['a setting', { kind: 'setting.put', body: { name: 'more', value: 'x'.repeat(600) } }],
  [
    'a proposal',
    { kind: 'proposal.make', body: { text: 'More?', voteMs: 9_000, revealMs: 9_000 } },
  ],
]
const KEEPS: [what: string, command: Command][] = [
  ['a value that is as large', put('shop/b', 7)],
  ['a smaller one', put('shop/a', 10)],
  ['a key that goes', { kind: 'kv.delete', body: { key: 'shop/a' } }],
  [
    'a workload that asks for less',
    { kind: 'workload.apply', body: { name: 'shop', spec: bytes('x') } },
  ],
  ['a workload that ends', { kind: 'workload.delete', body: { name: 'shop' } }],
  ['a secret that goes', { kind: 'secret.delete', body: { name: 'shop/s' } }],
  ['a lease that is kept', { kind: 'lease.keep', body: { lease: 'shop/lease' } }],
  [
    'a lock that is given back',
    { kind: 'lock.release', body: { lock: 'shop/lock', lease: 'shop/lease' } },
  ],
  ['a release’s word', { kind: 'version.support', body: { version: 6 } }],
]

/** By the founder's node, whatever it is about. */
function told(command: Command, weigh: (state: State, owner: string) => void, version = 6): string {
  const { world, founder, owner, does } = settledIn()
  does(founder, { kind: 'lease.grant', body: { lease: long, ttlMs: 60_000 } })
  const state = stateOf(world, version)
  weigh(state, owner.owner)
  const [outcome] = apply(world, state, world.seal(founder.key, [command]))
  return codeOf(outcome)
}
const fill = (state: State): void => state.weight.change(STATE_BYTES_MAX - state.weight.bytes - 50)

it.each(ADDS)('refuses %s once the state is full, by the rules that say so', (_, command) => {
  expect(told(command, fill)).toBe('LIMIT_REACHED')
  expect(told(command, fill, 5)).toBe('done')
})

it.each(KEEPS)('takes %s however full the state is', (_, command) => {
  expect(told(command, fill)).toBe('done')
})

it('lets people and computers come while the state is full', () => {
  const { world, founder } = settledIn()
  const state = stateOf(world)
  fill(state)
  const person = world.person()
  const admit: Command = {
    kind: 'member.admit',
    body: { owner: person.key.publicKey, name: 'Late', permissions: ['use'] },
  }
  expect(codeOf(apply(world, state, world.seal(founder.key, [admit]))[0])).toBe('done')
  const key = world.person().key
  const register: Command = {
    kind: 'node.register',
    body: { certificate: world.certificate(person, key), role: 'hypha' },
  }
  expect(codeOf(apply(world, state, world.seal(key, [register]))[0])).toBe('done')
})

it('bounds what the transactions of one batch answer with, and remembers all of it', () => {
  const { world, node, does } = settledIn()
  does(node, { kind: 'kv.put', body: { key: 'shop/large', value: new Uint8Array(65_536) } })
  const state = stateOf(world)
  const success = [{ op: 'get' as const, key: 'shop/large' }]
  const read: Command = { kind: 'kv.transact', body: { compare: [], success, failure: [] } }
  const batch = world.seal(node.key, Array(20).fill(read))
  const outcomes = apply(world, state, batch)
  expect(outcomes.map(codeOf)).toEqual([...Array(15).fill('done'), ...Array(5).fill('TOO_LARGE')])
  expect(apply(world, state, batch)).toEqual(outcomes)
  expect(apply(world, state, world.seal(node.key, [read])).map(codeOf)).toEqual(['done'])
})

it('leaves room to others where one owner has filled its share', () => {
  const fillShare = (state: State, owner: string): void =>
    state.weight.change(OWNER_BYTES_MAX - state.weight.of(owner), 'shop')
  expect(told(put('shop/new', 1), fillShare)).toBe('LIMIT_REACHED')
  expect(told({ kind: 'kv.delete', body: { key: 'shop/a' } }, fillShare)).toBe('done')
  expect(told(put('other/new', 1), fillShare)).toBe('done')
})
