import { describe, expect, test } from 'vitest'
import { NOTHING, sum, type Totals } from '../load/index.ts'
import { instance } from '../placement/testing/worlds.ts'
import { type Canary, type Instance, templateOf } from '../spec/index.ts'
import { flatWorkload } from '../spec/testing/flat.ts'
import { type CanaryInput, type CanaryMemory, isUnready, judge, unstartedOf } from './index.ts'

const BOUNDS = [10, 100, 1_000]
const workload = flatWorkload({
  ...{ name: 'web', source: { image: 'b' }, replicas: 4 },
  rollout: {
    ...{ kind: 'canary', atOnce: 1, paused: false },
    steps: [{ share: 5, forMs: 10_000 }, { share: 50 }],
  },
})
const template = templateOf(workload)
const canary = (step: number): Canary => ({ template, step, sinceMs: 0 })
const one = instance({ workload, owner: 'f' as never, generation: 2 }, 0, 1)
const WELL = { id: 'web-0-a', index: 0, healthy: true, restarts: 0 }
const ILL = { ...WELL, healthy: false }

function input(change: Partial<CanaryInput> & { step?: number } = {}): CanaryInput {
  const { step = 0, ...rest } = change
  return {
    ...{ nowMs: 0, wanted: 1, copies: [WELL], fresh: NOTHING, old: NOTHING },
    desired: { workload, owner: 'f' as never, generation: 2, canary: canary(step) },
    ...rest,
  }
}

/** So many answers, of which so many are errors, each in the class of latency. */
const counted = (answers: number, errors = 0, at = 0): Totals => ({
  ...{ answers, errors },
  latencies: new Map([[BOUNDS[at]!, answers - errors]]),
})

/** What comes of it at the end of the looks. */
function outcomeOf(looks: CanaryInput[]) {
  let memory: CanaryMemory | undefined
  const said = looks.map((look) => {
    const { stepping, ...next } = judge(memory, look)
    memory = next.memory
    return stepping
  })
  return said.at(-1)
}

describe('a canary goes on', () => {
  test('once its copies have been healthy for as long as the step says, and that was told', () => {
    expect(outcomeOf([input(), input({ nowMs: 12_999 })])).toBeUndefined()
    expect(outcomeOf([input(), input({ nowMs: 13_000 })])).toEqual({ kind: 'step', step: 1 })
  })

  test('counted anew when one of them was not', () => {
    const cold = { copies: [{ ...WELL, warming: true }] }
    expect(outcomeOf([input(cold), input({ ...cold, nowMs: 60_000 })])).toBeUndefined()
    const ill = input({ nowMs: 5_000, copies: [ILL] })
    const looks = [input(), ill, input({ nowMs: 6_000 })]
    expect(outcomeOf([...looks, input({ nowMs: 18_999 })])).toBeUndefined()
    expect(outcomeOf([...looks, input({ nowMs: 19_000 })])).toEqual({ kind: 'step', step: 1 })
  })

  test('not before there are as many as its share needs', () => {
    const few = { wanted: 2, copies: [WELL] }
    expect(outcomeOf([input(few), input({ ...few, nowMs: 60_000 })])).toBeUndefined()
    const twins = { wanted: 2, copies: [WELL, WELL] }
    expect(outcomeOf([input(twins), input({ ...twins, nowMs: 60_000 })])).toBeUndefined()
  })

  test('not by itself from a step without a time, nor while it is paused', () => {
    expect(outcomeOf([input({ step: 1 }), input({ step: 1, nowMs: 1e9 })])).toBeUndefined()
    const paused = { ...workload, rollout: { ...workload.rollout, paused: true } }
    const held = { desired: { ...input().desired, workload: paused }, fresh: counted(90, 90) }
    expect(outcomeOf([input(held), input({ ...held, nowMs: 1e9 })])).toBeUndefined()
  })
})

