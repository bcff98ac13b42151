import { expect, it } from 'vitest'
import { runSeveral, withinMsFor } from './several.ts'

it('gives many as long as many need, and tells of those whose turn did not come', async () => {
  // A quarter of an hour for all was over with half of them on a busy computer.
  expect(withinMsFor(340)).toBeGreaterThan(2 * 15 * 60_000)
  expect(withinMsFor(1)).toBeLessThan(5 * 60_000)
  const slow = () => new Promise<string[]>((resolve) => setTimeout(resolve, 60, []))
  const jobs = ['a', 'b', 'c'].map((name) => ({ name, run: slow }))
  const { missed } = await runSeveral(jobs, { atOnce: 2, withinMs: 20 })
  expect(missed).toEqual(['c'])
})
