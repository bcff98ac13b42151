import { expect, test } from 'vitest'
import { type JobRecord, termsOf } from '../../work/jobs/index.ts'
import { parseWorkload } from '../../work/spec/index.ts'
import { jobView, runViews } from './job-view.ts'

const at = (cron: string) => {
  return parseWorkload({ name: 'mill', containers: [{ image: 'a' }], job: { schedule: { cron } } })
}

test('the next run is that of the times that are counted, and unknown right after they were changed', () => {
  const row = { generation: 1, lane: 0, template: termsOf(at('@hourly')), dueMs: 0, startedMs: 0 }
  const record: JobRecord = { runs: [[1, row]], attempts: new Map() }
  expect(jobView(at('@hourly').job!, record).nextRunAt).toBe('1970-01-01T01:00:00.000Z')
  expect(jobView(at('30 * * * *').job!, record).nextRunAt).toBeUndefined()
})

test('runs are numbered without the mark of where their schedule begins', () => {
  const row = {
    generation: 1,
    lane: 0,
    template: termsOf(at('@hourly'), 1),
    dueMs: 0,
    startedMs: 0,
  }
  const missed = { outcome: 'missed', code: 'DEPLOYED', atMs: 0, succeeded: 0, failed: 0 } as const
  const mark = { ...row, ended: { ...missed, results: [] } }
  const record: JobRecord = {
    runs: [
      [1, mark],
      [2, row],
    ],
    attempts: new Map(),
  }
  const parts = {} as Parameters<typeof runViews>[0]
  expect(runViews(parts, record).map(({ run }) => run)).toEqual([1])
})

test('no run ends before it began or before its last attempt, though the log’s time stands still', () => {
  const row = {
    ...{ generation: 1, lane: 0, template: termsOf(at('@hourly')), dueMs: 5_000, startedMs: 4_000 },
    ended: { outcome: 'failed', atMs: 4_000, succeeded: 0, failed: 1, results: [] },
  } as const
  const parts = { membership: { get: () => undefined } } as unknown as Parameters<
    typeof runViews
  >[0]
  const result = { index: 0, attempt: 1, node: 'n', outcome: 'failed', endedMs: 6_000 } as const
  const seen = (results: readonly (typeof result)[]) => {
    const ended = { ...row.ended, results }
    const record = { runs: [[1, { ...row, ended }]], attempts: new Map() } as unknown as JobRecord
    return runViews(parts, record).map(({ startedAt, endedAt }) => [startedAt, endedAt])
  }
  const [five, six] = ['1970-01-01T00:00:05.000Z', '1970-01-01T00:00:06.000Z']
  expect(seen([])).toEqual([[five, five]])
  expect(seen([result])).toEqual([[five, six]])
})
