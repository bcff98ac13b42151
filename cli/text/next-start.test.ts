import { expect, test } from 'vitest'
import { nextStart } from './next-start.ts'

const at = (startsAt: string | undefined, restarts = 0, lost = false) =>
  nextStart({ ...(startsAt !== undefined && { startsAt }), restarts, lost }, Date.parse(NOW))
const NOW = '2026-11-20T10:00:00.000Z'

test.each([
  ['2026-11-20T10:00:07.200Z', 0, 'Next start in 8s.'],
  ['2026-11-20T10:00:40.000Z', 4, 'Next start in 40s; after each failure it waits longer.'],
  ['2026-11-20T09:59:59.000Z', 1, 'Next start now.'],
  ['2026-11-20T09:59:24.000Z', 1, 'Its next start was due 36s ago.'],
  [undefined, 4, ''],
] as const)('what is due at %s after %d restarts', (startsAt, restarts, text) => {
  expect(at(startsAt, restarts)).toBe(text)
})

test('nothing is promised for a computer out of sight', () => {
  expect(at('2026-11-20T10:00:40.000Z', 1, true)).toBe('')
})
