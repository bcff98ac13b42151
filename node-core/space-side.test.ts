import { describe, expect, it } from 'vitest'
import { keepsForAll, wantedOf } from './space-side.ts'
import type { Digest } from './storage/blobs/index.ts'
import type { PastWorkload } from './work/desired/index.ts'
import type { DesiredWorkload } from './work/spec/index.ts'
import { flatWorkload } from './work/spec/testing/flat.ts'

const DIGEST = `sha256:${'d'.repeat(64)}` as Digest

function desiredOf(source: object): DesiredWorkload {
  const workload = flatWorkload({ name: 'web', source: source as never })
  return { workload, owner: 'o'.repeat(64) as never, generation: 1 }
}

describe('what the network needs of a node', () => {
  it('is what workloads have, and what a step back would bring', () => {
    const now = desiredOf({ image: 'web:2', imageId: 'sha256:2' })
    const before = { ...desiredOf({ image: 'web:1', imageId: 'sha256:1' }), untilMs: 1 }
    const program = desiredOf({ bundle: DIGEST })
    const wanted = wantedOf({
      isCurrent: () => true,
      list: () => [now, program],
      past: (name) => (name === 'web' ? [before as PastWorkload] : []),
    })
    expect([...(wanted?.images ?? [])].sort()).toEqual(['sha256:1', 'sha256:2', 'web:1', 'web:2'])
    expect([...(wanted?.bundles ?? [])]).toEqual([DIGEST])
  })

  it('is not known while its copy of what is wanted has yet to come', () => {
    const desired = { isCurrent: () => false, list: () => [], past: () => [] }
    expect(wantedOf(desired)).toBeUndefined()
  })

  it('is kept by two of those that hold a published bundle, whoever computes it', () => {
    const holders = ['e', 'b', 'a', 'd']
    const keepers = holders.filter((self) => {
      return keepsForAll(
        self,
        holders.filter((one) => one !== self),
      )
    })
    expect(keepers.sort()).toEqual(['a', 'b'])
    expect(keepsForAll('z', [])).toBe(true)
  })
})
