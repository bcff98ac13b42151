import { describe, expect, test } from 'vitest'
import { staying } from './going-back.ts'
import {
  applyChange,
  copiesOf,
  goneBack,
  isSameVersion,
  parseStoredWorkload,
  parseWorkload,
  pausedFrom,
  restartedFrom,
  resumedFrom,
  storedForm,
  takenBack,
  templateOf,
  versionDifferences,
} from './index.ts'

const ports = [{ containerPort: 80 }]
const web = parseWorkload({ name: 'web', replicas: 3, containers: [{ image: 'a', ports }] })
const scaled = parseWorkload({
  ...{ name: 'web', containers: [{ image: 'a', ports }] },
  autoscale: { min: 2, max: 9, requestsPerSecond: 10 },
})
const said = { at: '2026-11-28T15:00:00.000Z', by: 'f'.repeat(64) as never }
const paused = pausedFrom(web, said)

test('what is paused wants no copy, and as many as before once it goes on', () => {
  expect(paused).toMatchObject({ replicas: 0, paused: { ...said, copies: 3 } })
  expect(resumedFrom(paused)).toEqual(web)
  expect(resumedFrom(web)).toBe(web)
  const decided = { copies: 5, why: 'REQUESTS', sinceMs: 0 }
  expect(copiesOf(pausedFrom(scaled, said), decided)).toBe(0)
  expect(copiesOf(resumedFrom(pausedFrom(scaled, said)), decided)).toBe(5)
})

test('who paused it first stays', () => {
  const again = pausedFrom(paused, { at: '2026-11-29T00:00:00.000Z', by: 'e'.repeat(64) as never })
  expect(again).toBe(paused)
})

test('it is stored and read back; a copy of it is none of another version', () => {
  expect(parseStoredWorkload(storedForm(paused))).toEqual(paused)
  expect(templateOf(paused)).toBe(templateOf(web))
  const wrong = { ...(storedForm(paused) as object), paused: { ...said, by: 'me', copies: 3 } }
  expect(parseStoredWorkload(wrong)).toBeUndefined()
})

describe('what is changed meanwhile counts once it goes on', () => {
  test.each([
    ['a number', { replicas: 5 }, { replicas: 5 }],
    ['a rule', { priority: 'high' }, { replicas: 3, priority: 100 }],
    [
      'all of it',
      { manifest: JSON.stringify({ containers: [{ image: 'b', ports }] }) },
      { replicas: 3 },
    ],
    ['that it is scaled', { autoscale: { min: 2, max: 4, cpuPercent: 50 } }, { replicas: 2 }],
  ])('%s', (_, patch, then) => {
    const now = applyChange(paused, patch)
    expect(now).toMatchObject({ replicas: 0, paused: said })
    expect(resumedFrom(now)).toMatchObject(then)
  })

  test('and what is refused is refused', () => {
    expect(() => applyChange(paused, { replicas: -1 })).toThrow()
  })

  test('a restart, and the way back to what was never paused', () => {
    const desired = { workload: paused, owner: said.by, generation: 7 }
    expect(restartedFrom(desired)).toMatchObject({ replicas: 0, restarted: 7 })
    const earlier = parseWorkload({ name: 'web', containers: [{ image: 'b', ports }] })
    for (const back of [takenBack(paused, earlier), goneBack(paused, paused, earlier)]) {
      expect(back).toMatchObject({ replicas: 0, paused: { ...said, copies: 3 } })
      expect(templateOf(back)).toBe(templateOf(earlier))
    }
  })
})

test('a pause is no version, and comes back with none', () => {
  expect(isSameVersion(web, paused)).toBe(true)
  expect(versionDifferences(web, paused)).toEqual([])
  expect(takenBack(web, paused)).toEqual(web)
  // What the registry puts together has of the two the one that is said now.
  expect(staying(web, web, paused)).toContain('paused')
})
