import { describe, expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { Running } from '../runners/index.ts'
import { type DesiredWorkload, parseWorkload } from '../spec/index.ts'
import {
  claimed,
  failed,
  foundEnded,
  inherited,
  type LocalInstance,
  over,
  probed,
  progressed,
  started,
  starting,
  toInstance,
  watched,
} from './local-instance.ts'

const NODE = parseNodeId('1'.repeat(64))!
const WEB: DesiredWorkload = {
  workload: parseWorkload({
    name: 'web',
    containers: [{ image: 'a', ports: [{ containerPort: 80 }] }],
  }),
  owner: 'f'.repeat(64) as DesiredWorkload['owner'],
  generation: 1,
}
const { parts } = WEB.workload
const RUNNING: Running = {
  id: 'web-0-a',
  workload: 'web',
  index: 0,
  generation: 1,
  state: 'running',
  ports: { 80: 40_000 },
  startedAtMs: 0,
}
const BACKOFF = { backoffMs: 1_000, backoffMsMax: 60_000 }
const RUNNING_LABELS = { ...RUNNING, kind: 'container' as const }
const REASON = { code: 'EXITED', message: 'The program ended.' }

test('an instance tells its kind, so that one of a deleted workload can still be shown', () => {
  expect(toInstance(claimed(WEB, { index: 0, id: 'web-0-a' }), NODE).kind).toBe('container')
  const found = {
    id: 'web-0-a',
    workload: 'web',
    index: 0,
    generation: 1,
    kind: 'process',
  } as const
  expect(toInstance(inherited(found, undefined, undefined), NODE).kind).toBe('process')
})

const fresh = claimed(WEB, { index: 0, id: 'web-0-a' })
const up = (nowMs = 0): LocalInstance => started(starting(fresh), RUNNING, { parts, nowMs })

function check(local: LocalInstance, ok: boolean, nowMs: number): LocalInstance {
  const next = probed(local, [{ part: 'a', role: 'live', ok }], nowMs)
  if (next === 'failed') throw new Error('It was given up.')
  return next
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

  test('is healthy once its probe has passed, and given up when it no longer does', () => {
    let local = check(up(), false, 0)
    expect(local.health).toBe('unknown')
    local = check(local, true, 100)
    expect(local.health).toBe('healthy')
    local = check(check(local, false, 5_000), false, 6_000)
    expect(local.health).toBe('healthy')
    expect(() => check(local, false, 7_000)).toThrow('given up')
  })

  test('without a probe is healthy as it runs; found, it is asked once what it is is known', () => {
    expect(started(starting(fresh), RUNNING, { parts: [], nowMs: 0 }).health).toBe('healthy')
    const found = started(starting(fresh), RUNNING, { parts: undefined, nowMs: 0 })
    expect(found.health).toBe('unknown')
    expect(watched(found, [], 10).health).toBe('healthy')
    const known = watched(found, parts, 10)
    expect(known.health).toBe('unknown')
    expect(check(known, true, 10).health).toBe('healthy')
  })

  test('that served comes back at once, then ever later, and all is forgotten when it is stable', () => {
    let local = check(up(0), true, 0)
    const delays: number[] = []
    let nowMs = 10
    for (let crash = 0; crash < 9; crash++) {
      local = failed(local, REASON, { nowMs, wallMs: nowMs, leftover: true, backoff: BACKOFF })
      const untilMs = local.phase.kind === 'waiting' ? local.phase.untilMs : Number.NaN
      delays.push((untilMs - nowMs) / 1_000)
      nowMs = untilMs
      local = check(started(starting(local), RUNNING, { parts, nowMs }), true, nowMs)
    }
    expect(delays).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60])
    const stable = failed(local, REASON, {
      nowMs: nowMs + 60_000,
      wallMs: nowMs + 60_000,
      leftover: true,
      backoff: BACKOFF,
    })
    expect(stable.failures).toBe(1)
    // The tenth start has not come yet.
    expect(stable.restarts).toBe(9)
    expect(starting(stable).restarts).toBe(10)
  })

  test('that never ran waits a second before the next attempt', () => {
    const local = failed(starting(fresh), REASON, {
      nowMs: 0,
      wallMs: 0,
      leftover: true,
      backoff: BACKOFF,
    })
    expect(local.phase).toMatchObject({ kind: 'waiting', untilMs: 1_000 })
    expect(toInstance(local, NODE)).toMatchObject({ status: 'Failed', reason: REASON, restarts: 0 })
  })
})

