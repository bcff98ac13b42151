import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { Digest, HeldBlob } from '../../storage/blobs/index.ts'
import { createSpace, type Wanted } from './index.ts'
import { COPY_IDLE_MS, MOMENT_MS, SWEEP_MS } from './limits.ts'

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}` as Digest

/** A disk with two bundles, a layer and a leftover, and an engine with two fetched images. */
function house({
  wanted,
  budgetBytes,
  engineIsLateFor,
  onRemove = () => {},
}: {
  wanted: Wanted | undefined
  budgetBytes?: number
  engineIsLateFor?: string
  onRemove?(): void
}) {
  const clock = createSimClock()
  const bundle = { kind: 'bundle', sizeBytes: 100, usedAtMs: clock.wallMs() } as const
  let blobs: (HeldBlob & { busy: boolean })[] = [
    { ...bundle, digest: digest('1'), busy: false },
    { ...bundle, digest: digest('2'), busy: false },
    { ...bundle, kind: 'layer', digest: digest('3'), busy: false },
  ]
  let leftovers = [{ digest: digest('4'), sizeBytes: 50, usedAtMs: clock.wallMs() }]
  let images = ['used', 'made of'].map((id) => ({ id, sizeBytes: 1_000, usedAtMs: clock.wallMs() }))
  const space = createSpace(
    {
      blobs: {
        list: async () => blobs,
        leftovers: async () => leftovers,
        remove: async (gone) => {
          onRemove()
          blobs = blobs.filter((one) => one.digest !== gone)
        },
        dropLeftover: async (gone) => {
          leftovers = leftovers.filter((one) => one.digest !== gone)
        },
      },
      images: {
        list: async () => images,
        touch() {},
        async remove(id) {
          // A container of the owner's is made of it.
          if (id === 'made of') return false
          if (id === engineIsLateFor) throw new Error('Docker does not answer in time.')
          images = images.filter((one) => one.id !== id)
          return true
        },
      },
      wanted: () => wanted,
      isKeeper: () => false,
      clock,
      logger: createSilentLogger(),
    },
    budgetBytes === undefined ? {} : { budgetBytes },
  )
  const left = () =>
    [...blobs, ...leftovers]
      .map((one) => one.digest.slice(7, 8))
      .sort()
      .join('')
  return { space, clock, left, images: () => images.map(({ id }) => id) }
}

describe('the space of a node', () => {
  it('says what can be freed, frees it, and tells what was freed', async () => {
    const wanted = { images: new Set(['used']), bundles: new Set<string>([digest('1')]) }
    const { space, clock, left, images } = house({ wanted })
    // Of blobs that have just come nobody can say yet what they are for.
    expect(await space.usage()).toMatchObject({ usedBytes: 2_350, reclaimableBytes: 1_000 })
    clock.advance(MOMENT_MS + 1)
    expect(await space.usage()).toMatchObject({ usedBytes: 2_350, reclaimableBytes: 1_250 })
    // The other image turns out to be in use on the engine: it counts as nothing.
    const stays = { id: 'made of', reason: 'in-use' }
    expect(await space.reclaim()).toMatchObject({ freedBytes: 250, stayed: [stays] })
    expect(left()).toBe('1')
    expect(images()).toEqual(['used', 'made of'])
    expect(await space.reclaim()).toMatchObject({ freedBytes: 0, dropped: [], stayed: [stays] })
  })

  it('judges each thing again just before it goes', async () => {
    const wanted = { images: new Set<string>(), bundles: new Set<string>() }
    const onRemove = (): void => {
      // Meanwhile a workload is deployed that has one of them.
      wanted.bundles.add(digest('2'))
      wanted.images.add('used')
    }
    const { space, clock, left, images } = house({ wanted, onRemove })
    clock.advance(MOMENT_MS + 1)
    const { dropped } = await space.reclaim()
    expect(dropped.map(({ id }) => id)).not.toContain('used')
    expect(left()).toBe('2')
    expect(images()).toContain('used')
  })

  it('tells why what could have gone did not', async () => {
    const wanted = { images: new Set<string>(), bundles: new Set<string>() }
    const { space } = house({ wanted, engineIsLateFor: 'used' })
    const message = 'Docker does not answer in time.'
    expect((await space.reclaim()).stayed).toEqual([
      expect.objectContaining({ id: 'made of', reason: 'in-use' }),
      expect.objectContaining({ id: 'used', reason: 'failed', message }),
    ])
  })

  it('drops nothing but copies and leftovers while it does not know what is wanted', async () => {
    const { space, clock, left, images } = house({ wanted: undefined })
    clock.advance(MOMENT_MS + 1)
    await space.reclaim()
    expect(left()).toBe('12')
    expect(images()).toEqual(['used', 'made of'])
  })

  it('keeps to its budget by itself, and drops idle copies', async () => {
    const wanted = { images: new Set(['used', 'made of']), bundles: new Set<string>() }
    const { space, clock, left } = house({ wanted, budgetBytes: 2_200 })
    await space.start()
    clock.advance(SWEEP_MS + 1)
    await settled()
    // The leftover and the layer were enough: 200 of the bundles may stay.
    expect(left()).toBe('12')
    await space.stop()

    const idle = house({ wanted })
    await idle.space.start()
    for (let passed = 0; passed <= COPY_IDLE_MS + SWEEP_MS; passed += SWEEP_MS) {
      idle.clock.advance(SWEEP_MS)
      await settled()
    }
    expect(idle.left()).toBe('124')
    await idle.space.stop()
  })
})

async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await Promise.resolve()
}
