import { describe, expect, test } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm, templateOf } from './index.ts'
import { refusal } from './testing/refusal.ts'

const web = (more: object = {}) =>
  parseWorkload({ name: 'web', containers: [{ image: 'a' }], ...more })

describe('what becomes of an ended instance', () => {
  test('is filled up: it is started again, with one to sixty seconds between', () => {
    expect(web().restart).toEqual({ when: 'always', backoffMs: 1_000, backoffMsMax: 60_000 })
    expect(web().graceMs).toBe(5_000)
  })

  test('takes the time that was not said from the one that was', () => {
    expect(web({ restart: { backoffMs: 90_000 } }).restart).toMatchObject({ backoffMsMax: 90_000 })
    expect(web({ restart: { backoffMsMax: 300 } }).restart).toMatchObject({ backoffMs: 300 })
  })

  test.each([
    [{ restart: { when: 'sometimes' } }, ['restart.when']],
    [{ restart: { backoffMs: 5_000, backoffMsMax: 1_000 } }, ['restart.backoffMsMax']],
    [{ restart: { when: 'never', atMost: 3 } }, ['restart.atMost']],
    [{ restart: { atMost: 0 } }, ['restart.atMost']],
    [{ graceMs: -1 }, ['graceMs']],
    [{ graceMs: 3_600_001 }, ['graceMs']],
  ])('%j is refused by its field', (more, paths) => {
    expect(refusal(() => web(more))).toEqual(paths)
  })

  test('changes without anything being started anew', () => {
    const before = web({ restart: { when: 'onFailure', atMost: 3 } })
    const after = applyChange(before, { restart: { backoffMs: 200 }, graceMs: 60_000 })
    expect(after.restart).toEqual({ ...before.restart, backoffMs: 200 })
    expect(applyChange(before, { restart: { when: 'never' } }).restart.atMost).toBeUndefined()
    expect(templateOf(after)).toBe(templateOf(before))
    expect(templateOf(web())).toBe(TEMPLATE_BEFORE)
  })

  test('was not written by earlier releases', () => {
    const { restart: _, graceMs: __, ...earlier } = web()
    expect(parseStoredWorkload(storedForm(earlier))).toEqual(web())
  })
})

/** As the release before restart rules hashed the same workload: its instances are not replaced. */
const TEMPLATE_BEFORE = '5c0af4eebb3c6aeb'
