import { describe, expect, it } from 'vitest'
import {
  applyChange,
  parseWorkload,
  restartedFrom,
  templateOf,
  type Workload,
} from '../../work/spec/index.ts'
import type { NetworkParts } from './index.ts'
import { earlierVersion, pastViews } from './versions.ts'

const OWNER = 'f'.repeat(64) as never
const imageOf = ({ parts: [{ source }] }: Workload): string =>
  'image' in source ? source.image : ''
const at = (image: string): Workload => {
  return parseWorkload({ name: 'web', containers: [{ name: 'web', image }] })
}

const HEALTHY = { status: 'Running', health: 'healthy' }

/** As the registry would have kept them: the latest first. */
function keptOf(...workloads: Workload[]): NetworkParts {
  return keptBeside([], ...workloads)
}
/** `serving`: what runs and answers, the earliest first. */
function keptBeside(serving: Workload[], ...workloads: Workload[]): NetworkParts {
  const past = workloads.map((workload, age) => {
    const generation = workloads.length - age
    return { workload, owner: OWNER, by: OWNER, generation, untilMs: 0 }
  })
  return {
    desired: { past: () => past },
    members: { list: () => [] },
    membership: { list: () => [], get: () => ({ liveness: 'alive' }) },
    placementInput: () => ({
      instances: serving.map((workload, age) => {
        const template = templateOf(workload)
        return { ...{ workload: 'web', index: 0, generation: age + 1, template }, ...HEALTHY }
      }),
    }),
    permissions: () => new Set(),
  } as unknown as NetworkParts
}
const kept = (...images: string[]): NetworkParts => keptOf(...images.map(at))
const now = (workload: Workload) => ({ workload, owner: OWNER, generation: 9 })

describe('the way back', () => {
  it('leads to the latest that differs, as a whole, with as many copies as now', () => {
    const change = { replicas: 4, rollout: { kind: 'blueGreen', paused: true } }
    const changed = applyChange(at('a:3'), change)
    const parts = kept('a:3', 'a:2', 'a:1')
    const before = earlierVersion(parts, { name: 'web' }, now(changed))
    expect(imageOf(before)).toBe('a:3')
    // No copy is replaced: what is held is not what is taken back.
    expect(before).toMatchObject({ replicas: 4, rollout: { kind: 'rolling', paused: true } })
  })

  it('of a change under way leads to the latest that ran something else, and goes on if it was paused', () => {
    const changed = applyChange(at('a:3'), { replicas: 4, rollout: { paused: true } })
    const asked = { name: 'web', underWay: true }
    const before = earlierVersion(kept('a:3', 'a:2', 'a:1'), asked, now(changed))
    expect(imageOf(before)).toBe('a:2')
    expect(before).toMatchObject({ replicas: 4, rollout: { paused: false } })
  })

  it('of a change under way leads to what serves, over broken ones and their restarts', () => {
    const asked = { name: 'web', underWay: true }
    const anew = restartedFrom({ workload: at('nope'), owner: OWNER, generation: 2 })
    const worse = applyChange(at('a:1'), { image: 'worse' })
    const parts = keptBeside([at('a:1')], at('nope'), at('a:1'), at('a:0'))
    expect(earlierVersion(parts, asked, now(anew))).toEqual(at('a:1'))
    expect(imageOf(earlierVersion(parts, asked, now(worse)))).toBe('a:1')
    // Of a restart alone, to the copies of before.
    const again = restartedFrom({ workload: at('a:1'), owner: OWNER, generation: 1 })
    for (const serving of [[at('a:1')], []]) {
      const beside = keptBeside(serving, at('a:1'), at('a:0'))
      expect(imageOf(earlierVersion(beside, asked, now(again)))).toBe('a:1')
    }
  })

  it('of a change under way leads over one that was on trial itself', () => {
    const serving = [at('a:1'), at('trial')]
    const parts = keptBeside(serving, at('trial'), at('a:1'))
    const asked = { name: 'web', underWay: true }
    expect(imageOf(earlierVersion(parts, asked, now(at('worse'))))).toBe('a:1')
  })

  it('of a change under way leaves rules that were changed since as they are', () => {
    const began = applyChange(at('a:3'), { priority: 3 })
    const changed = applyChange(began, { edge: { access: 'members' } })
    const before = earlierVersion(
      keptOf(began, at('a:2')),
      { name: 'web', underWay: true },
      now(changed),
    )
    expect(before).toEqual(applyChange(at('a:2'), { edge: { access: 'members' } }))
  })

  it('passes over what differs in the count or a pause alone', () => {
    const counted = applyChange(at('a:2'), { replicas: 3, rollout: { paused: true } })
    const before = earlierVersion(keptOf(counted, at('a:1')), { name: 'web' }, now(at('a:2')))
    expect(imageOf(before)).toBe('a:1')
  })

  it('leads to the one that is named, and brings an ended one back', () => {
    const parts = kept('a:2', 'a:1')
    const asked = { name: 'web', generation: 1 }
    expect(imageOf(earlierVersion(parts, asked, now(at('a:3'))))).toBe('a:1')
    expect(imageOf(earlierVersion(parts, { name: 'web' }, undefined))).toBe('a:2')
  })

  it('says what there is where what was asked for is not', () => {
    const asked = { name: 'web', generation: 7 }
    expect(() => earlierVersion(kept('a:2', 'a:1'), asked, now(at('a:3')))).toThrow(/kept are 2, 1/)
    expect(() => earlierVersion(kept(), { name: 'web' }, now(at('a')))).toThrow(/No earlier/)
    expect(() => earlierVersion(kept('a'), { name: 'web' }, now(at('a')))).toThrow(/differs/)
  })
})

