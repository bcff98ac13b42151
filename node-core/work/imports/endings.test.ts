import { expect, test } from 'vitest'
import { importText } from './index.ts'

const POD =
  '{ kind: Pod, apiVersion: v1, metadata: { name: x }, spec: { containers: [{ image: a }] } }'

test.each([
  ['services: { x: { image: a } }', 10_000],
  ['docker run a', 10_000],
  [POD, 30_000],
])('it has as long to end as where it comes from, though nothing is said: %s', (text, graceMs) => {
  expect(importText({ text }).workloads[0]?.graceMs).toBe(graceMs)
})
