import { describe, expect, test } from 'vitest'
import { type DesiredWorkload, type Instance, templateOf } from '../spec/index.ts'
import { flatWorkload } from '../spec/testing/flat.ts'
import { canariesUnderWay, isUnderWay } from './index.ts'

const workload = flatWorkload({ name: 'web', replicas: 2, source: { image: 'b' } })
const desired: DesiredWorkload = { workload, owner: 'f' as never, generation: 2 }
const runs = (index: number, change: Partial<Instance> = {}): Instance => ({
  ...{ id: `web-${index}`, workload: 'web', index, generation: 2, template: templateOf(workload) },
  ...{ node: 'n' as never, status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
  ...change,
})
const old = { template: 'old', generation: 1 }

describe('a change is under way', () => {
  test('while something of an earlier version runs', () => {
    expect(isUnderWay(desired, [runs(0), runs(1, old)])).toBe(true)
    expect(isUnderWay(desired, [runs(0), runs(1)])).toBe(false)
    expect(isUnderWay(desired, [runs(0), runs(1, { ...old, status: 'Stopping' })])).toBe(false)
    expect(isUnderWay(desired, [runs(0), runs(1, { ...old, workload: 'api' })])).toBe(false)
  })

  test('while something of an earlier version is down for a moment, and not once it has ended for good', () => {
    const at = '2026-11-27T08:00:00.000Z'
    const down = { ...old, status: 'Failed', health: 'unknown', startedAt: at } as const
    const gone = { ...down, ended: { at } }
    expect(isUnderWay(desired, [runs(0), runs(1, down)])).toBe(true)
    expect(isUnderWay(desired, [runs(0), runs(1, gone)])).toBe(false)
    const rollout = { ...workload.rollout, kind: 'canary' as const }
    const canary = { ...desired, workload: { ...workload, rollout } }
    expect(canariesUnderWay([canary], () => [runs(0), runs(1, down)])).toEqual(new Set(['web']))
    expect(canariesUnderWay([canary], () => [runs(0), runs(1, gone)])).toEqual(new Set())
  })

  test('while nothing of the present one serves, and not for want of a copy', () => {
    expect(isUnderWay(desired, [])).toBe(true)
    expect(isUnderWay(desired, [runs(0, { health: 'unknown' })])).toBe(true)
    expect(isUnderWay(desired, [runs(0)])).toBe(false)
  })

  test('of no job, and of nothing that sleeps', () => {
    const asleep = { ...desired, workload: { ...workload, replicas: 0 } }
    expect(isUnderWay(asleep, [])).toBe(false)
    const job = { completions: 1, parallelism: 1 } as never
    expect(isUnderWay({ ...desired, workload: { ...workload, job } }, [])).toBe(false)
  })
})
