/** Of any rules and any load: never beyond the bounds, at rest under a steady load, and there in time. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundsOf } from '../spec/index.ts'
import { createModel, rules } from './testing/model.ts'

const someRules = fc
  .record({
    min: fc.integer({ min: 0, max: 3 }),
    more: fc.integer({ min: 0, max: 30 }),
    requestsPerSecond: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    p99Ms: fc.option(fc.integer({ min: 20, max: 500 }), { nil: undefined }),
    cpuPercent: fc.option(fc.integer({ min: 10, max: 150 }), { nil: undefined }),
    upAfterMs: fc.constantFrom(0, 5_000, 15_000),
    downAfterMs: fc.constantFrom(0, 30_000, 300_000),
    copiesAfforded: fc.integer({ min: 3, max: 40 }),
  })
  .map(({ min, more, copiesAfforded, ...rest }) => {
    const targets = Object.entries(rest).filter(([, value]) => value !== undefined)
    const ceiling = { cpuMillis: copiesAfforded * 500 }
    return rules({ min, max: Math.max(1, min + more), ceiling, ...Object.fromEntries(targets) })
  })
const someLoad = fc.record({
  perSecond: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
  cpuMillis: fc.integer({ min: 0, max: 20_000 }),
  waiting: fc.constantFrom(0, 0, 7),
  seconds: fc.integer({ min: 1, max: 400 }),
  answerMs: fc.integer({ min: 1, max: 900 }),
})

/** The more a copy has to do, the longer it takes. */
const latencyOf = (perSecond: number, answerMs: number) => (copies: number) =>
  answerMs / 4 + (answerMs * perSecond) / copies / 100

describe('the number of copies', () => {
  test('is never beyond the bounds, nor more than twice what it was, whatever happens', () => {
    fc.assert(
      fc.property(someRules, fc.array(someLoad, { maxLength: 8 }), (workload, loads) => {
        const { least, most } = boundsOf(workload)
        const model = createModel(workload)
        for (const { seconds, perSecond, answerMs, ...load } of loads) {
          const p99Ms = latencyOf(perSecond ?? 0, answerMs)
          model.pass(seconds, { ...load, ...(perSecond !== undefined && { perSecond, p99Ms }) })
        }
        let before = workload.replicas
        for (const { copies } of model.history) {
          expect(copies).toBeGreaterThanOrEqual(least)
          expect(copies).toBeLessThanOrEqual(Math.min(most, Math.max(1, before * 2)))
          before = copies
        }
      }),
      { numRuns: 150, seed: 38 },
    )
  })

  test('comes to rest under a steady load, and soon', () => {
    fc.assert(
      fc.property(someRules, someLoad, (workload, load) => {
        const { cpuMillis, perSecond = 0, answerMs } = load
        const steady = { cpuMillis, perSecond: perSecond + 1 }
        const model = createModel(workload)
        const p99Ms = latencyOf(steady.perSecond, answerMs)
        // As many doublings as there can be, and a window down for every copy.
        const { most } = boundsOf(workload)
        const rules = workload.autoscale ?? { upAfterMs: 0, downAfterMs: 0 }
        const seconds =
          120 + (Math.log2(most) + 1) * 60 + (most * (rules.downAfterMs + 20_000)) / 1_000
        model.pass(seconds, { ...steady, p99Ms })
        const settled = model.history.length
        model.pass(1_500, { ...steady, p99Ms })
        const moved = model.history.length - settled
        expect(moved).toBeLessThanOrEqual(workload.autoscale?.p99Ms === undefined ? 0 : 2)
      }),
      { numRuns: 100, seed: 38 },
    )
  })

  test('does not follow a load that trembles by a twentieth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 20, maxLength: 60 }),
        (perSecond, trembles) => {
          const model = createModel(rules({ max: 100, requestsPerSecond: 10 }))
          model.pass(600, { perSecond })
          const settled = model.history.length
          for (const percent of trembles) {
            model.pass(30, { perSecond: (perSecond * (100 + percent)) / 100 })
          }
          const ups = model.history.slice(settled).filter(({ copies }, at, all) => {
            return copies > (all[at - 1]?.copies ?? copies)
          })
          expect(ups.length).toBe(0)
        },
      ),
      { numRuns: 60, seed: 38 },
    )
  })
})
