import { describe, expect, it } from 'vitest'
import { contract } from '../../../node-core/api/contract/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import { parseScratch } from './bounds.ts'
import { parseEgress } from './egress.ts'
import { EMPTY_RULES, type RulesForm, rulesChange, rulesFrom } from './rules.ts'
import { parseShares, parseTimes } from './takeover.ts'
import { wrongRulesOf } from './wrong-fields.ts'

const TIMES = { upAfterMs: 15_000, downAfterMs: 300_000, idleMs: 300_000, wakeMs: 30_000 }
const plain = makeWorkload({ name: 'web', replicas: 2 })
const scaled = makeWorkload({
  ...{ name: 'web', replicas: 3, priority: 42, egress: [{ host: 'a.example', ports: [443] }] },
  autoscale: { min: 1, max: 5, cpuPercent: 70, ceiling: { cpuMillis: 4_000 }, ...TIMES },
  rollout: { kind: 'canary', atOnce: 1, paused: false, steps: [{ share: 10, forMs: 120_000 }] },
  disruption: { minAvailable: 1 },
})

/** What the form of a workload asks for, once these of its fields are others. */
function asked(of: typeof plain, part: Partial<RulesForm>, isJob = false) {
  const before = rulesFrom(of)
  const change = rulesChange(before, { ...before, ...part }, isJob)
  const schema = contract.workloads.change['~orpc'].inputSchema
  const checked = schema?.['~standard'].validate({ name: 'web', ...change })
  expect(checked).not.toHaveProperty('issues')
  return change
}

describe('a change', () => {
  it.each<[Partial<RulesForm>, string[]]>([
    [{ reach: 'list', egress: 'a.org:443\nb.org\nc.org:443' }, ['egress']],
    [{ reach: 'none', egress: 'b.org' }, []],
    [{ rollout: 'canary', shares: '5, 25, 50', shareMinutes: '5, 10' }, ['shareMinutes']],
    [{ rollout: 'canary', shares: '5, 25, 50', shareMinutes: '5, 10, -' }, []],
    [{ rollout: 'canary', shares: 'some', shareMinutes: '5, 10' }, ['shares']],
    [{ rollout: 'canary', shares: '5', shareMinutes: 'x' }, ['shareMinutes']],
    [{ rollout: 'rolling', shares: 'some' }, []],
  ])('says of %o which fields cannot be read', (part, fields) => {
    expect(wrongRulesOf({ ...EMPTY_RULES, ...part }, false)).toEqual(fields)
  })

  it('asks for nothing that is as it was', () => {
    expect(asked(plain, {})).toEqual({})
    expect(asked(scaled, {})).toEqual({})
  })

  it('starts from what the workload is', () => {
    expect(rulesFrom(scaled)).toEqual({
      ...EMPTY_RULES,
      ...{ replicas: 3, scaling: 'needed', least: 1, most: 5, cpuPercent: '70', ceilingCpu: '4' },
      ...{ upAfter: '15', downAfter: '300', idle: '300', wake: '30' },
      ...{ rollout: 'canary', shares: '10', shareMinutes: '2', budget: 'serve', budgetCount: 1 },
      ...{ cpu: '500m', memory: '256Mi', reach: 'list', egress: 'a.example:443', priority: '42' },
    })
  })

  it('scales it by what is measured, and says what is measured no more', () => {
    const more = { scaling: 'needed' as const, p99Ms: '250' }
    expect(asked(plain, more).autoscale).toMatchObject({ min: 1, max: 10, p99Ms: 250, queue: null })
    expect(asked(scaled, { cpuPercent: '', requestsPerSecond: '9' }).autoscale).toMatchObject({
      ...{ cpuPercent: null, requestsPerSecond: 9, ceiling: { cpu: '4' } },
    })
    expect(asked(scaled, { scaling: 'fixed', replicas: 4 })).toEqual({
      ...{ autoscale: null, replicas: 4 },
    })
  })

  it.each<[Partial<RulesForm>, object]>([
    [{ replicas: 4 }, { replicas: 4 }],
    [{ memory: '1Gi', gpus: 1 }, { resources: { memory: '1Gi', gpus: 1 } }],
    [{ memory: '' }, {}],
    [{ rollout: 'rolling', atOnce: 2 }, { rollout: { kind: 'rolling', atOnce: 2 } }],
    [{ rollout: 'blueGreen' }, { rollout: { kind: 'blueGreen' } }],
    [{ warmUpSeconds: 30 }, { rollout: { warmUpMs: 30_000 } }],
    [{ shareMinutes: '', rollout: 'canary', shares: '5' }, { rollout: { steps: [{ share: 5 }] } }],
    [{ budget: 'away', budgetCount: 0 }, { disruption: { maxUnavailable: 0 } }],
    [{ reach: 'all' }, { egress: 'all' }],
    [
      { files: [{ key: 1, path: '/etc/a', content: 'a', mode: '0400' }] },
      { files: [{ path: '/etc/a', content: 'a', mode: '0400' }] },
    ],
    [
      { priority: 'low', restart: 'never' },
      { priority: 'low', restart: { when: 'never' } },
    ],
  ])('of %o asks for %o', (part, change) => {
    expect(asked(plain, part)).toMatchObject(change)
  })

  it('leaves each share its own time, and the wait for somebody', () => {
    const steps = [{ share: 5, forMs: 90_000 }, { share: 25 }, { share: 50, forMs: 100_000 }]
    const uneven = { ...scaled, rollout: { ...scaled.rollout, steps } }
    expect(rulesFrom(uneven)).toMatchObject({ shares: '5, 25, 50' })
    expect(rulesFrom(uneven).shareMinutes).toMatch(/^1\.5, -, 1\.6/)
    const more = asked(uneven, { shares: '5, 30, 50' })
    const [first, , last] = steps
    expect(more.rollout?.steps).toEqual([first, { share: 30 }, last])
    const held = { ...scaled.rollout, steps: [{ share: 5 }, { share: 9 }] }
    expect(rulesFrom({ ...scaled, rollout: held }).shareMinutes).toBe('')
  })

  it('takes a bound away, and leaves a number of its own alone', () => {
    expect(asked(scaled, { budget: 'none' })).toEqual({ disruption: {} })
    expect(asked(scaled, { priority: '7' })).toEqual({ priority: 7 })
  })

  it('asks of a job only what a job has', () => {
    const part = {
      replicas: 9,
      rollout: 'blueGreen',
      budget: 'serve',
      onPartition: 'stop',
    } as const
    expect(asked(plain, part, true)).toEqual({ onPartition: 'stop' })
  })
})

describe('what is entered as text', () => {
  it('says which line is wrong', () => {
    expect(parseEgress('a.example:1\nnonsense').wrongLine).toBe(2)
    expect(parseScratch('/tmp\n\n/run 8Mi')).toEqual({
      scratch: [{ path: '/tmp' }, { path: '/run', size: '8Mi' }],
    })
    expect(parseScratch('/tmp\ntmp 8Mi').wrongLine).toBe(2)
    expect(parseShares(' 5, 25% 50')).toEqual([5, 25, 50])
    expect(parseShares('5, half')).toBeUndefined()
    expect(parseTimes('5', 2)).toEqual([300_000, 300_000])
    expect(parseTimes('', 2)).toEqual([undefined, undefined])
    expect(parseTimes('0.5, -', 2)).toEqual([30_000, undefined])
    expect(parseTimes('5, 30', 3)).toBeUndefined()
    expect(parseTimes('soon', 1)).toBeUndefined()
  })
})
