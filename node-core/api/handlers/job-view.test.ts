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

test('a run that goes on, or was replaced, tells of each slot that ended, those that failed first', () => {
  const row = { generation: 1, lane: 0, template: termsOf(at('@hourly')), dueMs: 0, startedMs: 0 }
  const attempt = { run: 2, attempt: 1, node: 'n', begunMs: 1, lost: [] }
  const ended = { ...attempt, endedMs: 2, outcome: 'succeeded', exitCode: 0 }
  const attempts = [
    [0, ended],
    [1, { ...ended, attempt: 3, outcome: 'failed', exitCode: 7 }],
    [2, attempt],
    [3, { ...ended, run: 1 }],
  ]
  const closed = { outcome: 'replaced', atMs: 1, succeeded: 0, failed: 0, results: [] }
  const runs = [
    [1, { ...row, ended: closed }],
    [2, row],
  ]
  const record = { runs, attempts: new Map(attempts as never) } as unknown as JobRecord
  const parts = { membership: { get: () => undefined } } as unknown as Parameters<
    typeof runViews
  >[0]
  const [now, before] = runViews(parts, record)
  expect(now).toMatchObject({ outcome: 'running', succeeded: 1, failed: 1 })
  expect(now?.results).toMatchObject([
    { index: 1, attempt: 3, outcome: 'failed', exitCode: 7, endedAt: '1970-01-01T00:00:00.002Z' },
    { index: 0, attempt: 1, outcome: 'succeeded', exitCode: 0 },
  ])
  expect(now).not.toHaveProperty('endedAt')
  // It was replaced before that slot ended.
  expect(before).toMatchObject({ outcome: 'replaced', succeeded: 1, failed: 0 })
  expect(before?.results).toMatchObject([{ index: 3, exitCode: 0 }])
})
