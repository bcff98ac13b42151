// Long: every case needs the same small world, which stands at its head.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { encode } from '../../base/codec/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import { generateKey, ownerIdOf } from '../../identity/index.ts'
import { createSharedMap, type SharedMap } from '../reconcile/testing/shared-map.ts'
import {
  applyChange,
  parseWorkload,
  slotOf,
  storedForm,
  type Workload,
  workloadKey,
} from '../spec/index.ts'
import { createDesired, type Desired, type DesiredDeps } from './index.ts'
import { CATCH_UP_MS_MAX, UNBOUND_AFTER_MS } from './limits.ts'
import { createTestCommittee, type TestCommittee } from './testing/committee.ts'

const WEB = parseWorkload({ name: 'web', containers: [{ image: 'a' }] })
const OTHERS = 'f'.repeat(64) as DesiredDeps['owner']

let clock: SimClock
let disk: SimDisk
let committee: TestCommittee
let map: SharedMap
let desired: Desired
let told: string[]
let permissions: Set<'admin'>
/** Nodes in reach of the first. */
let reachable: readonly NodeId[]
let primary: DesiredDeps['primary']

beforeEach(async () => {
  clock = createSimClock()
  disk = createSimDisk()
  permissions = new Set()
  committee = createTestCommittee({
    ...{ nodes: 3, clock, isUp: () => true },
    reach(from) {
      const together = [committee.ids[0], ...reachable]
      return committee.ids.filter(
        (id) => id !== from && [id, from].every((one) => together.includes(one)),
      )
    },
  })
  reachable = committee.ids.slice(1)
  const [self] = committee.ids as [NodeId]
  map = createSharedMap(
    self,
    { records: new Map(), incarnation: 0 },
    { clock, reach: () => [], mapOf: () => undefined },
  )
  primary = committee.primaryOf(self)
  desired = await open({})
})
afterEach(() => desired.stop())

const membersWho = (liveness: string): DesiredDeps['membership'] => ({
  get: () => ({ liveness }) as never,
  subscribe: () => () => {},
})

async function open(change: Partial<DesiredDeps>): Promise<Desired> {
  told = []
  const opened = createDesired({
    ...{ primary, state: map, membership: membersWho('alive') },
    ...{ owner: committee.owner, permissions: () => permissions, clock },
    ...{ logger: createMemoryLogger(), disk, ...change },
  })
  opened.subscribe((one) => told.push(one.of === 'workload' ? one.name : one.of))
  await opened.start()
  await pass(1_000)
  told = []
  return opened
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(50)
    await new Promise(setImmediate)
  }
}

/** Lets time pass until it has settled; its value, or the code and reason of its refusal. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  let settled: unknown
  work.then(
    (value) => {
      settled = value ?? 'done'
    },
    (error: { code: string; details?: { reason?: string } }) => {
      settled = [error.code, error.details?.reason].filter(Boolean).join(' ')
    },
  )
  for (let turn = 0; settled === undefined && turn < 500; turn++) await pass(50)
  return settled
}

const apply = (workload: Workload = WEB) =>
  outcome(desired.apply(workload, desired.get(workload.name)))

/** What a release without a registry left behind. */
async function recorded(owner: DesiredDeps['owner'] = OTHERS): Promise<void> {
  const record = await map.put(workloadKey('web'), storedForm(WEB))
  const own: StateRecord = { ...record, owner, generation: record.generation + 1 }
  map.take(own)
}

