import { expect, it } from 'vitest'
import { countsOf } from './lanes.ts'

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
