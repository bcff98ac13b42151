import { describe, expect, it } from 'vitest'
import { applyChange, parseWorkload, type Workload } from '../../work/spec/index.ts'
import type { NetworkParts } from './index.ts'
import { earlierVersion } from './versions.ts'

const OWNER = 'f'.repeat(64) as never
const imageOf = ({ parts: [{ source }] }: Workload): string =>
  'image' in source ? source.image : ''
const at = (image: string): Workload => {
  return parseWorkload({ name: 'web', containers: [{ name: 'web', image }] })
}

/** As the registry would have kept them: the latest first. */
function kept(...images: string[]): NetworkParts {
  const past = images.map((image, age) => {
    const generation = images.length - age
    return { workload: at(image), owner: OWNER, by: OWNER, generation, untilMs: 0 }
  })
  return { desired: { past: () => past } } as unknown as NetworkParts
}
const now = (workload: Workload) => ({ workload, owner: OWNER, generation: 9 })

describe('the way back', () => {
  it('leads to the latest that differs, with as many copies as now, and goes on if it was paused', () => {
    const change = { replicas: 4, rollout: { kind: 'blueGreen', paused: true } }
    const changed = applyChange(at('a:3'), change)
    const earlier = earlierVersion(kept('a:3', 'a:2', 'a:1'), { name: 'web' }, now(changed))
    expect(imageOf(earlier)).toBe('a:2')
    expect(earlier).toMatchObject({ replicas: 4, rollout: { kind: 'blueGreen', paused: false } })
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