describe('what is wanted', () => {
  test('is committed, seen at once, and told of', async () => {
    expect(await apply()).toEqual({ workload: WEB, owner: committee.owner, generation: 1 })
    expect(desired.list()).toEqual([{ workload: WEB, owner: committee.owner, generation: 1 }])
    expect(desired.isCommitted('web')).toBe(true)
    expect(told).toEqual(['web'])
    expect(await apply({ ...WEB, replicas: 2 })).toMatchObject({ generation: 2 })
  })

  test('and ended is known to have been ended, and may be deployed anew', async () => {
    await apply()
    expect(await outcome(desired.delete('web'))).toBe('done')
    expect([desired.get('web'), desired.recordOf('web')]).toEqual([undefined, 'ended'])
    expect(await outcome(desired.delete('web'))).toBe('done')
    expect(await apply()).toMatchObject({ generation: 2 })
  })

  test('by a newer release is not taken for nothing', async () => {
    committee.execute({
      kind: 'workload.apply',
      body: { name: 'next', spec: Uint8Array.of(0xff) },
    })
    await pass(200)
    expect([desired.get('next'), desired.recordOf('next')]).toEqual([undefined, 'unreadable'])
  })

  test('is unknown to a node without a copy, and to one that is cut off', async () => {
    expect(desired.recordOf('ghost')).toBe('none')
    reachable = []
    await pass(1_000)
    expect(desired.recordOf('ghost')).toBe('unknown')
    await desired.stop()
    desired = await open({ primary: { ...primary, view: () => undefined } })
    expect(desired.recordOf('ghost')).toBe('unknown')
    expect([desired.list(), desired.committed()]).toEqual([[], undefined])
  })
})

describe('a change', () => {
  test('of what has been changed meanwhile is refused', async () => {
    const first = await desired.apply(WEB, undefined)
    await apply({ ...WEB, replicas: 2 })
    expect(await outcome(desired.apply({ ...WEB, replicas: 3 }, first))).toBe('CONFLICT CHANGED')
    expect(await outcome(desired.apply(WEB, undefined))).toBe('CONFLICT CHANGED')
    await outcome(desired.delete('web'))
    expect(await outcome(desired.apply(WEB, first))).toBe('CONFLICT DELETED')
  })

  test('without a quorum says so in bounded time, and changes nothing', async () => {
    reachable = []
    const beginMs = clock.monotonicMs()
    expect(await outcome(desired.apply(WEB, undefined))).toBe('NO_QUORUM')
    expect(clock.monotonicMs() - beginMs).toBeLessThan(6_000)
    expect(await outcome(desired.delete('web'))).toBe('NO_QUORUM')
    expect(desired.get('web')).toBeUndefined()
  })
})

describe('assignments', () => {
  const assign = (on: number) =>
    primary.execute({
      kind: 'workload.assign',
      body: {
        ...{ workload: 'web', generation: 1, release: [] },
        assign: [[0, committee.ids[on] as NodeId]],
      },
    })

  test('bind while a quorum is in reach, and a moment longer', async () => {
    await apply()
    await assign(1)
    expect(desired.committed()?.assignments.get(slotOf('web', 0))).toBe(committee.ids[1])
    expect([...(desired.committed()?.bound ?? [])]).toEqual(['web'])
    reachable = []
    await pass(2_000)
    expect(desired.committed()?.bound.size).toBe(1)
    told = []
    await pass(2_000)
    expect(desired.committed()?.bound.size).toBe(0)
    expect(told).toEqual(['assignments'])
    reachable = committee.ids.slice(1)
    await pass(1_000)
    expect(desired.committed()?.bound.size).toBe(1)
  })

  test('bind nobody while the failure detector holds a majority of the voters dead', async () => {
    await desired.stop()
    desired = await open({ membership: membersWho('dead') })
    await apply()
    await pass(4_000)
    expect(desired.committed()?.bound.size).toBe(0)
  })

  test('tell who held a slot before', async () => {
    await apply()
    await assign(1)
    const earlier = () =>
      desired.heldBefore(slotOf('web', 0)).map((id) => committee.ids.indexOf(id))
    expect(earlier()).toEqual([])
    await assign(2)
    await assign(0)
    expect(earlier()).toEqual([1, 2])
    await assign(1)
    expect(earlier()).toEqual([2, 0])
    const release = { workload: 'web', generation: 1, assign: [], release: [0] }
    await primary.execute({ kind: 'workload.assign', body: release })
    expect(earlier()).toEqual([2, 0, 1])
    await outcome(desired.delete('web'))
    expect(earlier()).toEqual([])
    await apply()
    expect(earlier()).toEqual([])
  })
})