describe('a canary goes back', () => {
  const begun = input({ fresh: counted(100, 90), old: counted(1_000) })
  const then = (fresh: Totals, old: Totals, nowMs = 1_000) =>
    outcomeOf([
      begun,
      input({ nowMs, fresh: total(begun.fresh, fresh), old: total(begun.old, old) }),
    ])
  const total = sum

  test('with more errors than the old version, and says how many', () => {
    const measured = { why: 'ERRORS', measured: 100, before: 10 }
    expect(then(counted(50, 5), counted(1_000, 10))).toEqual({ kind: 'revert', ...measured })
  })

  test('before its time is over would have it go on', () => {
    expect(then(counted(50, 5), counted(1_000), 60_000)).toMatchObject({ kind: 'revert' })
  })

  test.each<[string, Totals, Totals]>([
    ['with a few of them', counted(4, 2), counted(1_000)],
    ['where the old version fails as often', counted(50, 10), counted(1_000, 150)],
    ['where it is hardly more', counted(1_000, 14), counted(1_000, 5)],
    ['for what was before the step', counted(0), counted(0)],
  ])('not %s', (_, fresh, old) => {
    expect(then(fresh, old)).toBeUndefined()
  })

  describe('when it is slower', () => {
    const SLOW = [counted(60, 0, 1), counted(900, 0, 0)] as const
    const WELL_AGAIN = [counted(60, 0, 0), counted(900, 0, 0)] as const
    /** What comes of it, where this came from one look to the next, a second apart. */
    const looking = (...growths: (readonly [Totals, Totals])[]) => {
      const looks = [begun]
      for (const [fresh, old] of growths) {
        const before = looks.at(-1)!
        const nowMs = looks.length * 1_000
        looks.push(input({ nowMs, fresh: total(before.fresh, fresh), old: total(before.old, old) }))
      }
      return outcomeOf(looks)
    }

    test('twice, the second time by what came since the first', () => {
      expect(looking(SLOW)).toBeUndefined()
      expect(looking(SLOW, SLOW)).toMatchObject({ kind: 'revert', why: 'LATENCY', before: 10 })
      expect(looking(SLOW, WELL_AGAIN)).toBeUndefined()
    })

    test('where both have answered enough, each time', () => {
      const few = [counted(40, 0, 1), counted(900, 0, 0)] as const
      expect(looking(few)).toBeUndefined()
      expect(looking(SLOW, few)).toBeUndefined()
      expect(looking(SLOW, few, few)).toMatchObject({ why: 'LATENCY' })
      expect(looking(SLOW, [counted(60, 0, 1), counted(900, 0, 1)])).toBeUndefined()
    })

    test('in more than one or two answers, which say nothing', () => {
      const hiccup = [total(counted(58), counted(2, 0, 2)), counted(60)] as const
      expect(looking(hiccup, hiccup)).toBeUndefined()
      const often = [total(counted(50), counted(10, 0, 2)), counted(60)] as const
      expect(looking(often, often)).toMatchObject({ why: 'LATENCY' })
    })

    test('in no more answers than twice as many as of the old version', () => {
      const both = [total(counted(970), counted(30, 0, 2)), total(counted(985), counted(15, 0, 2))]
      expect(looking([both[0]!, both[1]!], [both[0]!, both[1]!])).toBeUndefined()
    })

    test('and until that is known the step lasts on', () => {
      const slow = input({ nowMs: 12_000, fresh: total(begun.fresh, SLOW[0]), old: SLOW[1] })
      const looks = [begun, { ...slow, old: total(begun.old, SLOW[1]) }]
      const later = (nowMs: number) => ({ ...looks[1]!, nowMs })
      expect(outcomeOf([...looks, later(24_999)])).toBeUndefined()
      expect(outcomeOf([...looks, later(25_000)])).toEqual({ kind: 'step', step: 1 })
    })
  })

  test('when its copies are started again and again', () => {
    const broken = (restarts: number) => input({ copies: [{ ...ILL, restarts }] })
    expect(outcomeOf([broken(1)])).toBeUndefined()
    expect(outcomeOf([broken(2)])).toEqual({ kind: 'revert', why: 'UNHEALTHY' })
  })

  describe('when it runs and is never healthy', () => {
    const unready = (nowMs: number, change: Partial<CanaryInput> = {}) =>
      input({ nowMs, copies: [{ ...ILL, unready: true }], ...change })

    test('for ten minutes without a break, and says for how long', () => {
      expect(outcomeOf([unready(0), unready(599_999)])).toBeUndefined()
      const back = { kind: 'revert', why: 'UNHEALTHY', measured: 600 }
      expect(outcomeOf([unready(0), unready(600_000)])).toEqual(back)
      const healed = [unready(0), input({ nowMs: 400_000 }), unready(401_000), unready(700_000)]
      expect(outcomeOf(healed)).toBeUndefined()
    })

    test('by one of its copies, not by one after the other that starts slowly', () => {
      const slow = (index: number) => ({ ...ILL, id: `web-${index}-a`, index, unready: true })
      const inTurn = Array.from({ length: 8 }, (_, turn) =>
        input({ step: 1, nowMs: turn * 120_000, copies: [WELL, slow(turn)] }),
      )
      expect(outcomeOf(inTurn)).toBeUndefined()
      const one = inTurn.map((look) => ({ ...look, copies: [slow(9), ...look.copies] }))
      expect(outcomeOf(one.slice(0, 5))).toBeUndefined()
      const back = { kind: 'revert', why: 'UNHEALTHY', measured: 600 }
      expect(outcomeOf(one.slice(0, 6))).toEqual(back)
      // One that took its slot over is another, and has its own time.
      const again = { ...slow(0), id: 'web-0-b' }
      expect(outcomeOf([unready(0), input({ nowMs: 600_000, copies: [again] })])).toBeUndefined()
    })

    test('nor before twice what its own startup probe gives it', () => {
      const startup = {
        kind: 'tcp' as const,
        port: 80,
        periodMs: 10_000,
        timeoutMs: 1_000,
        failures: 60,
      }
      const [part] = workload.parts
      const parts: typeof workload.parts = [{ ...part, probes: { startup } }]
      const slow = { desired: { ...input().desired, workload: { ...workload, parts } } }
      expect(outcomeOf([unready(0, slow), unready(1_199_999, slow)])).toBeUndefined()
      expect(outcomeOf([unready(0, slow), unready(1_200_000, slow)])?.kind).toBe('revert')
    })

    test('by what runs alone', () => {
      const told = { ...one, status: 'Running' as const, health: 'unhealthy' as const }
      expect([isUnready(told), isUnready({ ...told, health: 'healthy' })]).toEqual([true, false])
      expect(isUnready({ ...told, status: 'Starting' })).toBe(false)
    })
  })

  describe('when nothing of it could be started', () => {
    const missing = (nowMs: number, isTrying = false, change: Partial<CanaryInput> = {}) => {
      const unstarted = { why: 'IMAGE_NOT_FOUND', isTrying } as const
      return input({ nowMs, copies: [{ ...ILL, unstarted }], ...change })
    }

    test('for two minutes without a break, and says why and for how long', () => {
      expect(outcomeOf([missing(0), missing(119_999)])).toBeUndefined()
      const back = { kind: 'revert', why: 'IMAGE_NOT_FOUND', measured: 120 }
      expect(outcomeOf([missing(0), missing(60_000, true), missing(120_000)])).toEqual(back)
      const again = [missing(0), input({ nowMs: 60_000 }), missing(61_000), missing(170_000)]
      expect(outcomeOf(again)).toBeUndefined()
    })

    test('by one of its copies, not by one after the other that comes', () => {
      const unstarted = { why: 'IMAGE_NOT_FOUND', isTrying: false } as const
      const late = (index: number) => ({ ...ILL, id: `web-${index}-a`, index, unstarted })
      const inTurn = [0, 1, 2, 3].map((turn) =>
        input({ step: 1, nowMs: turn * 60_000, copies: [WELL, late(turn)] }),
      )
      expect(outcomeOf(inTurn)).toBeUndefined()
      const both = input({ step: 1, nowMs: 300_000, copies: [late(3), late(4)] })
      const back = { kind: 'revert', why: 'IMAGE_NOT_FOUND', measured: 120 }
      expect(outcomeOf([...inTurn, both])).toEqual(back)
    })

    test('not while it is tried once more: what was missing may be on its way', () => {
      expect(outcomeOf([missing(0), missing(900_000, true)])).toBeUndefined()
    })

    test('nor before it was tried a few times, where its own rules try it seldom', () => {
      const restart = { ...workload.restart, backoffMs: 60_000, backoffMsMax: 600_000 }
      const seldom = { desired: { ...input().desired, workload: { ...workload, restart } } }
      const at = (nowMs: number) => missing(nowMs, false, seldom)
      expect(outcomeOf([at(0), at(239_999)])).toBeUndefined()
      expect(outcomeOf([at(0), at(240_000)])).toMatchObject({ why: 'IMAGE_NOT_FOUND' })
    })

    test('nor by what a person or its computer is to mend, or what runs', () => {
      const told = { ...one, status: 'Failed' as const, reason: { code: '', message: '' } }
      const of = (code: string, change: Partial<Instance> = {}) =>
        unstartedOf({ ...told, reason: { code, message: '' }, ...change })
      expect(of('IMAGE_NOT_FOUND')).toEqual({ why: 'IMAGE_NOT_FOUND', isTrying: false })
      expect(of('BLOB_NOT_FOUND', { status: 'Pulling' })).toMatchObject({ isTrying: true })
      for (const code of ['ENGINE_UNAVAILABLE', 'PORT_TAKEN', 'DISK_FULL', 'SECRET_MISSING']) {
        expect(of(code)).toBeUndefined()
      }
      expect(of('IMAGE_NOT_FOUND', { status: 'Running' })).toBeUndefined()
    })
  })

  test('not once it has all requests', () => {
    const all = { step: 2, fresh: counted(100, 100), copies: [{ ...ILL, restarts: 9 }] }
    expect(outcomeOf([input({ step: 2 }), input(all)])).toBeUndefined()
  })
})
