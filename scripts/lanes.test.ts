import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { countsOf, lanesOf, nameOf, runLanes } from './lanes.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const FILES = globSync('e2e/*.e2e.ts', { cwd: ROOT }).sort()

const SAID = `▶ outer
  ✔ good (0.598831ms)
  ✖ bad thing (0.989341ms)
  ﹣ left (0.194159ms) # SKIP
✖ outer (2.833653ms)
ℹ tests 4
ℹ pass 1
ℹ fail 1
ℹ cancelled 1
ℹ skipped 1

✖ failing tests:

test at x.e2e.ts:3:49
✖ bad thing (0.989341ms)
  AssertionError [ERR_ASSERTION]: told
      at TestContext.<anonymous> (file:///here/x.e2e.ts:3:78)
      at Test.run (node:internal/test_runner/test:1402:25)

test at x.e2e.ts:4:76
✖ x
  'test did not finish before its parent and was cancelled'
`

it('tells by name what failed, why, and what was skipped; one cut short failed too', () => {
  expect(countsOf(SAID, 'e2e/x.e2e.ts')).toEqual({
    ...{ passed: 1, failed: 2, skipped: 1 },
    failures: [
      'e2e/x.e2e.ts > bad thing\n    AssertionError [ERR_ASSERTION]: told\n' +
        '    at TestContext.<anonymous> (file:///here/x.e2e.ts:3:78)',
      "e2e/x.e2e.ts > x\n    'test did not finish before its parent and was cancelled'",
    ],
    left: ['e2e/x.e2e.ts > left'],
  })
})

it('has every file in one lane, or for any of them', () => {
  const { own, shared } = lanesOf(FILES)
  expect([...own.flat(), ...shared].sort()).toEqual(FILES)
})

it('puts a new file among those with engines, and names no file that is gone', () => {
  const { own } = lanesOf([...FILES, 'e2e/of-tomorrow.e2e.ts'])
  expect(own[0]?.map(nameOf)).toContain('of-tomorrow')
  expect(() => lanesOf(FILES.filter((file) => nameOf(file) !== 'seeds'))).toThrow('e2e/seeds')
})

it('runs what is shared where a lane has nothing left, and each file once', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-lanes-'))
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    const made = (name: string, ms: number): string => {
      const file = path.join(folder, `${name}.e2e.ts`)
      const test = `it('${name}', () => new Promise((done) => setTimeout(done, ${ms})))`
      writeFileSync(file, `import { it } from 'node:test'\n${test}\n`)
      return file
    }
    const [long, ...short] = [made('long', 1_500), made('own', 0), made('a', 0), made('b', 0)]
    const [own = '', ...shared] = short
    const options = { cwd: folder, env: process.env }
    const { passed, failed } = await runLanes({ own: [[long!], [own], []], shared }, options)
    expect([passed, failed]).toEqual([4, 0])
    const ended = log.mock.calls.flat().flatMap((said) => /^\n-- (.*),/.exec(said)?.[1] ?? [])
    expect(ended).toHaveLength(4)
    expect(ended.at(-1)).toBe(long)
  } finally {
    log.mockRestore()
    rmSync(folder, { recursive: true })
  }
})