test('who held a slot before outlives a restart, and is not of another owner’s workload', async () => {
  const slot = slotOf('web', 0)
  await apply()
  const assign = (to: number) => {
    const moves: [number, NodeId][] = [[0, committee.ids[to] as NodeId]]
    const body = { workload: 'web', generation: 1, assign: moves, release: [] }
    return primary.execute({ kind: 'workload.assign', body })
  }
  await assign(1)
  await assign(2)
  await pass(1_000)
  await desired.stop()
  desired = await open({})
  expect(desired.heldBefore(slot)).toEqual([committee.ids[1]])
  await desired.stop()
  // While it was away somebody else has got the name.
  const { view } = primary
  const other = () => {
    const now = view()
    return now && Object.create(now, { ownerOf: { value: () => OTHERS } })
  }
  desired = await open({ primary: { ...primary, view: other } })
  expect(desired.heldBefore(slot)).toEqual([])
})

describe('what was wanted last', () => {
  const follower = (): DesiredDeps['primary'] => ({
    ...primary,
    status: () => ({ ...primary.status(), role: 'none' }),
  })
  const withoutCopy = (): DesiredDeps['primary'] => ({ ...follower(), view: () => undefined })

  async function restart(change: Partial<DesiredDeps>): Promise<void> {
    await desired.stop()
    desired = await open(change)
  }

  test('outlives a restart of a node that only follows, and is not acted on while a copy may come', async () => {
    await restart({ primary: follower() })
    await apply()
    const body = { workload: 'web', generation: 1, release: [] }
    const assign: [number, NodeId][] = [[0, committee.ids[1] as NodeId]]
    await primary.execute({ kind: 'workload.assign', body: { ...body, assign } })
    await pass(1_000)
    await restart({ primary: withoutCopy() })
    expect(desired.list()).toEqual([{ workload: WEB, owner: committee.owner, generation: 1 }])
    expect(desired.committed()?.assignments.get(slotOf('web', 0))).toBe(committee.ids[1])
    expect([desired.isCurrent(), desired.isCommitted('web')]).toEqual([false, true])
    expect(desired.recordOf('ghost')).toBe('unknown')
    reachable = []
    await pass(4_000)
    expect([desired.isCurrent(), desired.committed()?.bound.size]).toEqual([true, 0])
  })

  test('and how far a canary has come, and how many copies were decided on', async () => {
    await restart({ primary: follower() })
    const times = { upAfterMs: 0, downAfterMs: 0, idleMs: 1_000, wakeMs: 1_000 }
    await apply({ ...WEB, autoscale: { min: 0, max: 3, ...times } })
    const about = { workload: 'web', generation: 1 }
    const scale = { ...about, copies: 2, why: 'REQUESTS', measured: 9 }
    await primary.execute({ kind: 'workload.scale', body: scale })
    await primary.execute({ kind: 'canary.step', body: { ...about, template: 'new', step: 1 } })
    await pass(1_000)
    const before = desired.get('web')
    expect(before).toMatchObject({ scaled: { copies: 2 }, canary: { step: 1 } })
    await restart({ primary: withoutCopy() })
    expect(desired.get('web')).toEqual(before)
  })

  test('is of an earlier life until the copy has caught up, where there is anybody to catch up with', async () => {
    let caughtUp = false
    const behind = (): DesiredDeps['primary'] => ({
      ...follower(),
      status: () => ({ ...follower().status(), caughtUp }),
    })
    await apply()
    await restart({ primary: behind() })
    expect([desired.isCurrent(), desired.get('web')?.generation]).toEqual([false, 1])
    for (caughtUp of [true, false]) expect(desired.isCurrent()).toBe(true)
    // Nobody is in reach.
    reachable = []
    await restart({ primary: behind() })
    expect(desired.isCurrent()).toBe(false)
    await pass(UNBOUND_AFTER_MS)
    expect(desired.isCurrent()).toBe(true)
    // Somebody is, and does not let it catch up.
    reachable = committee.ids.slice(1)
    await restart({ primary: behind() })
    await pass(UNBOUND_AFTER_MS)
    expect(desired.isCurrent()).toBe(false)
    await pass(CATCH_UP_MS_MAX - UNBOUND_AFTER_MS)
    expect(desired.isCurrent()).toBe(true)
  })

  test('is confirmed by nothing but a quorum in reach, with which the copy has caught up', async () => {
    let caughtUp = false
    const behind = (): DesiredDeps['primary'] => ({
      ...follower(),
      status: () => ({ ...follower().status(), caughtUp }),
    })
    await apply()
    await restart({ primary: behind() })
    await pass(CATCH_UP_MS_MAX)
    expect([desired.isCurrent(), desired.isConfirmed()]).toEqual([true, false])
    caughtUp = true
    expect(desired.isConfirmed()).toBe(true)
    reachable = []
    await pass(UNBOUND_AFTER_MS)
    expect([desired.isCurrent(), desired.isConfirmed()]).toEqual([true, false])
    reachable = committee.ids.slice(1)
    await restart({ primary: withoutCopy() })
    expect(desired.isConfirmed()).toBe(false)
  })

  test('gives way to the copy once that is there', async () => {
    await restart({ primary: follower() })
    await apply()
    await pass(1_000)
    await outcome(desired.delete('web'))
    const late = { ...follower(), view: () => (shown ? primary.view() : undefined) }
    let shown = false
    await desired.stop()
    desired = await open({ primary: late })
    expect(desired.get('web')).toBeDefined()
    shown = true
    await apply({ ...WEB, name: 'api' })
    expect(told).toContain('web')
    expect([desired.get('web'), desired.recordOf('web')]).toEqual([undefined, 'ended'])
  })

  test('is not kept by a node with a log of its own, and not believed when damaged', async () => {
    await apply()
    await pass(1_000)
    expect(await disk.list('registry')).toEqual([])
    await restart({ primary: follower() })
    await pass(1_000)
    disk.flipBit('registry/wanted.cbor', 700)
    await restart({ primary: withoutCopy() })
    expect([desired.list(), desired.recordOf('web')]).toEqual([[], 'unknown'])
  })
})

