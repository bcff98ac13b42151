import { describe, expect, it } from 'vitest'
import {
  applyChange,
  boundsOf,
  copiesOf,
  parseStoredWorkload,
  parseWorkload,
  shareOf,
  storedForm,
  templateOf,
} from './index.ts'
import { refusal } from './testing/refusal.ts'

const PORTS = { ports: [{ containerPort: 80 }] }
const web = (more: object = {}, container: object = PORTS) => ({
  ...{ name: 'web', containers: [{ image: 'a', ...container }] },
  ...more,
})
const scaled = (autoscale: object, container?: object) => web({ autoscale }, container)
/** With a second port. */
const slept = (port: object, more: object = {}) =>
  scaled({ min: 0, max: 2, ...more }, { ports: [...PORTS.ports, { containerPort: 53, ...port }] })

describe('how many copies there may be', () => {
  it('is filled up, and begins with the least, or with one', () => {
    const workload = parseWorkload(scaled({ max: 10, requestsPerSecond: 50 }))
    expect(workload.autoscale).toEqual({
      ...{ min: 1, max: 10, requestsPerSecond: 50 },
      ...{ upAfterMs: 15_000, downAfterMs: 300_000, idleMs: 300_000, wakeMs: 30_000 },
    })
    expect(workload.replicas).toBe(1)
    expect(parseWorkload(scaled({ min: 3, max: 9, p99Ms: 200 })).replicas).toBe(3)
    expect(parseWorkload(scaled({ min: 0, max: 2 })).replicas).toBe(1)
  })

  it('is kept as it was committed, and is no part of what an instance is made of', () => {
    const ceiling = { cpu: 2, memory: '1Gi' }
    const queue = { key: 'web/jobs', perCopy: 5 }
    const workload = parseWorkload(scaled({ min: 0, max: 2, cpuPercent: 70, queue, ceiling }))
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    expect(templateOf(workload)).toBe(templateOf(parseWorkload(web())))
    // As it is kept while it is asleep.
    expect(parseStoredWorkload(storedForm({ ...workload, replicas: 0 }))?.replicas).toBe(0)
  })

  it('changes field by field, and goes with null', () => {
    const before = parseWorkload(scaled({ max: 10, requestsPerSecond: 50, p99Ms: 100 }))
    const now = applyChange(before, { autoscale: { max: 4, p99Ms: null } })
    expect(now.autoscale).toMatchObject({ max: 4, requestsPerSecond: 50 })
    expect(now.autoscale).not.toHaveProperty('p99Ms')
    const awake = applyChange({ ...before, replicas: 0 }, { autoscale: null })
    expect([awake.autoscale, awake.replicas]).toEqual([undefined, 1])
    expect(applyChange({ ...before, replicas: 7 }, { autoscale: null, replicas: 3 }).replicas).toBe(
      3,
    )
  })

  it.each<[string, object, string[]]>([
    ['no most', scaled({ requestsPerSecond: 5 }), ['autoscale.max']],
    ['nothing to go by', scaled({ max: 3 }), ['autoscale']],
    ['less than the least', scaled({ min: 3, max: 2, p99Ms: 5 }), ['autoscale.max']],
    ['a number beside it', web({ replicas: 2, autoscale: { min: 0, max: 2 } }), ['replicas']],
    ['no port to count requests at', scaled({ max: 2, p99Ms: 5 }, {}), ['autoscale.p99Ms']],
    ['a latency that no answer reaches', scaled({ max: 2, p99Ms: 108_001 }), ['autoscale.p99Ms']],
    [
      'one that none reaches in the time that they have',
      web({ autoscale: { max: 2, p99Ms: 9_500 }, edge: { answerMs: 10_000 } }),
      ['autoscale.p99Ms'],
    ],
    ['nothing that could wake it', scaled({ min: 0, max: 2 }, {}), ['autoscale.min']],
    ['a port of its computers that it sleeps behind', slept({ hostPort: 8080 }), ['autoscale.min']],
    ['UDP, which no edge sees,', slept({ protocol: 'udp' }), ['autoscale.min']],
    [
      'such a port where a queue could wake it',
      slept({ hostPort: 8080 }, { queue: { key: 'web/jobs', perCopy: 1 } }),
      ['autoscale.min'],
    ],
    [
      'another’s queue',
      scaled({ max: 2, queue: { key: 'api/jobs', perCopy: 1 } }),
      ['autoscale.queue.key'],
    ],
    [
      'a ceiling below one copy',
      scaled({ max: 2, p99Ms: 5, ceiling: { cpu: '50m' } }),
      ['autoscale.ceiling'],
    ],
    ['a job', web({ job: {}, autoscale: { max: 2, cpuPercent: 50 } }), ['autoscale']],
    ['fractions', scaled({ max: 2.5, cpuPercent: 50 }), ['autoscale.max']],
    ['what there is not', scaled({ max: 2, memoryPercent: 50 }), ['autoscale.memoryPercent']],
  ])('is refused with %s', (_, body, paths) => {
    expect(refusal(() => parseWorkload(body))).toEqual(paths)
  })

  it('is never beyond its bounds and what its ceiling affords, whatever was decided', () => {
    const ceiling = { cpu: 1, memory: '512Mi' }
    const resources = { cpu: '100m', memory: '64Mi', limits: { memory: '128Mi' } }
    const workload = parseWorkload(
      scaled({ min: 2, max: 100, p99Ms: 5, ceiling }, { ...PORTS, resources }),
    )
    expect(boundsOf(workload)).toEqual({ least: 2, most: 4 })
    const copies = (asked: number) =>
      copiesOf(workload, { copies: asked, why: 'LATENCY', sinceMs: 0 })
    expect([0, 3, 1_000].map(copies)).toEqual([2, 3, 4])
    expect(copiesOf(workload, undefined)).toBe(2)
    expect(
      copiesOf(parseWorkload(web({ replicas: 2 })), { copies: 9, why: 'IDLE', sinceMs: 0 }),
    ).toBe(2)
  })
})