describe('what an earlier version is shown as', () => {
  const variables = (image: string, KEY: string) =>
    parseWorkload({ name: 'web', containers: [{ name: 'web', image, env: { KEY }, args: [KEY] }] })
  const [first, second] = [variables('a:1', 'one'), variables('a:1', 'two')]
  const third = applyChange(second, { edge: { access: 'members' }, replicas: 5 })

  it('says what was changed then, and whether copies were replaced, but no count', () => {
    const views = pastViews(keptOf(second, first), keptOf(second, first).desired.past('web'), {
      ...{ now: now(third), reader: OWNER },
    })
    expect(views.map(({ changed }) => changed)).toEqual([
      {
        changes: [{ path: 'edge.access', before: '"public"', after: '"members"' }],
        replaces: false,
      },
      {
        changes: [
          { path: 'containers.web.env.KEY', before: '…', after: '…' },
          { path: 'containers.web.args', before: '["one"]', after: '["two"]' },
        ],
        replaces: true,
      },
    ])
  })

  it('says why it was taken back by itself', () => {
    const failed = { why: 'IMAGE_NOT_FOUND', generation: 2, measured: 120 }
    const wanted = { ...now(first), canary: { template: '', step: 0, sinceMs: 0, failed } }
    const parts = keptOf(second, first)
    const views = pastViews(parts, parts.desired.past('web'), { now: wanted, reader: OWNER })
    const back = expect.stringContaining('taken back: for 120 s it could not be started')
    expect(views.map(({ takenBack }) => takenBack)).toEqual([back, undefined])
  })

  it('says nothing of what came after an end, and to others no names of variables or arguments', () => {
    const parts = keptOf(second, first)
    const reader = 'e'.repeat(64) as never
    const [last, before] = pastViews(parts, parts.desired.past('web'), { now: undefined, reader })
    expect(last?.changed).toBeUndefined()
    expect(before?.changed?.changes).toEqual([
      { path: 'containers.web.env', before: '…', after: '…' },
      { path: 'containers.web.args', before: '…', after: '…' },
    ])
  })
})
