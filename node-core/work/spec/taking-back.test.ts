import { describe, expect, test } from 'vitest'
import {
  applyChange,
  isSameVersion,
  parseWorkload,
  takenBack,
  versionDifferences,
} from './index.ts'

const ports = [{ containerPort: 80 }]
const WEB = { name: 'web', containers: [{ name: 'web', image: 'web:1', ports }] }
const web = parseWorkload(WEB)
const job = parseWorkload({ ...WEB, job: { completions: 2, schedule: { cron: '@daily' } } })

describe('a version', () => {
  test.each([
    ['the count', web, { replicas: 5 }],
    ['a pause', web, { rollout: { paused: true } }],
    ['a paused schedule', job, { job: { schedule: { paused: true } } }],
    ['what is so unless said', web, { edge: { access: 'public' } }],
  ])('is not made by %s', (_, before, change) => {
    const after = applyChange(before, change)
    expect(isSameVersion(before, after)).toBe(true)
    expect(versionDifferences(before, after)).toEqual([])
  })

  test.each([
    ['labels', web, { labels: { team: 'garden' } }, 'labels.team'],
    ['placement', web, { placement: { spread: 'owner' } }, 'placement.spread'],
    ['access', web, { edge: { access: 'members' } }, 'edge.access'],
    ['autoscale', web, { autoscale: { max: 3, requestsPerSecond: 9 } }, 'autoscale.max'],
    ['a budget', web, { disruption: { minAvailable: 1 } }, 'disruption.minAvailable'],
    ['the rollout', web, { rollout: { atOnce: 2 } }, 'rollout.atOnce'],
    ['a restart rule', web, { restart: { when: 'never' } }, 'restart.when'],
    ['priority', web, { priority: 'high' }, 'priority'],
    ['a schedule', job, { job: { schedule: { cron: '@hourly' } } }, 'job.schedule.cron'],
    ['an image', web, { image: 'web:2' }, 'containers.web.image'],
  ])('is made by %s, which comes back', (_, before, change, path) => {
    const after = applyChange(before, change)
    expect(isSameVersion(before, after)).toBe(false)
    expect(versionDifferences(before, after).map((one) => one.path)).toContain(path)
    expect(takenBack(after, before)).toEqual(before)
  })
})

describe('taking back', () => {
  test('leaves as many copies as there are, and of a job what the job says', () => {
    expect(takenBack(applyChange(web, { replicas: 4, priority: 5 }), web).replicas).toBe(4)
    const more = applyChange(job, { job: { completions: 6 } })
    expect(takenBack(more, job)).toEqual(job)
  })

  test('from or to what is scaled by what is measured begins with its own count', () => {
    const counted = applyChange(web, { replicas: 7 })
    const scaled = applyChange(counted, { autoscale: { min: 2, max: 3, requestsPerSecond: 9 } })
    expect(takenBack(scaled, counted).replicas).toBe(7)
    expect(takenBack(counted, scaled).replicas).toBe(scaled.replicas)
  })

  test('of a service in the place of a job begins with its own count', () => {
    const served = applyChange(web, { replicas: 4 })
    expect(takenBack(job, served).replicas).toBe(4)
  })

  test('leaves a schedule paused, and a held change held where no copy is replaced', () => {
    const paused = applyChange(job, { job: { retries: 7, schedule: { paused: true } } })
    expect(takenBack(paused, job).job).toMatchObject({ retries: 3, schedule: { paused: true } })
    const held = applyChange(web, { priority: 5, rollout: { paused: true } })
    expect(takenBack(held, web).rollout.paused).toBe(true)
    const changed = applyChange(held, { image: 'web:2' })
    expect(takenBack(changed, web).rollout.paused).toBe(false)
  })
})
