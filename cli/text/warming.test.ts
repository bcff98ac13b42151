import { expect, test } from 'vitest'
import { warming } from './warming.ts'

test('says how long a copy warms up, and nothing of one that is warm or out of sight', () => {
  const warmsUntil = '2026-01-01T00:01:00.000Z'
  const nowMs = Date.parse('2026-01-01T00:00:20.000Z')
  expect(warming({ warmsUntil, lost: false }, nowMs)).toBe('Warming up, 40s left.')
  expect(warming({ warmsUntil, lost: false }, nowMs + 60_000)).toBe('Warming up.')
  expect(warming({ warmsUntil, lost: true }, nowMs)).toBe('')
  expect(warming({ lost: false }, nowMs)).toBe('')
})
