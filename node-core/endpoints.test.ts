import { describe, expect, test } from 'vitest'
import { parseNodeId } from './base/net/index.ts'
import { createEndpointSource } from './endpoints.ts'
import {
  type Canary,
  type Instance,
  parseWorkload,
  templateOf,
  type Workload,
} from './work/spec/index.ts'

const NODE = parseNodeId('1'.repeat(64))!
const GONE = parseNodeId('2'.repeat(64))!
const SILENT = parseNodeId('3'.repeat(64))!
const workload = parseWorkload({
  name: 'web',
  containers: [{ image: 'a', ports: [{ containerPort: 80 }] }],
})
const instance = (change: Partial<Instance>): Instance => ({
  id: 'web-0-a',
  workload: 'web',
  index: 0,
  generation: 1,
  node: NODE,
  status: 'Running',
  health: 'healthy',
  ports: { 80: 40_000 },
  restarts: 0,
  ...change,
})

const LIVENESS: Record<string, string> = { [GONE]: 'dead', [SILENT]: 'suspect' }

function sourceOf(instances: Instance[], of: Workload = workload, canary?: Canary) {
  let reads = 0
  const desired = {
    ...{ workload: of, owner: 'f' as never, generation: 1 },
    ...(canary && { canary }),
  }
  const source = createEndpointSource({
    view: {
      desired: (name) => {
        reads++
        return name === 'web' ? desired : undefined
      },
      ...{ ownerOf: () => undefined, recordOf: () => 'none', isCurrent: () => true },
      assigned: (name) => instances.filter(({ workload }) => workload === name),
      subscribe: () => () => {},
    },
    owner: 'f' as never,
    ports: { published: () => [] },
    membership: {
      get: (id) => ({ liveness: LIVENESS[id] ?? 'alive' }) as never,
    },
  })
  return { source, reads: () => reads }
}

test('healthy is what runs, answers, and is in sight', () => {
  const { source } = sourceOf([
    instance({}),
    instance({ id: 'web-1-a', health: 'unhealthy' }),
    instance({ id: 'web-2-a', status: 'Starting' }),
    instance({ id: 'web-3-a', node: GONE }),
    instance({ id: 'web-4-a', ports: {} }),
    instance({ id: 'other-0-a', workload: 'other' }),
  ])
  const found = source.endpoints('web').map(({ instance: id, healthy }) => [id, healthy])
  expect(found).toEqual([
    ['web-0-a', true],
    ['web-1-a', false],
    ['web-2-a', false],
    ['web-3-a', false],
  ])
})

test('doubtful is what runs where no sign of life comes from, and it may answer yet', () => {
  const { source } = sourceOf([instance({}), instance({ id: 'web-1-a', node: SILENT })])
  const found = source.endpoints('web').map(({ healthy, doubtful }) => [healthy, doubtful])
  expect(found).toEqual([
    [true, undefined],
    [true, true],
  ])
})

test('what an image that came after the deploy exposes is found where a copy tells of it, and none is HTTP’s', () => {
  const quiet = parseWorkload({ name: 'web', containers: [{ image: 'a' }] })
  const { source } = sourceOf([instance({ ports: { 6379: 40_000 } })], quiet)
  expect(source.endpoints('web', 6_379).map(({ hostPort }) => hostPort)).toEqual([40_000])
  expect(source.endpoints('web', 80)).toEqual([])
  expect(source.endpoints('web')).toEqual([])
})

test('a service without a port of TCP says so', () => {
  const { source } = sourceOf([])
  expect(source.service('web')?.portless).toBeUndefined()
  const ports = [{ containerPort: 53, protocol: 'udp' }]
  const quiet = parseWorkload({ name: 'web', containers: [{ image: 'a', ports }] })
  expect(sourceOf([], quiet).source.service('web')?.portless).toBe(true)
})

test('an endpoint is where its instance says, of the run that it tells of', () => {
  const [at, startedAt] = ['198.19.7.2', '2026-11-26T12:00:00.000Z']
  const { source } = sourceOf([
    instance({ ports: { 80: 80 }, address: at, startedAt }),
    instance({ id: 'web-1-a' }),
  ])
  const [first, second] = source.endpoints('web')
  expect(first).toMatchObject({ address: at, hostPort: 80, startedAt })
  expect(second).not.toHaveProperty('address')
})

test('a known name is read once, an unknown one is not remembered', () => {
  const { source, reads } = sourceOf([instance({})])
  source.endpoints('web')
  source.endpoints('web')
  expect(reads()).toBe(1)
  expect([source.service('nobody'), source.endpoints('nobody')]).toEqual([undefined, []])
  expect([source.service('nobody'), source.endpoints('nobody')]).toEqual([undefined, []])
  expect(reads()).toBe(5)
})

