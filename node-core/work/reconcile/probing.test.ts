import { describe, expect, test } from 'vitest'
import { type Part, parseWorkload } from '../spec/index.ts'
import {
  answered,
  due,
  healthOf,
  nextDueMs,
  type Probing,
  probingOf,
  troubleOf,
  whyGivenUp,
} from './probing.ts'

const partsWith = (probes: object, more: object[] = []): readonly Part[] =>
  parseWorkload({
    name: 'web',
    containers: [{ name: 'web', image: 'a', ports: [{ containerPort: 80 }], probes }, ...more],
  }).parts

const TCP = { kind: 'tcp', port: 80 }

/** One probe answers; fails the test when the instance is given up by it. */
function say(probing: Probing, role: 'startup' | 'live' | 'ready', ok: boolean, nowMs: number) {
  const next = answered(probing, [{ part: 'web', role, ok }], { nowMs, sinceMs: 0 })
  if (next === 'failed') throw new Error('given up')
  return next
}

const rolesDue = (probing: Probing, nowMs: number): string[] =>
  due(probing, nowMs).map(({ role }) => role)

describe('a live probe', () => {
  const fresh = probingOf(partsWith({ live: TCP }), 0)

  test('is asked eagerly until it first passes, then at its period', () => {
    let probing = fresh
    const gaps: number[] = []
    for (let nowMs = 0; nowMs < 400; nowMs = nextDueMs(probing)) {
      probing = say(probing, 'live', false, nowMs)
      gaps.push(nextDueMs(probing) - nowMs)
    }
    expect(gaps.slice(0, 7)).toEqual([25, 40, 55, 70, 85, 100, 100])
    expect(nextDueMs(say(probing, 'live', false, 10_001)) - 10_001).toBe(1_000)
    expect(nextDueMs(say(probing, 'live', true, 500))).toBe(5_500)
  })

  test('gives up after its failures in a row, not after as many in all', () => {
    let probing = say(fresh, 'live', true, 0)
    for (const ok of [false, false, true, false, false]) probing = say(probing, 'live', ok, 1)
    expect(healthOf(probing)).toBe('healthy')
    expect(() => say(probing, 'live', false, 2)).toThrow('given up')
    const patient = say(probingOf(partsWith({ live: { ...TCP, failures: 1 } }), 0), 'live', true, 0)
    expect(() => say(patient, 'live', false, 1)).toThrow('given up')
  })

  test('gives up when it never passes', () => {
    expect(say(fresh, 'live', false, 120_000)).toHaveLength(1)
    expect(() => say(fresh, 'live', false, 120_001)).toThrow('given up')
  })
})

describe('a ready probe', () => {
  const fresh = probingOf(partsWith({ ready: { ...TCP, failures: 2 } }), 0)

  test('never gives up, and takes health away and gives it back', () => {
    let probing = say(fresh, 'ready', false, 500_000)
    expect(healthOf(probing)).toBe('unknown')
    probing = say(probing, 'ready', true, 500_100)
    expect(healthOf(probing)).toBe('healthy')
    probing = say(probing, 'ready', false, 505_100)
    expect(healthOf(probing)).toBe('healthy')
    expect(nextDueMs(probing)).toBe(506_100)
    probing = say(probing, 'ready', false, 506_100)
    expect(healthOf(probing)).toBe('unhealthy')
    expect(healthOf(say(probing, 'ready', true, 511_100))).toBe('healthy')
  })
})

describe('a startup probe', () => {
  const startup = { ...TCP, periodMs: 1_000, failures: 3 }
  const fresh = probingOf(partsWith({ startup, live: TCP, ready: TCP }), 0)

  test('holds the others of its part back, then is never asked again', () => {
    expect(rolesDue(fresh, 0)).toEqual(['startup'])
    const waiting = say(fresh, 'startup', false, 0)
    expect(nextDueMs(waiting)).toBe(1_000)
    const up = say(waiting, 'startup', true, 1_000)
    expect(rolesDue(up, 1_000)).toEqual(['live', 'ready'])
    expect(healthOf(up)).toBe('unknown')
    const well = say(say(up, 'live', true, 1_001), 'ready', true, 1_001)
    expect(healthOf(well)).toBe('healthy')
    expect(rolesDue(well, 1e9)).toEqual(['live', 'ready'])
  })

  test('gives up after its failures', () => {
    const twice = say(say(fresh, 'startup', false, 0), 'startup', false, 1_000)
    expect(() => say(twice, 'startup', false, 2_000)).toThrow('given up')
  })
})

test('an instance is healthy when every part of it is', () => {
  const db = { name: 'db', image: 'b', ports: [{ containerPort: 5_432 }] }
  const both = probingOf(partsWith({ live: TCP }, [db]), 0)
  const one = say(both, 'live', true, 0)
  expect(healthOf(one)).toBe('unknown')
  const answers = [{ part: 'db', role: 'live', ok: true } as const]
  const two = answered(one, answers, { nowMs: 1, sinceMs: 0 })
  expect(two !== 'failed' && healthOf(two)).toBe('healthy')
})

describe('what is told of a probe that fails', () => {
  const textOf = (probing: Probing, ageMs: number) => troubleOf(probing, ageMs)?.message

  test('is what it asks, once a start takes long', () => {
    const fresh = probingOf(partsWith({ live: TCP }), 0)
    const failing = say(fresh, 'live', false, 100)
    expect([troubleOf(fresh, 11_000), troubleOf(failing, 9_000)]).toEqual([undefined, undefined])
    expect(troubleOf(failing, 11_000)).toEqual({
      code: 'NOT_HEALTHY_YET',
      message: 'It has never passed its live probe: nothing answers on TCP port 80.',
    })
    expect(troubleOf(say(failing, 'live', true, 11_100), 11_100)).toBeUndefined()
    const http = partsWith({ ready: { kind: 'http', path: '/up', port: 80 } })
    expect(textOf(say(probingOf(http, 0), 'ready', false, 1), 11_000)).toContain(
      'GET /up on port 80 does not succeed',
    )
  })

  test('names the part where there are several', () => {
    const db = { name: 'db', image: 'b', ports: [{ containerPort: 5_432 }] }
    const failing = say(probingOf(partsWith({ live: TCP }, [db]), 0), 'live', false, 100)
    expect(textOf(failing, 11_000)).toContain('the live probe of “web”')
  })

  test('names no argument of a command', () => {
    const parts = partsWith({ startup: { kind: 'command', command: ['ask', '-p', 'pw'] } })
    const text = textOf(say(probingOf(parts, 0), 'startup', false, 1), 11_000)
    expect(text).toContain('its command ask does not succeed')
    expect(text).not.toContain('pw')
  })

  test('is told at once of what had passed, and when it is given up', () => {
    const parts = partsWith({ ready: { ...TCP, failures: 1 } })
    const passed = say(probingOf(parts, 0), 'ready', true, 1)
    const lost = say(passed, 'ready', false, 2)
    expect(troubleOf(lost, 2)).toMatchObject({ code: 'UNHEALTHY' })
    expect(textOf(lost, 2)).toContain('no longer passes its ready probe')
    const never = say(probingOf(partsWith({ live: TCP }), 0), 'live', false, 1)
    const { message } = whyGivenUp(never, { part: 'web', role: 'live', ok: false })
    expect(message).toContain('never passed its live probe')
  })
})
