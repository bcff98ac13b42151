import { describe, expect, it } from 'vitest'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import { type Ending, endingOf } from './endings.ts'

const JOB = { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 0 }
const serves = (status: WorkloadView['status']) => makeWorkload({ name: 'web', status })
const job = (status: WorkloadView['status']) => makeWorkload({ name: 'backup', status, job: JOB })

describe('how far what was deployed has come', () => {
  it.each<[(WorkloadView | undefined)[], Ending]>([
    [[undefined], 'underWay'],
    [[serves('Progressing')], 'underWay'],
    [[serves('Running')], 'runs'],
    [[serves('Running'), serves('Pending')], 'underWay'],
    [[serves('Asleep')], 'taken'],
    [[serves('Running'), job('Scheduled')], 'taken'],
    [[job('Succeeded')], 'taken'],
    [[job('Failed')], 'failed'],
    [[serves('Running'), job('Failed')], 'failed'],
    [[serves('Failed')], 'underWay'],
  ])('case %#', (workloads, ending) => {
    expect(endingOf(workloads)).toBe(ending)
  })
})
