import { expect, test } from 'vitest'
import { type JobRecord, termsOf } from '../../work/jobs/index.ts'
import { parseWorkload } from '../../work/spec/index.ts'
import { jobView } from './job-view.ts'

const at = (cron: string) => {
  return parseWorkload({ name: 'mill', containers: [{ image: 'a' }], job: { schedule: { cron } } })
}

test('the next run is that of the times that are counted, and unknown right after they were changed', () => {
  const row = { generation: 1, lane: 0, template: termsOf(at('@hourly')), dueMs: 0, startedMs: 0 }
  const record: JobRecord = { runs: [[1, row]], attempts: new Map() }
  expect(jobView(at('@hourly').job!, record).nextRunAt).toBe('1970-01-01T01:00:00.000Z')
  expect(jobView(at('30 * * * *').job!, record).nextRunAt).toBeUndefined()
})
