import { expect, test } from 'vitest'
import { runningText } from './running.ts'

const job = {
  ...{ completions: 4, parallelism: 4, retries: 3, lostAfterMs: 60_000 },
  schedule: {
    ...{ cron: '30 3 * * *', timeZone: 'Europe/Berlin', overlap: 'forbid' as const },
    ...{ startWithinMs: 600_000, paused: false },
  },
}
const four = { running_instances: 0, replicas: 4 }

test('what serves, and a run that goes on, says how many of how many run', () => {
  expect(runningText({ ...four, status: 'Degraded' })).toBe('0/4')
  expect(runningText({ ...four, status: 'Running', running_instances: 2, job })).toBe('2/4')
})

test('a schedule between its runs says when the next one is', () => {
  const due = { ...job, nextRunAt: '2026-11-27T02:30:00.000Z' }
  expect(runningText({ ...four, status: 'Scheduled', job: due })).toBe('next 2026-11-27 02:30 UTC')
  expect(runningText({ ...four, status: 'Scheduled', job })).toBe('not run yet')
  const paused = { ...due, schedule: { ...job.schedule, paused: true } }
  expect(runningText({ ...four, status: 'Scheduled', job: paused })).toBe('paused')
})
