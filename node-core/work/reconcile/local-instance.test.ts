import { describe, expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { Running } from '../runners/index.ts'
import { type DesiredWorkload, type HealthCheck, parseWorkload } from '../spec/index.ts'
import {
  claimed,
  failed,
  inherited,
  type LocalInstance,
  probed,
  progressed,
  started,
  starting,
  toInstance,
} from './local-instance.ts'

const NODE = parseNodeId('1'.repeat(64))!
const WEB: DesiredWorkload = {
  workload: parseWorkload({ name: 'web', containers: [{ image: 'a' }] }),
  owner: 'f'.repeat(64) as DesiredWorkload['owner'],
  generation: 1,
}
const CHECK: HealthCheck = { kind: 'tcp', port: 80, periodMs: 5_000, timeoutMs: 2_000 }
const RUNNING: Running = {
  id: 'web-0-a',
  workload: 'web',
  index: 0,
  generation: 1,
  state: 'running',
  ports: { 80: 40_000 },
  startedAtMs: 0,
}
const REASON = { code: 'EXITED', message: 'The program ended.' }

test('an instance tells its kind, so that one of a deleted workload can still be shown', () => {
  expect(toInstance(claimed(WEB, 0, 'web-0-a'), NODE).kind).toBe('container')
  const found = {
    id: 'web-0-a',
    workload: 'web',
    index: 0,
    generation: 1,
    kind: 'process',
  } as const
  expect(toInstance(inherited(found, undefined, undefined), NODE).kind).toBe('process')
})

const fresh = claimed(WEB, 0, 'web-0-a')
const up = (nowMs = 0): LocalInstance => started(starting(fresh), RUNNING, nowMs)

function check(local: LocalInstance, ok: boolean, nowMs: number): LocalInstance {
  const next = probed(local, ok, CHECK, nowMs)
  if (next === 'failed') throw new Error('It was given up.')
  return next
}

function nextInMs(local: LocalInstance): number {
  return local.phase.kind === 'running' ? local.phase.probes.nextInMs : Number.NaN
}

describe('an instance', () => {
  test('is told of in every step of its start', () => {
    expect(toInstance(fresh, NODE)).toMatchObject({ status: 'Pending', health: 'unknown' })
    const pulling = progressed(starting(fresh), {
      step: 'pulling',
      from: 'mara',
      doneBytes: 41e6,
      totalBytes: 120e6,
    })
    expect(toInstance(pulling, NODE)).toMatchObject({
      status: 'Pulling',
      progress: 'Pulling from mara, 41 of 120 MB',
    })
    const told = toInstance(up(), NODE)
    expect(told).toMatchObject({ status: 'Running', ports: { 80: 40_000 } })
    expect(told.progress).toBeUndefined()
  })

  test('is checked eagerly until it first succeeds, then at its period', () => {
    let local = up()
    const gaps: number[] = []
    for (let nowMs = 0; nowMs < 400; nowMs += nextInMs(local)) {
      local = check(local, false, nowMs)
      gaps.push(nextInMs(local))
    }
    expect(gaps.slice(0, 7)).toEqual([25, 40, 55, 70, 85, 100, 100])
    expect(nextInMs(check(local, false, 10_001))).toBe(1_000)
    local = check(local, true, 500)
    expect(local.health).toBe('healthy')
    expect(nextInMs(local)).toBe(5_000)
  })

  test('is given up after three failed checks in a row, not after three in all', () => {
    let local = check(up(), true, 0)
    for (const ok of [false, false, true, false, false]) local = check(local, ok, 1)
    expect(local.health).toBe('healthy')
    expect(probed(local, false, CHECK, 2)).toBe('failed')
  })

  test('is given up when it never becomes healthy', () => {
    expect(probed(up(), false, CHECK, 120_000)).not.toBe('failed')
    expect(probed(up(), false, CHECK, 120_001)).toBe('failed')
  })

  test('that served comes back at once, then ever later, and all is forgotten when it is stable', () => {
    let local = check(up(0), true, 0)
    const delays: number[] = []
    let nowMs = 10
    for (let crash = 0; crash < 9; crash++) {
      local = failed(local, REASON, { nowMs, leftover: true })
      const untilMs = local.phase.kind === 'waiting' ? local.phase.untilMs : Number.NaN
      delays.push((untilMs - nowMs) / 1_000)
      nowMs = untilMs
      local = check(started(starting(local), RUNNING, nowMs), true, nowMs)
    }
    expect(delays).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60])
    const stable = failed(local, REASON, { nowMs: nowMs + 60_000, leftover: true })
    expect(stable.failures).toBe(1)
    expect(stable.restarts).toBe(10)
  })

  test('that never ran waits a second before the next attempt', () => {
    const local = failed(starting(fresh), REASON, { nowMs: 0, leftover: true })
    expect(local.phase).toMatchObject({ kind: 'waiting', untilMs: 1_000 })
    expect(toInstance(local, NODE)).toMatchObject({ status: 'Failed', reason: REASON, restarts: 0 })
  })
})