test('under blue and green traffic has one colour: the old one until all of the new one answers', () => {
  const rollout = { kind: 'blueGreen', atOnce: 1, paused: false } as const
  const green: Workload = { ...workload, replicas: 2, rollout }
  const old = [0, 1].map((index) => instance({ id: `old-${index}`, index, template: 'before' }))
  const fresh = [0, 1].map((index) => {
    return instance({ id: `new-${index}`, index, template: templateOf(green) })
  })
  const [first, second] = fresh as [Instance, Instance]
  const idsOf = (instances: Instance[]): string[] | undefined => {
    const found = sourceOf(instances, green).source.endpoints('web')
    return found?.filter(({ healthy }) => healthy).map((one) => one.instance)
  }
  const notYet: Instance = { ...second, health: 'unknown' }
  expect(idsOf([...old, first, notYet])).toEqual(['old-0', 'old-1'])
  const cold: Instance = { ...second, warmsUntil: '2026-01-01T00:00:30.000Z' }
  expect(idsOf([...old, first, cold])).toEqual(['old-0', 'old-1'])
  expect(idsOf([first, cold])).toEqual(['new-0', 'new-1'])
  expect(idsOf([...old, first, second])).toEqual(['new-0', 'new-1'])
  // Nothing of the old one answers: better some of the new one than nothing.
  expect(idsOf([first, notYet])).toEqual(['new-0'])
})

test('of what is paused nobody wakes it, and its edge says so', () => {
  const asleep: Workload = {
    ...workload,
    ...{ replicas: 0, paused: { at: '2026-01-01T00:00:00.000Z', by: 'f' as never, copies: 1 } },
    autoscale: { min: 0, max: 2, upAfterMs: 0, downAfterMs: 0, idleMs: 1_000, wakeMs: 1_000 },
  }
  const service = sourceOf([], asleep).source.service('web')
  expect([service?.paused, service?.wakeMs]).toEqual([true, undefined])
})

test('of two earlier versions blue is the one that served, not the one that never took over', () => {
  const rollout = { kind: 'blueGreen', atOnce: 1, paused: false } as const
  const green: Workload = { ...workload, replicas: 2, rollout }
  const copies = (id: string, generation: number) =>
    [0, 1].map((index) => instance({ id: `${id}-${index}`, index, generation, template: id }))
  const { source } = sourceOf([...copies('trial', 2), ...copies('served', 1)], green)
  expect(source.endpoints('web').map((one) => one.instance)).toEqual(['served-0', 'served-1'])
})

test('blue and green that are paused leave the traffic where it is, while half of the old slots answer', () => {
  const rollout = { kind: 'blueGreen', atOnce: 1, paused: true } as const
  const green: Workload = { ...workload, replicas: 3, rollout }
  const template = templateOf(green)
  const copies = (id: string, of: string) =>
    [0, 1, 2].map((index) => instance({ id: `${id}-${index}`, index, template: of }))
  const [old, fresh] = [copies('old', 'before'), copies('new', template)]
  const idsOf = (instances: Instance[]): string[] =>
    sourceOf(instances, green)
      .source.endpoints('web')
      .map((one) => one.instance)
  expect(idsOf([...old, ...fresh])).toEqual(['old-0', 'old-1', 'old-2'])
  expect(idsOf([...old.slice(1), ...fresh])).toEqual(['old-1', 'old-2'])
  // It came back with its computer, once all of the others had ended.
  expect(idsOf([...old.slice(2), ...fresh])).toEqual(['new-0', 'new-1', 'new-2'])
})

