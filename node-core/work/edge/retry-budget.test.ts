import { expect, it } from 'vitest'
import { RETRIES_PER_SECOND, RETRIES_SAVED_MAX, RETRY_SHARE } from './limits.ts'
import { createRetryBudget } from './retry-budget.ts'

const spendAll = (budget: ReturnType<typeof createRetryBudget>, nowMs: number): number => {
  let spent = 0
  while (budget.spend('web', nowMs)) spent++
  return spent
}

it('starts full, and is earned back by requests and by time', () => {
  const budget = createRetryBudget()
  expect(spendAll(budget, 0)).toBe(RETRIES_SAVED_MAX)
  for (let i = 0; i < 52; i++) budget.earn('web')
  expect(spendAll(budget, 0)).toBe(Math.floor(52 * RETRY_SHARE))
  expect(spendAll(budget, 2_000)).toBe(2 * RETRIES_PER_SECOND)
  expect(spendAll(budget, 3_600_000)).toBe(RETRIES_SAVED_MAX)
})

it('is each workload’s own', () => {
  const budget = createRetryBudget()
  spendAll(budget, 0)
  expect(budget.spend('other', 0)).toBe(true)
})
