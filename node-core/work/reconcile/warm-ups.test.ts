import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { LocalInstance, Phase } from './local-instance.ts'
import { createWarmUps } from './warm-ups.ts'

const phase: Phase = { kind: 'running', sinceMs: 0, probing: [], served: true }
const local = (health: LocalInstance['health']) =>
  ({ id: 'web-0-a', phase, health }) as LocalInstance

function open(warmUpMs = 10_000) {
  const clock = createSimClock()
  const rule = { warmUpMs }
  const warm: number[] = []
  const warmUps = createWarmUps({
    clock,
    warmUpMsOf: () => rule.warmUpMs,
    onWarm: () => warm.push(clock.monotonicMs()),
  })
  const startMs = clock.monotonicMs()
  const iso = (ms: number) => new Date(clock.wallMs() + ms).toISOString()
  return { clock, rule, warmUps, iso, warmAt: () => warm.map((ms) => ms - startMs) }
}

test('what is ready warms up for as long as is wanted, and says at its end that it is warm', () => {
  const { clock, warmUps, iso, warmAt } = open()
  const until = iso(10_000)
  expect(warmUps.tell(local('healthy'))).toBe(until)
  clock.advance(9_999)
  expect([warmUps.until(local('healthy')), warmAt()]).toEqual([until, []])
  clock.advance(1)
  expect(warmAt()).toEqual([10_000])
  expect(warmUps.tell(local('healthy'))).toBeUndefined()
})

test('a break begins it anew', () => {
  const { clock, warmUps, iso, warmAt } = open()
  warmUps.tell(local('healthy'))
  clock.advance(8_000)
  expect(warmUps.tell(local('unhealthy'))).toBeUndefined()
  expect(warmUps.tell(local('healthy'))).toBe(iso(10_000))
  clock.advance(9_000)
  expect(warmAt()).toEqual([])
  clock.advance(1_000)
  expect(warmAt()).toEqual([18_000])
})

test('a rule that is changed meanwhile counts from when it became ready, and what was told is outdated', () => {
  const { clock, rule, warmUps, iso } = open()
  const one = local('healthy')
  warmUps.tell(one)
  expect(warmUps.outdated([one])).toEqual([])
  clock.advance(4_000)
  rule.warmUpMs = 3_000
  // Whoever asks in between is no telling.
  warmUps.until(one)
  expect(warmUps.outdated([one])).toEqual([one])
  expect(warmUps.tell(one)).toBeUndefined()
  rule.warmUpMs = 60_000
  expect(warmUps.outdated([one])).toEqual([one])
  expect(warmUps.tell(one)).toBe(iso(56_000))
})

test('where nothing is to be waited for nothing is said, and nobody is woken', () => {
  const { clock, warmUps, warmAt } = open(0)
  expect(warmUps.tell(local('healthy'))).toBeUndefined()
  clock.advance(60_000)
  expect(warmAt()).toEqual([])
})