describe('while a canary is under way', () => {
  const steps = [{ share: 20 }, { share: 60 }]
  const rollout = { kind: 'canary', atOnce: 1, paused: false, steps } as const
  const canary: Workload = { ...workload, replicas: 4, rollout }
  const template = templateOf(canary)
  const old = [0, 1, 2, 3].map((index) => instance({ id: `old-${index}`, index, template: 'old' }))
  const fresh = (index: number) => instance({ id: `new-${index}`, index, template })
  const sharesAt = (step: number, instances: Instance[]) => {
    const { source } = sourceOf(instances, canary, { template, step, sinceMs: 0 })
    const byVersion = Object.groupBy(source.endpoints('web'), ({ version = '' }) => version)
    const shareOf = (version: string): number =>
      (byVersion[version] ?? []).reduce((sum, { weight = 0 }) => sum + weight, 0)
    return { fresh: Math.round(shareOf(template)), old: Math.round(shareOf('old')) }
  }

  test('each version has its share, however many copies of it there are', () => {
    expect(sharesAt(0, [...old, fresh(0)])).toEqual({ fresh: 20, old: 80 })
    expect(sharesAt(0, [...old.slice(0, 1), fresh(0), fresh(1)])).toEqual({ fresh: 20, old: 80 })
    expect(sharesAt(1, [...old, fresh(0), fresh(1), fresh(2)])).toEqual({ fresh: 60, old: 40 })
  })

  test('what warms up has nothing yet, unless nothing else answers', () => {
    const cold = (index: number) => ({ ...fresh(index), warmsUntil: '2026-01-01T00:00:30.000Z' })
    expect(sharesAt(0, [...old, cold(0)])).toEqual({ fresh: 0, old: 0 })
    expect(sharesAt(1, [...old, fresh(0), cold(1)])).toEqual({ fresh: 25, old: 75 })
    const { source } = sourceOf([cold(0)], canary, { template, step: 0, sinceMs: 0 })
    expect(source.endpoints('web').map(({ weight }) => weight)).toEqual([undefined])
    const beside = sourceOf([...old, cold(0)], canary, { template, step: 0, sinceMs: 0 })
    expect(beside.source.endpoints('web').map((one) => one.instance)).toEqual([
      ...['old-0', 'old-1', 'old-2', 'old-3'],
    ])
  })

  test('the new one has no more than those of it that answer can bear', () => {
    expect(sharesAt(1, [...old, fresh(0)])).toEqual({ fresh: 25, old: 75 })
    expect(sharesAt(2, [...old, fresh(0), fresh(1)])).toEqual({ fresh: 50, old: 50 })
  })

  test('another that was on trial before it has nothing, also before the new one answers', () => {
    const trial = instance({ id: 'trial-0', template: 'trial', generation: 2 })
    const { source } = sourceOf([...old, trial], canary, { template, step: 0, sinceMs: 0 })
    const shown = source.endpoints('web').map(({ instance: id }) => id)
    expect(shown).toEqual(old.map(({ id }) => id))
    const beside = [...old, trial, fresh(0)]
    expect(sharesAt(0, beside)).toEqual({ fresh: 20, old: 80 })
    // It answers in as many slots as what served before it, which it would have ended.
    const few = [trial, ...old.slice(0, 1), fresh(0)]
    expect(sharesAt(0, few)).toEqual({ fresh: 20, old: 80 })
  })

  test('at the end it has all, and alone it has them at once', () => {
    const all = [0, 1, 2, 3].map(fresh)
    expect(sharesAt(2, [...old, ...all])).toEqual({ fresh: 100, old: 0 })
    const { source } = sourceOf([...old, ...all], canary, { template, step: 2, sinceMs: 0 })
    expect(source.endpoints('web').map(({ version }) => version)).not.toContain('old')
    const alone = sourceOf([fresh(0)], canary).source.endpoints('web')
    expect(alone.map(({ weight }) => weight)).toEqual([undefined])
  })
})

test('what may be asleep says how long requests wait for it', () => {
  const times = { upAfterMs: 0, downAfterMs: 0, idleMs: 1_000, wakeMs: 7_000 }
  const waits = (min: number) =>
    sourceOf([], { ...workload, autoscale: { min, max: 2, ...times } }).source.service('web')
  expect(waits(0)).toMatchObject({ wakeMs: 7_000 })
  expect(waits(1)).not.toHaveProperty('wakeMs')
})

test('only declared ports have endpoints', () => {
  const [part] = workload.parts
  const fixed: Workload = {
    ...workload,
    parts: [{ ...part, source: { image: 'a', imageId: 'sha256:1' } }],
  }
  const { source: other } = sourceOf([instance({ ports: { 80: 40_000, 81: 40_001 } })], fixed)
  expect(other.endpoints('web', 80)).toHaveLength(1)
  expect(other.endpoints('web', 81)).toEqual([])
})

test('a name means its owner’s own as long as that is there, else what is there of another', () => {
  const self = 'e'.repeat(64)
  const own = `web-of-${self.slice(0, 10)}`
  const there = new Set(['web', own])
  const source = createEndpointSource({
    view: {
      desired: (name) => (there.has(name) ? { workload, generation: 1 } : undefined) as never,
      ownerOf: (name) => (name === own ? self : 'f'.repeat(64)) as never,
      recordOf: (name) => (name === unreadable ? 'unreadable' : 'ended'),
      ...{ isCurrent: () => true, assigned: () => [] },
      subscribe: () => () => {},
    },
    owner: self as never,
    ports: { published: () => [] },
    membership: { get: () => undefined },
  })
  let unreadable: string | undefined
  expect(source.meant('web')).toBe(own)
  there.delete(own)
  expect(source.meant('web')).toBe('web')
  // What a newer release wrote is there, whatever this one knows of it.
  unreadable = own
  expect(source.meant('web')).toBe(own)
  unreadable = undefined
  there.clear()
  expect(source.meant('web')).toBe(own)
})
