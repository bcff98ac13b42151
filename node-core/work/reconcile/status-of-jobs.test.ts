import { describe, expect, test } from 'vitest'
import type { JobRecord } from '../jobs/index.ts'
import { parseWorkload, templateOf } from '../spec/index.ts'
import { jobStatus } from './status-of-jobs.ts'

const workload = parseWorkload({ name: 'mill', containers: [{ image: 'a' }], job: {} })
const desired = { workload, owner: 'f'.repeat(64), generation: 2 } as Parameters<
  typeof jobStatus
>[0]

/** Runs that ended badly, each of the version of this template. */
function statusAfter(...templates: string[]) {
  const runs = templates.map((template, at) => {
    const ended = { outcome: 'failed', atMs: 1, succeeded: 0, failed: 1, results: [] }
    return [at + 1, { generation: 1, lane: 0, template, startedMs: 0, dueMs: 0, ended }] as const
  })
  const record = { runs, attempts: new Map() } as unknown as JobRecord
  const { status, conditions } = jobStatus(desired, record, { seen: [] })
  return [status, conditions.map(({ code }) => code)]
}

describe('a job without a schedule', () => {
  test('is as the run of this version went', () => {
    expect(statusAfter('other', templateOf(workload))).toEqual(['Failed', ['RUN_FAILED']])
  })

  test('has yet to run while only versions before it have', () => {
    expect(statusAfter('other')).toEqual(['Pending', []])
  })

  test('that goes back to a version that has run has yet to run again', () => {
    expect(statusAfter(templateOf(workload), 'other')).toEqual(['Pending', []])
  })
})
