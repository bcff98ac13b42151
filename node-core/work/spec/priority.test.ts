import { describe, expect, test } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm, templateOf } from './index.ts'
import { refusal } from './testing/refusal.ts'

const web = (more: object = {}) =>
  parseWorkload({ name: 'web', containers: [{ image: 'a' }], ...more })

describe('priority', () => {
  test.each([
    ['low', -100],
    ['high', 100],
    ['critical', 1_000],
    [7, 7],
    [-1_000, -1_000],
  ])('%s is %i', (priority, count) => {
    expect(web({ priority }).priority).toBe(count)
  })

  test('of the middle is what nobody has said', () => {
    expect(web({ priority: 'normal' })).toEqual(web())
    expect(applyChange(web({ priority: 'high' }), { priority: 'normal' })).toEqual(web())
    expect(applyChange(web({ priority: 'high' }), { replicas: 2 }).priority).toBe(100)
  })

  test.each(['highest', 1.5, 1_001, -1_001, null])('%s is refused', (priority) => {
    expect(refusal(() => web({ priority }))).toEqual(['priority'])
  })
})

describe('a disruption budget', () => {
  test('says one of two', () => {
    expect(web({ disruption: { minAvailable: 2 } }).disruption).toEqual({ minAvailable: 2 })
    expect(web({ disruption: { maxUnavailable: 0 } }).disruption).toEqual({ maxUnavailable: 0 })
    const both = { minAvailable: 1, maxUnavailable: 1 }
    expect(refusal(() => web({ disruption: both }))).toEqual(['disruption'])
    expect(refusal(() => web({ disruption: { minAvailable: -1 } }))).toEqual([
      'disruption.minAvailable',
    ])
  })

  test('is changed as a whole, and taken away by none', () => {
    const one = web({ disruption: { minAvailable: 2 } })
    expect(applyChange(one, { disruption: { maxUnavailable: 1 } }).disruption).toEqual({
      maxUnavailable: 1,
    })
    expect(applyChange(one, { disruption: {} })).toEqual(web())
    expect(applyChange(one, { replicas: 2 }).disruption).toEqual({ minAvailable: 2 })
  })

  test('is nothing for what runs to its end', () => {
    const body = { job: {}, disruption: { minAvailable: 1 } }
    expect(refusal(() => web(body))).toEqual(['disruption'])
  })
})

test('both read back as they were stored, and start nothing anew', () => {
  const said = web({ priority: 'low', disruption: { maxUnavailable: 1 } })
  expect(parseStoredWorkload(storedForm(said))).toEqual(said)
  expect(templateOf(said)).toBe(templateOf(web()))
})