describe('a workload of before there was a registry', () => {
  test('is wanted, and is taken over by its owner’s node; its record ends later', async () => {
    await recorded(committee.owner)
    expect(desired.list()).toMatchObject([{ workload: WEB }])
    expect(desired.isCommitted('web')).toBe(false)
    await pass(1_000)
    expect(desired.isCommitted('web')).toBe(true)
    expect(map.get(workloadKey('web'))?.value).toBeDefined()
    await pass(12_000)
    expect(map.get(workloadKey('web'))?.value).toBeUndefined()
    expect(desired.get('web')).toMatchObject({ workload: WEB, owner: committee.owner })
  })

  test('of somebody else waits for its owner, and is wanted meanwhile', async () => {
    await recorded()
    await pass(5_000)
    expect(desired.isCommitted('web')).toBe(false)
    expect(desired.get('web')).toMatchObject({ owner: OTHERS })
    expect(desired.committed()?.bound.has('web')).toBe(false)
  })

  test('of an owner that was removed is taken over by an admin’s node, and by nobody else', async () => {
    const { publicKey } = generateKey(createSeededRandom(7))
    const owner = ownerIdOf(publicKey)
    committee.execute({
      kind: 'member.admit',
      body: { owner: publicKey, name: 'Gone', permissions: ['deploy', 'use'] },
    })
    await recorded(owner)
    permissions.add('admin')
    await pass(2_000)
    expect(desired.isCommitted('web')).toBe(false)
    committee.execute({ kind: 'member.remove', body: { owner } })
    permissions.clear()
    await pass(2_000)
    expect(desired.isCommitted('web')).toBe(false)
    permissions.add('admin')
    await pass(2_000)
    expect(desired.get('web')).toMatchObject({ workload: WEB, owner: committee.owner })
  })

  test('waits for a quorum', async () => {
    reachable = []
    await pass(1_000)
    await recorded(committee.owner)
    await pass(5_000)
    expect(desired.isCommitted('web')).toBe(false)
    reachable = committee.ids.slice(1)
    await pass(1_000)
    expect(desired.isCommitted('web')).toBe(true)
  })

  test('that is ended is ended in the registry; a tombstone alone ends nothing at once', async () => {
    await recorded(committee.owner)
    expect(await outcome(desired.delete('web'))).toBe('done')
    expect([desired.get('web'), desired.recordOf('web')]).toEqual([undefined, 'ended'])
    await map.put(workloadKey('old'), storedForm({ ...WEB, name: 'old' }))
    await map.delete(workloadKey('old'))
    expect(desired.recordOf('old')).toBe('none')
    reachable = []
    await pass(1_000)
    expect(desired.recordOf('old')).toBe('unknown')
  })
})

