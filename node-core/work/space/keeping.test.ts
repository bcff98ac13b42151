import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Found, judged, type Kept, overdue, reclaimable, totalBytes } from './keeping.ts'
import { COPY_IDLE_MS, LEFTOVER_IDLE_MS, MOMENT_MS } from './limits.ts'

const NOW = 100 * LEFTOVER_IDLE_MS
const JUST_NOW = NOW - MOMENT_MS + 1
const wanted = { images: new Set(['used', 'web:1']), bundles: new Set(['used']) }
const found = (kind: Found['kind'], id: string, more: Partial<Found> = {}): Found => ({
  ...{ kind, id, sizeBytes: 10, usedAtMs: 0, busy: false },
  ...more,
})
const judge = (all: Found[], more: Partial<Parameters<typeof judged>[1]> = {}): Kept[] =>
  judged(all, { nowMs: NOW, wanted, isKeeper: (id) => id === 'published', ...more })

describe('what is kept', () => {
  it.each<[string, Found, Kept['use']]>([
    ['an image of a workload', found('image', 'used'), 'workload'],
    ['an image that a workload names', found('image', 'x', { name: 'web:1' }), 'workload'],
    ['an image that a name means', found('image', 'x', { names: ['y', 'web:1'] }), 'workload'],
    ['an image of nobody', found('image', 'other'), undefined],
    ['a bundle of a workload', found('bundle', 'used'), 'workload'],
    ['a published bundle that is kept for all', found('bundle', 'published'), 'keeper'],
    ['a bundle of nobody', found('bundle', 'other'), undefined],
    ['a copy of a layer', found('layer', 'used'), undefined],
    ['a copy that is being served', found('layer', 'x', { busy: true }), 'transfer'],
    ['a bundle that has just come', found('bundle', 'x', { usedAtMs: JUST_NOW }), 'transfer'],
    ['a part that has just come', found('layer', 'x', { usedAtMs: JUST_NOW }), 'transfer'],
    ['an image of what has just ended', found('image', 'x', { usedAtMs: JUST_NOW }), undefined],
    ['what a transfer left', found('leftover', 'used'), undefined],
  ])('%s', (_, one, use) => {
    expect(judge([one])[0]?.use).toBe(use)
  })

  it('stays as long as it is not known what the network wants, but for copies', () => {
    const all = [found('image', 'x'), found('bundle', 'x'), found('layer', 'x')]
    const uses = judge(all, { wanted: undefined }).map(({ use }) => use)
    expect(uses).toEqual(['unknown', 'unknown', undefined])
  })
})

describe('what goes', () => {
  it('by itself: what has lain idle, though there is room', () => {
    const all = judge([
      found('layer', 'idle', { usedAtMs: NOW - COPY_IDLE_MS - 1 }),
      found('layer', 'fresh', { usedAtMs: NOW - COPY_IDLE_MS + 1 }),
      found('leftover', 'old', { usedAtMs: NOW - LEFTOVER_IDLE_MS - 1 }),
      found('image', 'ancient'),
    ])
    const gone = overdue(all, { nowMs: NOW, budgetBytes: 1_000 }).map(({ id }) => id)
    expect(gone).toEqual(['old', 'idle'])
  })

  it('is no image of what ended within 30 days, as long as there is room: an end can be undone', () => {
    const usedAtMs = NOW - 30 * 24 * 60 * 60_000
    const all = judge([found('image', 'ended', { usedAtMs }), found('image', 'older')])
    expect(overdue(all, { nowMs: NOW, budgetBytes: 20 })).toEqual([])
    const [first, ...others] = overdue(all, { nowMs: NOW, budgetBytes: 10 })
    expect([first?.id, others]).toEqual(['older', []])
  })

  it('is never in use, ends under the budget if it can, and goes by age', () => {
    const kinds = fc.constantFrom<Found['kind']>('bundle', 'image', 'layer', 'leftover')
    const one = fc.record({
      kind: kinds,
      id: fc.constantFrom('used', 'published', 'a', 'b', 'c'),
      sizeBytes: fc.integer({ min: 1, max: 100 }),
      usedAtMs: fc.integer({ min: 0, max: NOW }),
      busy: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(600), (all, budgetBytes) => {
        const kept = judge(all)
        const gone = overdue(kept, { nowMs: NOW, budgetBytes })
        for (const each of gone) expect(each.use).toBeUndefined()
        const left = kept.filter((each) => !gone.includes(each))
        const free = reclaimable(left)
        if (totalBytes(left) > budgetBytes) expect(free).toEqual([])
        // Of one kind, nothing that stays was used before what goes.
        for (const kind of ['image', 'bundle'] as const) {
          const newest = Math.max(...gone.filter((each) => each.kind === kind).map(usedAt), -1)
          const oldest = Math.min(...free.filter((each) => each.kind === kind).map(usedAt), NOW)
          expect(newest).toBeLessThanOrEqual(oldest)
        }
      }),
      { seed: 3, numRuns: 300 },
    )
  })
})

const usedAt = ({ usedAtMs }: Kept): number => usedAtMs
