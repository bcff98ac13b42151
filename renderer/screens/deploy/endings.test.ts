import { describe, expect, it } from 'vitest'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { makeInstance, makeWorkload } from '../../testing/shapes.ts'
import { type Ending, endingOf } from './endings.ts'

const JOB = { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 0 }
const serves = (status: WorkloadView['status']) => makeWorkload({ name: 'web', status })
const ENDED = '2026-01-01T00:00:00.000Z'
const NO_IMAGE = { code: 'IMAGE_NOT_FOUND', message: 'Nobody has it.' }
const withCopy = (part: Partial<WorkloadView['instances'][number]>) => ({
  ...serves('Failed'),
  instances: [{ ...makeInstance({ nodeName: 'ada' }), ...part }],
})
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
    [[withCopy({ reason: { code: 'NOT_RUNNABLE', message: 'No such program.' } })], 'stuck'],
    [[withCopy({ ended: { at: ENDED, exitCode: 1 } })], 'stuck'],
    [[withCopy({ ended: { at: ENDED, exitCode: 0 } })], 'underWay'],
    [[withCopy({ earlier: true, ended: { at: ENDED, exitCode: 1 } })], 'underWay'],
    [[withCopy({ reason: { code: 'IMAGE_PULL', message: 'Again in a minute.' } })], 'underWay'],
    [[withCopy({ status: 'Failed', reason: NO_IMAGE })], 'stuck'],
    [[withCopy({ status: 'Pulling', reason: NO_IMAGE })], 'underWay'],
    [[serves('Running'), withCopy({ ended: { at: ENDED, exitCode: 1 } })], 'stuck'],
  ])('case %#', (workloads, ending) => {
    expect(endingOf(workloads)).toBe(ending)
  })
})
