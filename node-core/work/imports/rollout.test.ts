import { expect, test } from 'vitest'
import { importText } from './index.ts'

test('a Deployment takes over by the rules that there are', () => {
  const spec = `paused: true, minReadySeconds: 20, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 0 } }`
  const all = `${spec}, template: { spec: { containers: [{ image: x }] } }`
  const text = `{ apiVersion: v1, kind: Deployment, metadata: { name: x }, spec: { ${all} } }`
  const { rollout: said } = importText({ text }).workloads[0] ?? {}
  expect(said).toEqual({ atOnce: 3, paused: true, warmUpMs: 20_000 })
})

test.each([
  ['minReadySeconds: 0', undefined, 'kept'],
  ['minReadySeconds: 7200', { warmUpMs: 3_600_000 }, 'shorter-warm-up'],
  ['minReadySeconds: soon', undefined, 'wrong-form'],
])('%s is told of', (spec, rollout, code) => {
  const all = `${spec}, template: { spec: { containers: [{ image: x }] } }`
  const text = `{ apiVersion: v1, kind: Deployment, metadata: { name: x }, spec: { ${all} } }`
  const { workloads, report } = importText({ text })
  expect(workloads[0]?.rollout).toEqual(rollout)
  expect(report.find(({ path }) => path.includes('minReadySeconds'))?.code).toBe(code)
})
