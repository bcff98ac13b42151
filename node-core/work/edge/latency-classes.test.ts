import { expect, test } from 'vitest'
import { LATENCY_CLASSES_MS, latencyClassOf } from './latency-classes.ts'

test('are whole milliseconds, and none is wider than a tenth', () => {
  expect(LATENCY_CLASSES_MS.slice(0, 14)).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  ])
  for (const [at, boundMs] of LATENCY_CLASSES_MS.entries()) {
    const belowMs = LATENCY_CLASSES_MS[at - 1] ?? 0
    expect(boundMs).toBeLessThanOrEqual(Math.max(belowMs + 1, belowMs * 1.1))
  }
  expect(LATENCY_CLASSES_MS.at(-1)).toBe(3_600_000)
  expect(LATENCY_CLASSES_MS.length).toBe(150)
})

test.each([
  [0, 1],
  [1, 1],
  [1.2, 2],
  [10, 10],
  [20.5, 22],
  [110, 113],
  [1e9, 3_600_000],
])('%s ms are in the class up to %s ms', (latencyMs, classMs) => {
  expect(latencyClassOf(latencyMs)).toBe(classMs)
})

test('each bound is in its own class', () => {
  expect(LATENCY_CLASSES_MS.map(latencyClassOf)).toEqual(LATENCY_CLASSES_MS)
})
