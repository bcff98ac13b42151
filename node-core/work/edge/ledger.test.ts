import { expect, it } from 'vitest'
import type { EdgeRequest } from './index.ts'
import { createLedger, quantileMs } from './ledger.ts'
import { REQUESTS_KEPT_MAX } from './limits.ts'
import { createRateLimiter } from './rate-limiter.ts'

const request = (more: Partial<EdgeRequest>): EdgeRequest => ({
  ...{ atMs: 0, workload: 'web', method: 'GET', path: '/', status: 200 },
  ...{ tookMs: 1, bytes: 1, client: 'c' },
  ...more,
})

it('keeps the last so many requests in their order, and counts them all', () => {
  const ledger = createLedger()
  const count = REQUESTS_KEPT_MAX + 3
  for (let atMs = 0; atMs < count; atMs++) ledger.add(request({ atMs }))
  const kept = ledger.list({ limit: count }).map(({ atMs }) => atMs)
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([REQUESTS_KEPT_MAX, 3, count - 1])
  expect(ledger.list({ limit: 2 }).map(({ atMs }) => atMs)).toEqual([count - 2, count - 1])
  expect(ledger.list({ limit: 0 })).toEqual([])
  expect(ledger.counted().get('web')?.byClass).toEqual([0, count, 0, 0, 0])
})

it('tells under which bound a share of the answers stayed', () => {
  const ledger = createLedger()
  for (let i = 0; i < 98; i++) ledger.add(request({ tookMs: 7 }))
  for (const tookMs of [400, 60_000]) ledger.add(request({ tookMs }))
  const counts = ledger.counted().get('web')!
  expect([0.5, 0.98, 0.99, 1].map((share) => quantileMs(counts, share))).toEqual([
    10, 10, 500, 10_000,
  ])
  expect(quantileMs({ ...counts, buckets: counts.buckets.map(() => 0) }, 0.5)).toBeUndefined()
})

it('lets a client have its burst, then one for each step of time', () => {
  const limiter = createRateLimiter()
  const rate = { perMinute: 180, burst: 5 }
  const passed = (nowMs: number): number => {
    let count = 0
    while (limiter.take('c', rate, nowMs) === 0) count++
    return count
  }
  expect(passed(0)).toBe(5)
  expect(limiter.take('c', rate, 0)).toBeCloseTo(1_000 / 3)
  expect(limiter.take('d', rate, 0)).toBe(0)
  expect(passed(1_000)).toBe(3)
  expect(passed(60_000)).toBe(5)
})