describe('an instance that has ended for good', () => {
  const exit = { code: 0, atMs: 1_000 }
  const ended = failed(up(), REASON, {
    nowMs: 5,
    wallMs: 5,
    leftover: true,
    exit,
    backoff: BACKOFF,
  })

  test('is told with how it ended, and is found so after a restart of its node', () => {
    const told = toInstance(over(ended), NODE)
    expect(told).toMatchObject({
      status: 'Stopped',
      ended: { exitCode: 0, at: '1970-01-01T00:00:01.000Z' },
      reason: { code: 'ENDED' },
    })
    const again = inherited(told, told, REASON)
    expect(toInstance(again, NODE)).toMatchObject({ status: 'Stopped', ended: told.ended })
  })

  test('has failed where its exit code says so, or nobody saw it', () => {
    for (const code of [1, undefined]) {
      const told = toInstance(over({ ...ended, exit: { code, atMs: 0 } }), NODE)
      expect(told).toMatchObject({ status: 'Failed', reason: { code: 'GAVE_UP' } })
      expect(told.ended?.exitCode).toBe(code)
    }
  })

  test('while its node was away ended all the same', () => {
    const found = inherited(RUNNING_LABELS, undefined, undefined)
    expect(foundEnded(found, exit)).toMatchObject({ exit, phase: { leftover: true } })
  })

  test('was not started again for that', () => {
    expect(toInstance(over(ended), NODE).restarts).toBe(0)
  })

  test('waits as its workload says before it is started again', () => {
    const backoff = { backoffMs: 300, backoffMsMax: 500 }
    let local = failed(starting(fresh), REASON, { nowMs: 0, wallMs: 0, leftover: true, backoff })
    expect(local.phase).toMatchObject({ untilMs: 300 })
    local = failed(starting(local), REASON, { nowMs: 0, wallMs: 0, leftover: true, backoff })
    expect(local.phase).toMatchObject({ untilMs: 500 })
  })
})

test('says when its next start comes, until that comes', () => {
  const failure = { nowMs: 0, wallMs: 60_000, leftover: true, backoff: BACKOFF }
  const waiting = failed(starting(fresh), REASON, failure)
  expect(toInstance(waiting, NODE).startsAt).toBe('1970-01-01T00:01:01.000Z')
  expect(toInstance(starting(waiting), NODE)).not.toHaveProperty('startsAt')
  expect(toInstance(over(waiting), NODE)).not.toHaveProperty('startsAt')
  expect(toInstance(fresh, NODE)).not.toHaveProperty('startsAt')
})

describe('how an instance last ended', () => {
  const failure = { nowMs: 0, leftover: true, backoff: BACKOFF }
  const crashed = failed(up(), REASON, {
    ...failure,
    wallMs: 1_000,
    exit: { code: 139, atMs: 1_000 },
  })
  const lastEnd = { ...REASON, exitCode: 139, at: '1970-01-01T00:00:01.000Z' }

  test('is told while it waits, and still when it runs again', () => {
    expect(toInstance(fresh, NODE)).not.toHaveProperty('lastEnd')
    expect(toInstance(crashed, NODE)).toMatchObject({ lastEnd, restarts: 0 })
    const again = started(starting(crashed), RUNNING, { parts, nowMs: 2_000 })
    const told = toInstance(again, NODE)
    expect(told).toMatchObject({ status: 'Running', lastEnd, restarts: 1 })
    expect(told).not.toHaveProperty('reason')
  })

  test('is not forgotten for a start that failed, nor by a restart of its node', () => {
    const nowhere = failed(
      starting(crashed),
      { code: 'PULL_FAILED', message: 'No.' },
      { ...failure, wallMs: 2_000 },
    )
    expect(toInstance(nowhere, NODE)).toMatchObject({
      lastEnd,
      restarts: 1,
      reason: { code: 'PULL_FAILED' },
    })
    const told = toInstance(starting(nowhere), NODE)
    expect(told.restarts).toBe(1)
    expect(toInstance(inherited(told, told, undefined), NODE)).toMatchObject({
      lastEnd,
      restarts: 1,
    })
  })

  test('is no longer told to lack a secret once it starts with it', () => {
    const lacking = { ...fresh, reason: { code: 'SECRET_MISSING', message: 'There is no secret.' } }
    expect(toInstance(starting(lacking), NODE)).not.toHaveProperty('reason')
    expect(toInstance(starting(crashed), NODE)).toHaveProperty('reason')
  })

  test('is told of what nobody saw end, with what is known', () => {
    const found = foundEnded(inherited(RUNNING_LABELS, undefined, undefined), {
      code: 137,
      atMs: 0,
    })
    expect(toInstance(found, NODE).lastEnd).toEqual({
      ...{ code: 'EXITED', exitCode: 137, at: '1970-01-01T00:00:00.000Z' },
      message: 'It ended with exit code 137 (SIGKILL) while its node or its engine was away.',
    })
  })
})
