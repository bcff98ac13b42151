import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { type Choice, createChoice } from './choice.ts'
import type { Endpoint } from './index.ts'
import {
  EJECTION_FAILURES,
  EJECTION_FORGOTTEN_MS,
  EJECTION_MS,
  ENDPOINT_CONNECTIONS_MAX,
} from './limits.ts'

const endpoint = (instance: string, more: Partial<Endpoint> = {}): Endpoint => ({
  workload: 'web',
  instance,
  node: 'n' as Endpoint['node'],
  containerPort: 80,
  hostPort: 1,
  healthy: true,
  ...more,
})
const [a, b, c] = [endpoint('a'), endpoint('b'), endpoint('c')]
const three = [a, b, c]
const none = new Set<Endpoint>()

/** How often each of them is picked, each answering after its own time. */
function shares(
  choice: Choice,
  among: Endpoint[],
  times: number,
  latencyMs: (of: Endpoint) => number,
) {
  const counts = new Map<string, number>()
  let nowMs = 0
  for (let i = 0; i < times; i++) {
    const picked = choice.pick(among, none, nowMs)!
    counts.set(picked.instance, (counts.get(picked.instance) ?? 0) + 1)
    choice.begin(picked)
    nowMs += latencyMs(picked)
    choice.judge(picked, among, { kind: 'answered', latencyMs: latencyMs(picked) }, nowMs)
    choice.end(picked)
  }
  return (of: Endpoint): number => (counts.get(of.instance) ?? 0) / times
}
const fails = (choice: Choice, of: Endpoint, among: Endpoint[], nowMs: number, times = 1): void => {
  for (let i = 0; i < times; i++) choice.judge(of, among, { kind: 'failed' }, nowMs)
}
const picked = (choice: Choice, among: Endpoint[], nowMs: number): string => {
  const seen = new Set<string>()
  for (let i = 0; i < 100; i++) seen.add(choice.pick(among, none, nowMs)?.instance ?? '-')
  return [...seen].sort().join('')
}
const seeded = () => createChoice(createSeededRandom(7))

it('asks another while one has as many under way as it may, whatever their weights', () => {
  const full = endpoint('full', { weight: 1_000 })
  const other = endpoint('other', { version: 'new' })
  const choice = seeded()
  for (let i = 0; i < ENDPOINT_CONNECTIONS_MAX; i++) choice.begin(full)
  expect(picked(choice, [full, other], 0)).toBe('other')
  expect(picked(choice, [full], 0)).toBe('full')
  choice.judge(other, [full, other], { kind: 'unreachable' }, 0)
  expect(picked(choice, [full, other], 0)).toBe('full')
  choice.end(full)
  expect(picked(choice, [full, other], EJECTION_MS + 1)).toContain('full')
})

it('asks one whose node gives no sign of life where nobody else is left', () => {
  const doubtful = endpoint('doubtful', { doubtful: true })
  const choice = seeded()
  expect(picked(choice, [doubtful, a, b], 0)).toBe('ab')
  expect(picked(choice, [doubtful], 0)).toBe('doubtful')
  expect(choice.pick([doubtful, a], new Set([a]), 0)).toBe(doubtful)
})

describe('the share of each', () => {
  it('is even where all are fast, however much faster one of them is', () => {
    const share = shares(seeded(), three, 3_000, (of) => (of === a ? 0.1 : 5))
    for (const one of three) expect(share(one)).toBeCloseTo(1 / 3, 1)
  })

  it('of a version is its weight to the last request, where the weights of each are alike too', () => {
    const fresh = endpoint('fresh', { weight: 25, version: 'new' })
    const old = ['a', 'b', 'c'].map((id) => endpoint(id, { weight: 25, version: 'old' }))
    // However much quicker it is than all of the old ones.
    const share = shares(seeded(), [fresh, ...old], 8_000, (of) => (of === fresh ? 1 : 300))
    expect(share(fresh)).toBeCloseTo(0.25, 1.6)
  })

  it('is small for one that is slow, and not nothing: it may be fast by now', () => {
    const share = shares(seeded(), three, 3_000, (of) => (of === a ? 500 : 20))
    expect(share(a)).toBeLessThan(0.1)
    expect(share(a)).toBeGreaterThan(0)
  })

  it('goes by weight exactly, whatever the latencies', () => {
    const among = [endpoint('a', { weight: 95 }), endpoint('b', { weight: 5 })]
    const share = shares(seeded(), among, 10_000, (of) => (of.instance === 'a' ? 500 : 10))
    expect(share(among[1]!)).toBeCloseTo(0.05, 2)
  })

  it('is less for one that has much under way', () => {
    const choice = seeded()
    for (let i = 0; i < 10; i++) choice.begin(a)
    expect(picked(choice, three, 0)).toBe('bc')
    for (let i = 0; i < 10; i++) choice.end(a)
    expect(picked(choice, three, 0)).toBe('abc')
  })
})

