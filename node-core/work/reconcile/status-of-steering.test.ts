import { describe, expect, test } from 'vitest'
import { type Autoscale, type DesiredWorkload, type Instance, templateOf } from '../spec/index.ts'
import { type Flat, flatWorkload } from '../spec/testing/flat.ts'
import { scaledReason, workloadStatus } from './index.ts'

const TIMES = { upAfterMs: 0, downAfterMs: 0, idleMs: 1_000, wakeMs: 1_000 }
const desired = (flat: Partial<Flat>, more: Partial<DesiredWorkload> = {}): DesiredWorkload => ({
  workload: flatWorkload({ name: 'web', source: { image: 'a' }, ...flat }),
  ...{ owner: 'f' as never, generation: 3 },
  ...more,
})
const instance = (index: number, template: string): Instance => ({
  ...{ id: `web-${index}-${template}`, workload: 'web', index, generation: 1, template },
  ...{ node: 'n' as never, status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
})
const statusOf = (of: DesiredWorkload, instances: Instance[] = []) => {
  const { status, conditions } = workloadStatus(
    of,
    instances.map((one) => ({ instance: one, lost: false })),
  )
  return { status, codes: conditions.map(({ code }) => code), text: conditions[0]?.message ?? '' }
}

test('what has no copy since nobody asks is asleep, while its last copy ends too', () => {
  const asleep = desired({ replicas: 0, autoscale: { min: 0, max: 2, ...TIMES } })
  for (const instances of [[], [instance(0, 'a')]]) {
    expect(statusOf(asleep, instances)).toMatchObject({ status: 'Asleep', codes: ['ASLEEP'] })
  }
})

test('what sleeps says what wakes it, if anything does', () => {
  const port = { containerPort: 80, protocol: 'tcp' as const }
  const queue = { key: 'web/jobs', perCopy: 10 }
  const said = (ports: NonNullable<Flat['ports']>, more: Partial<Autoscale>, quorum?: boolean) => {
    const of = desired({ replicas: 0, ports, autoscale: { min: 0, max: 2, ...TIMES, ...more } })
    const placed = { unplaced: new Map(), ...(quorum !== undefined && { quorum }) }
    return workloadStatus(of, [], placed).conditions[0]?.message.split('it. ')[1]
  }
  expect(said([port], {})).toBe('The next request wakes it.')
  expect(said([], { queue }, true)).toBe('What comes into its queue wakes it.')
  expect(said([port], { queue })).toBe('The next request wakes it, or what comes into its queue.')
  expect(said([port], { queue }, false)).toContain('the committee is out of reach')
})

describe('why there are as many as there are', () => {
  const rules = { requestsPerSecond: 50, p99Ms: 200, cpuPercent: 70 }
  const scaled = (why: string, measured: number, copies = 4, more: Partial<Autoscale> = {}) =>
    scaledReason(
      desired(
        { replicas: copies, autoscale: { min: 1, max: 4, ...rules, ...TIMES, ...more } },
        { scaled: { copies, why, measured, sinceMs: 0 } },
      ),
    )[0]?.message

  test.each([
    ['REQUESTS', 180, '3 copies, for 180 requests a second, 50 for each.'],
    [
      'LATENCY',
      310,
      '3 copies, since 99 of 100 answers came within 310 ms, and 200 ms are wanted.',
    ],
    ['LATENCY', 0, '3 copies, since too few requests come to say how long they take.'],
    ['PROCESSOR', 1_500, '3 copies, for 1.5 cores in use, 70 % of what each requests.'],
    ['WOKEN', 2, '3 copies, since a request woke it.'],
    ['OTHER', 2, '3 copies, as its bounds say.'],
  ])('by %s', (why, measured, text) => {
    expect(scaled(why, measured, 3)).toBe(text)
  })

  test('and by which bound there may be no more of them', () => {
    const atMost = 'each. More it may not have: autoscale.max is 4.'
    expect(scaled('REQUESTS', 900)).toContain(atMost)
    const ceiling = { cpuMillis: 1_000 }
    const tooDear = 'each. More it may not have: autoscale.ceiling has no room for another.'
    expect(scaled('REQUESTS', 900, 2, { ceiling })).toContain(tooDear)
    expect(scaled('REQUESTS', 900, 4, { ceiling: { cpuMillis: 2_000 } })).toContain(atMost)
    expect(scaledReason(desired({ replicas: 3 }))).toEqual([])
  })
})

describe('a change by blue and green', () => {
  const at = (paused: boolean) => {
    const rollout = { kind: 'blueGreen', atOnce: 1, paused } as const
    return desired({ replicas: 2, rollout })
  }
  const fresh = [0, 1].map((index) => instance(index, templateOf(at(false).workload)))
  const all = [instance(0, 'old'), instance(1, 'old'), ...fresh]

  test('that is paused has not taken over, though all new copies are healthy', () => {
    const paused = statusOf(at(true), all)
    expect(paused).toMatchObject({ status: 'Progressing', codes: ['ROLLOUT_PAUSED'] })
    expect(paused.text).toContain('2 of 2 run the new version; the old one serves.')
  })

  test('is over once the old copies are gone', () => {
    expect(statusOf(at(false), all)).toMatchObject({ status: 'Progressing' })
    expect(statusOf(at(false), fresh)).toMatchObject({ status: 'Running', codes: [] })
    expect(statusOf(at(true), fresh)).toMatchObject({ status: 'Running', codes: [] })
  })
})

test('a change is not over while its copies warm up, and says how many do', () => {
  const warmsUntil = '2026-01-01T00:00:30.000Z'
  const rollout = { kind: 'rolling', atOnce: 1, paused: false, warmUpMs: 30_000 } as const
  const of = desired({ replicas: 1, rollout })
  const fresh = instance(0, templateOf(of.workload))
  const midway = statusOf(of, [instance(0, 'old'), { ...fresh, warmsUntil }])
  expect(midway).toMatchObject({ status: 'Progressing', codes: ['ROLLING_OUT'] })
  expect(midway.text).toBe(
    '0 of 1 run the new version, 1 more warms up; the others serve the old one.',
  )
  // Where nothing was before, there is nothing to wait for.
  expect(statusOf(of, [{ ...fresh, warmsUntil }])).toMatchObject({ status: 'Running', codes: [] })
})

describe('a change by shares', () => {
  const steps = [{ share: 5, forMs: 60_000 }, { share: 30 }]
  const rollout = { kind: 'canary', atOnce: 1, paused: false, steps } as const
  const canary = desired({ replicas: 2, rollout })
  const template = templateOf(canary.workload)
  const both = [instance(0, 'old'), instance(1, 'old'), instance(0, template)]
  const at = (step: number) => ({ ...canary, canary: { template, step, sinceMs: 0 } })

  test('says its share, and what comes next', () => {
    const first = statusOf(canary, both)
    expect(first).toMatchObject({ status: 'Progressing', codes: ['CANARY'] })
    expect(first.text).toBe(
      '5 % of the requests go to the new version; 60 s after its copies are healthy it goes on, if it does no worse.',
    )
    expect(statusOf(at(1), both).text).toContain('30 % of the requests')
    expect(statusOf(at(1), both).text).toContain('it waits to be promoted')
    // Every slot has both, until the old ones have ended.
    const all = [...both, instance(1, template)]
    expect(statusOf(at(2), all).text).toContain('the old copies end')
    expect(statusOf(at(2), all.slice(2)).codes).toEqual([])
  })

  test('that is paused says that, and how it goes on', () => {
    const paused = desired({ replicas: 2, rollout: { ...rollout, paused: true } })
    expect(statusOf(paused, both).codes).toEqual(['ROLLOUT_PAUSED'])
    expect(statusOf(paused, both).text).toContain('To go on: mycelium rollout resume web')
  })

  test('that went back says why, until something else takes its place', () => {
    const text = (failed: NonNullable<DesiredWorkload['canary']>['failed'], generation = 3) => {
      const back = { template: 'new', step: 0, sinceMs: 0, ...(failed && { failed }) }
      const { conditions } = workloadStatus(desired({ rollout }, { generation, canary: back }), [])
      return conditions.map(({ message }) => message).join()
    }
    const errors = { why: 'ERRORS', generation: 2, measured: 125, before: 3 }
    expect(text(errors)).toBe(
      'Generation 2 was taken back: 12.5 % of its answers were errors, of the old version’s 0.3 %.',
    )
    expect(text({ why: 'LATENCY', generation: 2, measured: 90, before: 20 })).toContain('90 ms')
    expect(text({ why: 'UNHEALTHY', generation: 2 })).toContain('did not become healthy.')
    const waited = { why: 'UNHEALTHY', generation: 2, measured: 600 }
    expect(text(waited)).toContain('did not become healthy in 600 s.')
    expect(text({ why: 'IMAGE_NOT_FOUND', generation: 2, measured: 121 })).toBe(
      'Generation 2 was taken back: for 121 s it could not be started, since nobody in reach has its image, and no registry gives it.',
    )
    expect(text(errors, 4)).toBe('')
  })
})
