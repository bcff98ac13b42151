import { expect, test } from 'vitest'
import { runsText } from './runs-text.ts'

type Run = Parameters<typeof runsText>[1][number]
const at = '2026-01-01T00:00:00.000Z'
const result = (index: number, exitCode?: number): Run['results'][number] => ({
  ...{ index, attempt: 1, node: 'n', nodeName: 'attic', endedAt: at },
  outcome: exitCode === undefined ? 'lost' : exitCode === 0 ? 'succeeded' : 'failed',
  ...(exitCode !== undefined && { exitCode }),
})
const run = (results: Run['results'], more = 0): Run => {
  const succeeded = results.filter(({ outcome }) => outcome === 'succeeded').length
  const failed = results.length - succeeded
  return { run: 3, dueAt: at, outcome: 'running', succeeded: succeeded + more, failed, results }
}
const how = (one: Run) => runsText('mill', [one], false).split('\n').at(-1)?.trim()

test('a run says of all of its slots how they ended, and of one where', () => {
  expect(how(run([0, 1, 2, 3].map((index) => result(index, 0))))).toMatch(
    /4 {2,}0 {2,}4 × exit code 0$/,
  )
  expect(how(run([result(2, 1), result(3), result(0, 0), result(1, 0)], 5))).toMatch(
    /1 × exit code 1, 1 × lost, 2 × exit code 0, 5 more$/,
  )
  expect(how(run([result(0, 7)]))).toMatch(/on attic: exit code 7$/)
})

test('each slot is listed where that is asked for', () => {
  const one = run([result(1, 1), result(0, 0)])
  expect(runsText('mill', [one], false)).not.toContain('attic')
  const lines = runsText('mill', [one], true).split('\n')
  expect(lines.filter((line) => line.includes('attic'))).toEqual([
    expect.stringMatching(/^3 .*attic .*exit code 1$/),
    expect.stringMatching(/^3 .*attic .*exit code 0$/),
  ])
})