describe('what is left out', () => {
  it('is the unhealthy and what was tried', () => {
    const some = [endpoint('a', { healthy: false }), b, c]
    expect(picked(seeded(), some, 0)).toBe('bc')
    expect(seeded().pick(some, new Set([b, c]), 0)).toBeUndefined()
    expect(seeded().pick([], none, 0)).toBeUndefined()
  })

  it('is one that cannot be connected to, for a second and then twice as long', () => {
    const choice = seeded()
    choice.judge(a, three, { kind: 'unreachable' }, 0)
    expect(picked(choice, three, EJECTION_MS - 1)).toBe('bc')
    expect(picked(choice, three, EJECTION_MS)).toBe('abc')
    choice.judge(a, three, { kind: 'unreachable' }, EJECTION_MS)
    expect(picked(choice, three, 3 * EJECTION_MS - 1)).toBe('bc')
    expect(picked(choice, three, 3 * EJECTION_MS)).toBe('abc')
  })

  it('is not one that was started again where it was', () => {
    const [before, after] = ['12:00', '12:01'].map((startedAt) => endpoint('a', { startedAt }))
    const choice = seeded()
    choice.judge(before!, three, { kind: 'unreachable' }, 0)
    expect(picked(choice, [before!, b, c], 0)).toBe('bc')
    expect(picked(choice, [after!, b, c], 0)).toBe('abc')
  })
  it('is never everything: who was passed over is asked where nothing else is', () => {
    const choice = seeded()
    for (const one of three) choice.judge(one, three, { kind: 'unreachable' }, 0)
    expect(picked(choice, three, 1)).toBe('abc')
    expect(choice.pick([a], none, 1)).toBe(a)
  })

  it('is one that failed so often in a row, and an answer between starts anew', () => {
    const choice = seeded()
    fails(choice, a, three, 0, EJECTION_FAILURES - 1)
    choice.judge(a, three, { kind: 'answered', latencyMs: 1 }, 0)
    fails(choice, a, three, 0, EJECTION_FAILURES - 1)
    expect(picked(choice, three, 0)).toBe('abc')
    fails(choice, a, three, 0)
    expect(picked(choice, three, 0)).toBe('bc')
    // It is on trial afterwards, and one failure is enough.
    fails(choice, a, three, EJECTION_MS)
    expect(picked(choice, three, EJECTION_MS)).toBe('bc')
  })

  it('is at most half of them for failing', () => {
    const choice = seeded()
    for (const one of three) fails(choice, one, three, 0, EJECTION_FAILURES)
    expect(picked(choice, three, 0)).toBe('bc')
    const two = [endpoint('x'), endpoint('y')]
    for (const one of two) fails(choice, one, two, 0, EJECTION_FAILURES)
    expect(picked(choice, two, 0)).toBe('y')
  })

  it('is forgiven after a minute of doing well', () => {
    const choice = seeded()
    for (const nowMs of [0, 1_000]) choice.judge(a, three, { kind: 'unreachable' }, nowMs)
    const later = 3_000 + EJECTION_FORGOTTEN_MS + 1
    choice.judge(a, three, { kind: 'answered', latencyMs: 1 }, later)
    choice.judge(a, three, { kind: 'unreachable' }, later)
    expect(picked(choice, three, later + EJECTION_MS)).toBe('abc')
  })
})