describe('a change by shares', () => {
  const rollout = (more: object) => web({ rollout: { kind: 'canary', ...more } })
  const desired = (body: object, generation = 2) => ({
    ...{ workload: parseWorkload(body), owner: 'f' as never, generation },
  })

  it('has steps of its own accord, and as they are said', () => {
    expect(parseWorkload(rollout({})).rollout.steps?.map(({ share }) => share)).toEqual([5, 25])
    const steps = [{ share: 10, forMs: 1_000 }, { share: 50 }]
    const workload = parseWorkload(rollout({ steps }))
    expect(workload.rollout.steps).toEqual(steps)
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    const warm = applyChange(workload, { rollout: { warmUpMs: 30_000 } })
    expect(applyChange(warm, { rollout: { paused: true } }).rollout.warmUpMs).toBe(30_000)
    expect(applyChange(warm, { rollout: { warmUpMs: 0 } }).rollout).toEqual(workload.rollout)
    const rolling = applyChange(workload, { rollout: { kind: 'rolling' } })
    expect(rolling.rollout).toEqual({ kind: 'rolling', atOnce: 1, paused: false })
  })

  it.each<[string, object, string[]]>([
    ['shares that fall', rollout({ steps: [{ share: 20 }, { share: 10 }] }), ['rollout.steps']],
    ['all of it as a step', rollout({ steps: [{ share: 100 }] }), ['rollout.steps.0.share']],
    [
      'a longer warm-up than an hour',
      web({ rollout: { warmUpMs: 3_600_001 } }),
      ['rollout.warmUpMs'],
    ],
    ['steps of another kind', web({ rollout: { steps: [{ share: 5 }] } }), ['rollout.steps']],
    [
      'a port that two cannot have',
      web({ rollout: { kind: 'canary' } }, { ports: [{ containerPort: 80, hostPort: 8080 }] }),
      ['rollout.kind'],
    ],
    [
      'what two must not write',
      web(
        { rollout: { kind: 'canary' }, volumes: [{ name: 'data' }] },
        { mounts: [{ volume: 'data', path: '/data' }] },
      ),
      ['rollout.kind'],
    ],
  ])('is refused with %s', (_, body, paths) => {
    expect(refusal(() => parseWorkload(body))).toEqual(paths)
  })

  it('has the share of its step, and what came back in its place has all', () => {
    const one = desired(rollout({ steps: [{ share: 10 }, { share: 50 }] }))
    const template = templateOf(one.workload)
    const at = (step: number) => ({ ...one, canary: { template, step, sinceMs: 0 } })
    expect(shareOf(one)).toBe(10)
    expect([0, 1, 2].map((step) => shareOf(at(step)))).toEqual([10, 50, 100])
    expect(shareOf({ ...one, canary: { template: 'another', step: 1, sinceMs: 0 } })).toBe(10)
    const failed = { why: 'ERRORS', generation: 1 }
    expect(shareOf({ ...one, canary: { template: 'another', step: 1, sinceMs: 0, failed } })).toBe(
      100,
    )
    // Tried again it begins at the beginning.
    const again = { ...at(1), generation: 9 }
    expect(shareOf({ ...again, canary: { ...again.canary, failed } })).toBe(10)
  })
})
