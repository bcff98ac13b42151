import { describe, expect, it } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import { boundsText } from './bounds-words.ts'

const { t } = createText('en')
const MIB = 1024 * 1024

const amounts = (cpuMillis: number, mib: number) => ({ cpuMillis, memoryBytes: mib * MIB })

function saidOf(requests: ReturnType<typeof amounts>, limits: ReturnType<typeof amounts>): string {
  const workload = makeWorkload({ name: 'web', resources: requests })
  const parts = workload.parts.map((part) => ({ ...part, resources: { requests, limits } }))
  return boundsText({ ...workload, parts }, t, 'en')
}

describe('what a copy gets', () => {
  it('is what is reserved for it and how far it may go', () => {
    const said = saidOf(amounts(100, 128), amounts(1_000, 512))
    expect(said).toBe('0.1 cores and 128 MiB reserved; at most 1 core and 512 MiB')
  })

  it('is said once where both are the same', () => {
    expect(saidOf(amounts(500, 256), amounts(500, 256))).toBe('0.5 cores and 256 MiB')
  })
})
