import { describe, expect, test } from 'vitest'
import { shapeOf } from './workload-flags.ts'

describe('how many copies', () => {
  test.each([
    ['1:10', { min: 1, max: 10 }],
    ['0:3,idle=10m', { min: 0, max: 3, idleMs: 600_000 }],
    [
      '1:10,rps=50,p99=250ms,cpu=70',
      { min: 1, max: 10, requestsPerSecond: 50, p99Ms: 250, cpuPercent: 70 },
    ],
    [
      '1:4,queue=web/jobs:20,up=30s,down=5m,max-cpu=4,max-memory=8Gi',
      {
        ...{ min: 1, max: 4, queue: { key: 'web/jobs', perCopy: 20 } },
        ...{ upAfterMs: 30_000, downAfterMs: 300_000, ceiling: { cpu: '4', memory: '8Gi' } },
      },
    ],
    [
      '0:1,queue=web/a:b,wake=20s',
      { min: 0, max: 1, queue: { key: 'web/a:b', perCopy: 1 }, wakeMs: 20_000 },
    ],
    ['none', null],
  ])('--autoscale %s', (text, autoscale) => {
    expect(shapeOf({ autoscale: text })).toEqual({ autoscale })
  })

  test.each(['3', '1:', '1:2,rps', '1:2,p99=fast', '1:2,memory=5', ''])('not %s', (text) => {
    expect(() => shapeOf({ autoscale: text })).toThrow('--autoscale')
  })
})

describe('a change by shares', () => {
  test.each([
    ['canary', { kind: 'canary' }],
    ['canary:5,25', { kind: 'canary', steps: [{ share: 5 }, { share: 25 }] }],
    [
      'canary:5,25,50:2m,-,1h',
      {
        kind: 'canary',
        steps: [{ share: 5, forMs: 120_000 }, { share: 25 }, { share: 50, forMs: 3_600_000 }],
      },
    ],
    ['canary:10:2m', { kind: 'canary', steps: [{ share: 10, forMs: 120_000 }] }],
  ])('--rollout %s', (text, rollout) => {
    expect(shapeOf({ rollout: text })).toEqual({ rollout })
  })

  test('--warm-up, with a kind of change or without', () => {
    expect(shapeOf({ warmUp: '30s' })).toEqual({ rollout: { warmUpMs: 30_000 } })
    expect(shapeOf({ warmUp: '2m', rollout: 'blueGreen' })).toEqual({
      rollout: { kind: 'blueGreen', warmUpMs: 120_000 },
    })
    expect(() => shapeOf({ warmUp: 'soon' })).toThrow('--warm-up')
  })

  test.each([
    'canary:',
    'canary:x',
    'canary:5:soon',
    'canary:5:1m:2m',
    'canary:5,25:1m,2m,3m',
    'blueGreen:5',
  ])('not %s', (text) => {
    expect(() => shapeOf({ rollout: text })).toThrow('--rollout')
  })
})
