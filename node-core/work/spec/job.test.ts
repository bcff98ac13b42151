import { describe, expect, test } from 'vitest'
import {
  applyChange,
  jobInstanceId,
  parseStoredWorkload,
  parseWorkload,
  storedForm,
  turnOf,
} from './index.ts'
import { refusal } from './testing/refusal.ts'

const mill = (job: object = {}, more: object = {}) =>
  parseWorkload({ name: 'mill', containers: [{ image: 'a' }], job, ...more })

describe('a job', () => {
  test('is filled up, and has as many slots as it has completions', () => {
    expect(mill()).toMatchObject({
      job: { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 60_000 },
      replicas: 1,
      restart: { when: 'never' },
    })
    expect(mill({ completions: 5, parallelism: 2 }).replicas).toBe(5)
    expect(mill({ schedule: { cron: '@daily' } }).job?.schedule).toEqual({
      cron: '@daily',
      ...{ timeZone: 'UTC', overlap: 'forbid', startWithinMs: 3_600_000, paused: false },
    })
  })

  test('has slots for every run that may go on beside others', () => {
    const schedule = { cron: '@daily', overlap: 'allow' }
    expect(mill({ completions: 3, schedule }).replicas).toBe(12)
    expect(refusal(() => mill({ completions: 251, schedule }))).toEqual(['job.completions'])
  })

  test.each([
    [{ job: {}, replicas: 2 }, ['replicas']],
    [{ job: {}, rollout: { kind: 'blueGreen' } }, ['rollout']],
    [{ job: {}, restart: { when: 'always', atMost: 2 } }, ['restart.atMost', 'restart.when']],
    [{ job: {}, onPartition: 'stop' }, ['onPartition']],
    [{ job: { completions: 2, parallelism: 3 } }, ['job.parallelism']],
    [{ job: { retries: -1 } }, ['job.retries']],
    [{ job: { deadlineMs: 10 } }, ['job.deadlineMs']],
    [{ job: { schedule: {} } }, ['job.schedule.cron']],
    [{ job: { schedule: { cron: 'soon' } } }, ['job.schedule.cron']],
    [{ job: { schedule: { cron: '0 0 31 2 *' } } }, ['job.schedule.cron']],
    [{ job: { schedule: { cron: '@daily', timeZone: 'Mars/Base' } } }, ['job.schedule.timeZone']],
    [{ job: { schedule: { cron: '@daily', overlap: 'maybe' } } }, ['job.schedule.overlap']],
    [{ job: { when: 'now' } }, ['job.when']],
  ])('%j is refused by its fields', (more, paths) => {
    expect(refusal(() => mill({}, more))).toEqual(paths)
  })

  test('is stored and read as it is', () => {
    const whole = mill({ completions: 2, deadlineMs: 5_000, schedule: { cron: '5 4 * * *' } })
    expect(parseStoredWorkload(storedForm(whole))).toEqual(whole)
  })

  test('changes by its own fields, and what serves becomes none', () => {
    const before = mill({ completions: 4, schedule: { cron: '@daily' } })
    const after = applyChange(before, { job: { completions: 2, schedule: { paused: true } } })
    expect(after).toMatchObject({
      job: { completions: 2, schedule: { cron: '@daily', paused: true } },
      replicas: 2,
    })
    expect(refusal(() => applyChange(before, { replicas: 3 }))).toEqual(['replicas'])
    const web = parseWorkload({ name: 'web', containers: [{ image: 'a' }] })
    expect(refusal(() => applyChange(web, { job: {} }))).toEqual(['job'])
  })
})

test('an instance of a job is called by its attempt and its node; no other is', () => {
  const turn = { generation: 3, run: 12, attempt: 2 }
  const node = 'abcdef0123'.padEnd(64, '0') as Parameters<typeof jobInstanceId>[0]['node']
  const id = jobInstanceId({ workload: 'mill', index: 4, node }, turn)
  expect(id).toBe('mill-4-g3r12a2nabcdef')
  expect(turnOf(id)).toEqual(turn)
  for (const other of ['web-0-ab12cd', 'web-0-g1r1a1', 'x-g1r1a1nabcdef-0-ab12cd']) {
    expect(turnOf(other)).toBeUndefined()
  }
})
