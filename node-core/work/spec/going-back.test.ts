import { describe, expect, test } from 'vitest'
import {
  applyChange,
  beforeAndBegin,
  goneBack,
  parseWorkload,
  staying,
  templateOf,
  type Workload,
} from './index.ts'
import { RULE_FIELDS } from './template.ts'

const rollout = { kind: 'canary', steps: [{ share: 20 }] }
const ports = [{ containerPort: 80 }]
const old = parseWorkload({
  ...{ name: 'web', replicas: 2, labels: { team: 'garden' }, rollout },
  containers: [{ name: 'web', image: 'web:1', ports }],
})
/** The bad version came with a priority of its own. */
const bad = applyChange(old, { image: 'web:2', priority: 7 })
const back = (now: Workload, before = old) => goneBack(now, bad, before)

describe('a version that goes back', () => {
  test('takes all with it that it changed', () => {
    expect(back(bad)).toEqual(old)
  })

  test.each([
    ['access', { edge: { access: 'members' } }],
    ['placement', { placement: { spread: 'owner' } }],
    ['a label', { labels: { team: 'kitchen' } }],
    ['how many copies', { replicas: 5 }],
    ['a budget', { disruption: { minAvailable: 1 } }],
    ['the steps', { rollout: { kind: 'canary', steps: [{ share: 50 }] } }],
    ['scaling', { autoscale: { min: 2, max: 3, requestsPerSecond: 9 } }],
  ])('leaves %s as it was set since', (_, change) => {
    expect(back(applyChange(bad, change))).toEqual(applyChange(old, change))
  })

  test('leaves gone what was taken away since', () => {
    const before = applyChange(old, { disruption: { minAvailable: 1 } })
    const began = applyChange(before, { image: 'web:2' })
    const { disruption: _, ...now } = began
    expect(goneBack(now, began, before)).toEqual(old)
  })

  test('takes what was said again, as it was, for what it is', () => {
    expect(staying(applyChange(bad, { edge: { access: 'public' } }), bad, old)).toEqual([
      'replicas',
    ])
  })

  test('to or from what is scaled by what is measured takes its count along', () => {
    const scaled = applyChange(old, { autoscale: { min: 2, max: 3, requestsPerSecond: 9 } })
    const began = applyChange(scaled, { image: 'web:2' })
    expect(goneBack(began, began, scaled)).toEqual(scaled)
  })

  test('is not held because the one before was', () => {
    const held = applyChange(old, { rollout: { paused: true } })
    expect(back(bad, held).rollout).toEqual(bad.rollout)
  })
})

test('it began as the first that ran what runs now', () => {
  const later = applyChange(bad, { priority: 9 })
  const past = [later, bad, old].map((workload) => ({ workload }))
  const now = applyChange(later, { priority: 11 })
  expect(beforeAndBegin(now, past)).toEqual({ before: { workload: old }, began: bad })
  expect(beforeAndBegin(bad, [{ workload: old }])?.began).toBe(bad)
  expect(beforeAndBegin(bad, [])).toBeUndefined()
})

test('no rule is part of what an instance is made of', () => {
  const all = applyChange(old, {
    ...{ labels: {}, placement: { spread: 'owner' }, rollout: { kind: 'rolling' } },
    ...{ onPartition: 'stop', restart: { when: 'never' }, graceMs: 1, priority: 3 },
    ...{ edge: { access: 'members' }, disruption: { minAvailable: 1 }, replicas: 9 },
  })
  const changed = RULE_FIELDS.filter((field) => all[field] !== old[field])
  expect(changed).toEqual(
    RULE_FIELDS.filter((field) => !['job', 'paused', 'autoscale'].includes(field)),
  )
  expect(templateOf(all)).toBe(templateOf(old))
})