describe('versions', () => {
  const at = (image: string, replicas = 1): Workload => {
    return parseWorkload({ name: 'web', containers: [{ name: 'web', image }], replicas })
  }
  async function put(workload: Workload): Promise<void> {
    expect(await outcome(desired.apply(workload, desired.get('web')))).toMatchObject({ workload })
  }
  const images = (): [unknown, number][] =>
    desired.past('web').map(({ workload, generation }) => {
      const [{ source }] = workload.parts
      return ['image' in source && source.image, generation]
    })

  test('are kept when what runs changes, not when only the count does, and past the end', async () => {
    await put(at('a:1'))
    await put(at('a:1', 3))
    await put(at('a:2', 3))
    expect(images()).toEqual([['a:1', 2]])
    await put(at('a:3', 3))
    expect(images()).toEqual([
      ['a:2', 3],
      ['a:1', 2],
    ])
    expect(await outcome(desired.delete('web'))).toBe('done')
    expect(images()[0]).toEqual(['a:3', 4])
    expect(desired.past('web')[0]?.by).toBe(committee.owner)
  })

  const labelled = (image: string, team: string): Workload =>
    applyChange(at(image), { labels: { team } })
  async function raised(): Promise<void> {
    committee.raiseRules(2)
    await pass(1_000)
    expect(primary.view()?.version).toBe(2)
  }

  test('of rules alone are kept once all know how, but none of a count or a pause', async () => {
    await put(at('a:1'))
    await put(labelled('a:1', 'one'))
    expect(images()).toEqual([])
    await raised()
    await put(labelled('a:1', 'two'))
    await put(applyChange(labelled('a:1', 'two'), { replicas: 3, rollout: { paused: true } }))
    await put(at('a:1'))
    expect(images()).toEqual([
      ['a:1', 4],
      ['a:1', 2],
    ])
    expect(desired.past('web').map(({ workload }) => workload.labels)).toEqual([
      { team: 'two' },
      { team: 'one' },
    ])
  })

  test('of rules, however many, push out no version that ran something else', async () => {
    await raised()
    for (const image of ['a:1', 'a:2', 'a:3']) await put(at(image))
    for (let team = 1; team <= 14; team++) await put(labelled('a:3', `t${team}`))
    expect(images().filter(([image]) => image !== 'a:3')).toEqual([
      ['a:2', 2],
      ['a:1', 1],
    ])
    // The latest seven of the others, and as what runs now began.
    expect(images().map(([, generation]) => generation)).toEqual([
      ...[16, 15, 14, 13, 12, 11, 10, 3],
      ...[2, 1],
    ])
    for (let image = 4; image <= 8; image++) await put(at(`a:${image}`))
    // They make room one after the other, down to four; then what is oldest does.
    expect(images().map(([image]) => image)).toEqual([
      ...['a:7', 'a:6', 'a:5', 'a:4'],
      ...['a:3', 'a:3', 'a:3', 'a:3', 'a:3'],
      'a:2',
    ])
  })

  test('do not count what is wanted still among them', async () => {
    await put(at('a:1'))
    committee.execute({ kind: 'workload.keep', body: { name: 'web', generation: 1 } })
    await pass(1_000)
    expect(primary.view()?.past('web')).toHaveLength(1)
    expect(images()).toEqual([])
  })

  test('hold up no end of what has moved on meanwhile', async () => {
    await put(at('a:1'))
    await desired.stop()
    const spec = encode(storedForm(at('a:2')))
    const execute: typeof primary.execute = (command) => {
      if (command.kind === 'workload.keep') {
        committee.execute({ kind: 'workload.apply', body: { name: 'web', spec } })
      }
      return primary.execute(command)
    }
    desired = await open({ primary: { ...primary, execute } })
    expect(await outcome(desired.delete('web'))).toBe('done')
  })
})
