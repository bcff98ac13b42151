import { beforeEach, describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type DesiredWorkload, type Instance, templateOf } from '../../work/spec/index.ts'
import { flatWorkload } from '../../work/spec/testing/flat.ts'
import type { NetworkParts } from './index.ts'
import { mustBeCanary, promoted, steeringView } from './steering.ts'

const steps = [{ share: 5 }, { share: 25 }]
const desired = (kind: 'rolling' | 'canary'): DesiredWorkload => ({
  workload: flatWorkload({
    ...{ name: 'web', source: { image: 'b' } },
    rollout: { kind, atOnce: 1, paused: false, ...(kind === 'canary' && { steps }) },
  }),
  ...{ owner: 'f' as never, generation: 2 },
})
const canary = desired('canary')
const template = templateOf(canary.workload)

/** A registry that takes a step as it is said, or says that it was taken before. */
function partsOf(before: { step: number } | undefined) {
  let now: DesiredWorkload = {
    ...canary,
    ...(before && { canary: { template, ...before, sinceMs: 0 } }),
  }
  const said: number[] = []
  const parts = {
    desired: { get: () => now },
    primary: {
      async execute({ body: { step } }: { body: { step: number } }) {
        said.push(step)
        if (step <= (now.canary?.step ?? 0)) throw new MyceliumError('EXISTS', 'It is so.')
        now = { ...now, canary: { template, step, sinceMs: 7 } }
      },
      view: () => ({}),
      subscribe: () => () => {},
    },
  } as unknown as NetworkParts
  return { parts, said, now: () => now }
}
const clock = createSimClock()

const old: Instance = {
  ...{ id: 'web-0-a', workload: 'web', index: 0, generation: 1, template: 'old' },
  ...{ node: 'n' as never, status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
}

describe('promoting', () => {
  test('takes the next step, or all of them', async () => {
    const one = partsOf(undefined)
    expect((await promoted(one.parts, canary, { all: false, clock })).canary?.step).toBe(1)
    const all = partsOf({ step: 1 })
    expect((await promoted(all.parts, all.now(), { all: true, clock })).canary?.step).toBe(2)
  })

  test('gives the step that is meant once, however often it is asked for', async () => {
    const one = partsOf(undefined)
    await promoted(one.parts, canary, { all: false, step: 1, clock })
    await promoted(one.parts, one.now(), { all: false, step: 1, clock })
    expect(one.now().canary?.step).toBe(1)
    expect(one.said).toEqual([1])
  })

  test('leaves what has all of the requests, or takes over otherwise, as it is', async () => {
    const done = partsOf({ step: 2 })
    await promoted(done.parts, done.now(), { all: false, clock })
    const rolling = desired('rolling')
    expect(await promoted(done.parts, rolling, { all: true, clock })).toBe(rolling)
    expect(done.said).toEqual([])
  })

  test('is content where it came as far by itself meanwhile', async () => {
    const raced = partsOf({ step: 1 })
    expect((await promoted(raced.parts, canary, { all: false, clock })).canary?.step).toBe(1)
  })
})

describe('what is to be promoted', () => {
  let liveness: string
  const seeing = (...instances: Instance[]) =>
    ({
      placementInput: () => ({ instances }),
      membership: { get: () => ({ liveness }) },
    }) as unknown as NetworkParts
  beforeEach(() => {
    liveness = 'alive'
  })

  test('is a canary with something of the old version still there, and in sight', () => {
    expect(() => mustBeCanary(seeing(old), canary)).not.toThrow()
    liveness = 'dead'
    const refusal = expect.objectContaining({ code: 'CONFLICT' })
    expect(() => mustBeCanary(seeing(old), canary)).toThrow(refusal)
  })

  test.each([
    ['a change that was taken back, or has taken over', 'NOTHING_UNDER_WAY', [], canary],
    ['what takes over otherwise', 'NO_CANARY', [old], desired('rolling')],
  ] as const)('is not %s', (_, reason, instances, of) => {
    const refusal = expect.objectContaining({ code: 'CONFLICT', data: { reason } })
    expect(() => mustBeCanary(seeing(...instances), of)).toThrow(refusal)
  })

  test.each([
    ['NO_CANARY', desired('rolling')],
    ['NOTHING_UNDER_WAY', canary],
  ] as const)('says of what was taken back that it was, and why: %s', (reason, of) => {
    const failed = { why: 'LATENCY', generation: 1, measured: 900, before: 40 }
    const back = { ...of, canary: { template: 'bad', step: 0, sinceMs: 0, failed } }
    const message = expect.stringMatching(
      /^Generation 1 was taken back: 99 of 100 answers came within 900 ms, .* nothing to promote\.$/,
    )
    const refusal = expect.objectContaining({ code: 'CONFLICT', message, data: { reason } })
    expect(() => mustBeCanary(seeing(), back)).toThrow(refusal)
  })
})

test('what is scaled is shown with what was decided last, a canary while it is under way', () => {
  const times = { upAfterMs: 0, downAfterMs: 0, idleMs: 1_000, wakeMs: 1_000 }
  const workload = { ...canary.workload, replicas: 3, autoscale: { min: 1, max: 4, ...times } }
  const scaled = { copies: 3, why: 'REQUESTS', measured: 140, sinceMs: 0 }
  const of = { ...canary, workload, scaled, canary: { template, step: 1, sinceMs: 0 } }
  const since = '1970-01-01T00:00:00.000Z'
  expect(steeringView(of, [old])).toEqual({
    autoscale: {
      min: 1,
      max: 4,
      ...times,
      now: { copies: 3, why: 'REQUESTS', measured: 140, since },
    },
    canary: { share: 25, step: 1, since },
  })
  expect(steeringView(of, [])).not.toHaveProperty('canary')
  expect(steeringView(desired('rolling'), [old])).toEqual({})
})
