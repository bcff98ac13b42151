/** What steering goes by where part of a change is on computers that nobody hears of. */
import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { instance } from '../placement/testing/worlds.ts'
import type { DesiredWorkload } from '../spec/index.ts'
import { flatWorkload } from '../spec/testing/flat.ts'
import { LOOK_LOAD_MS } from './limits.ts'
import { createSteering, type SteeringDeps } from './steering.ts'

test('a change is over once nothing of an earlier version is in sight: what a lost computer said is old', () => {
  const workload = flatWorkload({
    ...{ name: 'web', source: { image: 'b' } },
    rollout: { kind: 'canary', atOnce: 1, paused: false, steps: [{ share: 5 }] },
  })
  const now: DesiredWorkload = { workload, owner: 'f' as never, generation: 2 }
  const old = instance({ ...now, generation: 1 }, 0, 1, { template: 'old' })
  const soon: number[] = []
  const steering = createSteering({
    view: { wanted: () => [now], instances: () => [old] },
    primary: { view: () => ({ workload: () => ({ generation: 2 }) }) },
    ...{ loads: { list: () => [] }, past: () => [], clock: createSimClock() },
    ...{ proposals: { propose() {} }, within: (ms: number) => soon.push(ms) },
  } as unknown as SteeringDeps)
  steering.look([{ id: old.node, live: false }])
  expect(soon).toEqual([])
  steering.look([{ id: old.node, live: true }])
  expect(soon).toEqual([LOOK_LOAD_MS])
})
