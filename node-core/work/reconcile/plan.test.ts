import { describe, expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { Placement, SurplusReason } from '../placement/index.ts'
import { type DesiredWorkload, type Instance, parseWorkload, slotOf } from '../spec/index.ts'
import { claimed, type LocalInstance, type Phase, toInstance } from './local-instance.ts'
import { type PlanInput, plan } from './plan.ts'

const SELF = parseNodeId('1'.repeat(64))!
const OTHER = parseNodeId('2'.repeat(64))!

function desired(change: Record<string, unknown> = {}): DesiredWorkload {
  const workload = parseWorkload({ name: 'web', containers: [{ image: 'a', ...change }] })
  return { workload, owner: 'f'.repeat(64) as DesiredWorkload['owner'], generation: 1 }
}

const WEB = desired()
const RUNNING: Phase = {
  kind: 'running',
  sinceMs: 0,
  probing: [],
  served: true,
}

function local(change: Partial<LocalInstance> = {}, of = WEB): LocalInstance {
  return { ...claimed(of, { index: 0, id: 'web-0-here' }), phase: RUNNING, ...change }
}

/** Slot 0 is placed here; `starts` and `surplus` as told. */
function placed(
  options: { starts?: boolean; surplus?: Record<string, SurplusReason>; on?: typeof SELF } = {},
): Placement {
  const slot = slotOf('web', 0)
  const surplusReasons = new Map(Object.entries(options.surplus ?? {}))
  return {
    assignments: new Map([[slot, options.on ?? SELF]]),
    starts: new Set(options.starts ? [slot] : []),
    awaits: new Set(),
    prepares: new Set(),
    stays: new Map(),
    unplaced: new Map(),
    surplus: [...surplusReasons.keys()],
    surplusReasons,
  }
}

function given(change: Partial<PlanInput>): PlanInput {
  return {
    self: SELF,
    nowMs: 100_000,
    placement: placed(),
    wanted: new Map([['web', WEB]]),
    jobs: new Map(),
    bound: new Set(),
    pastOf: () => [],
    recordOf: () => 'none',
    local: [],
    others: [],
    ready: true,
    synced: true,
    settled: true,
    left: false,
    doomedSinceMs: new Map(),
    ...change,
  }
}

/** The ends of this plan, and of one made `laterMs` afterwards with nothing changed. */
function endsAfter(input: PlanInput, laterMs: number): string[][] {
  const first = plan(input)
  const { doomedSinceMs } = first
  const second = plan({ ...input, nowMs: input.nowMs + laterMs, doomedSinceMs })
  return [first, second].map(({ ends }) => ends.map(({ reason }) => reason))
}

const elsewhere: Instance = toInstance(local(), OTHER)

describe('a slot that is placed here', () => {
  test('is claimed', () => {
    const { claims } = plan(given({ placement: placed({ starts: true }) }))
    expect(claims).toEqual([{ desired: WEB, index: 0 }])
  })

  test('is left alone until it is known what peers run', () => {
    const { claims } = plan(given({ placement: placed({ starts: true }), ready: false }))
    expect(claims).toEqual([])
  })

  test('that another node had is claimed only once nobody comes or goes any more', () => {
    const input = given({ placement: placed({ starts: true }), others: [elsewhere] })
    expect(plan({ ...input, settled: false }).claims).toEqual([])
    expect(plan(input).claims).toHaveLength(1)
  })

  test('is not claimed twice', () => {
    const waiting = local({ phase: { kind: 'waiting', untilMs: 0, leftover: false } })
    expect(plan(given({ placement: placed({ starts: true }), local: [waiting] })).claims).toEqual(
      [],
    )
  })

  test('is claimed beside an old version, also where both need one host port', () => {
    const old = local({ template: 'old' })
    const input = given({ placement: placed({ starts: true }), local: [old] })
    const fixed = desired({ ports: [{ containerPort: 80, hostPort: 8_080 }] })
    const { claims, ends } = plan({ ...input, wanted: new Map([['web', fixed]]) })
    expect(claims).toHaveLength(1)
    expect(ends).toEqual([])
  })
})

describe('an instance here', () => {
  const unknown = { wanted: new Map(), local: [local()] }

  test('ends at once when its workload was deleted, synced or not', () => {
    const input = given({ ...unknown, recordOf: () => 'ended', ready: false, synced: false })
    expect(plan(input).ends).toEqual([{ id: 'web-0-here', reason: 'DELETED' }])
  })

  test('that nobody knows ends only when the network was heard, and after a while', () => {
    expect(endsAfter(given({ ...unknown, synced: false }), 60_000)).toEqual([[], []])
    expect(endsAfter(given({ ...unknown, ready: false }), 60_000)).toEqual([[], []])
    expect(endsAfter(given(unknown), 1_000)).toEqual([[], []])
    expect(endsAfter(given(unknown), 2_000)).toEqual([[], ['ORPHAN']])
  })

  test('whose workload cannot be read is left alone', () => {
    expect(endsAfter(given({ ...unknown, recordOf: () => 'unreadable' }), 60_000)).toEqual([[], []])
  })

  test('that runs twice ends only when that holds, and peers are known', () => {
    const input = given({
      local: [local()],
      placement: placed({ surplus: { 'web-0-here': 'DUPLICATE' }, on: OTHER }),
    })
    expect(endsAfter(input, 499)).toEqual([[], []])
    expect(endsAfter(input, 500)).toEqual([[], ['DUPLICATE']])
    expect(endsAfter({ ...input, ready: false }, 60_000)).toEqual([[], []])
    expect(plan(input).againAtMs).toBe(input.nowMs + 500)
  })

  test('that runs twice does not end when its twin would, which may hold it for the one that stays', () => {
    const twinOf = (self: typeof SELF): PlanInput => {
      const other = self === SELF ? OTHER : SELF
      const placement = placed({ surplus: { 'web-0-here': 'DUPLICATE' }, on: other })
      const others = [{ ...toInstance(local(), other), id: 'web-0-there' }]
      return given({ self, local: [local()], others, placement })
    }
    expect(endsAfter(twinOf(SELF), 500)).toEqual([[], ['DUPLICATE']])
    expect(endsAfter(twinOf(OTHER), 999)).toEqual([[], []])
    expect(endsAfter(twinOf(OTHER), 1_000)).toEqual([[], ['DUPLICATE']])
  })

  test('that gives its room does so once nobody comes or goes any more', () => {
    const placement = placed({ surplus: { 'web-0-here': 'DISPLACED' } })
    const input = given({ local: [local()], placement })
    expect(endsAfter({ ...input, settled: false }, 60_000)).toEqual([[], []])
    expect(endsAfter(input, 499)).toEqual([[], []])
    expect(endsAfter(input, 500)).toEqual([[], ['DISPLACED']])
  })

  test('that does not run yet gives way at once', () => {
    const starting = local({ phase: { kind: 'starting', pulling: true } })
    const placement = placed({ surplus: { 'web-0-here': 'DUPLICATE' }, on: OTHER })
    expect(plan(given({ local: [starting], placement })).ends).toHaveLength(1)
  })

  test('that was scaled away ends at once', () => {
    const placement = placed({ surplus: { 'web-0-here': 'SCALED_DOWN' } })
    expect(plan(given({ local: [local()], placement })).ends).toHaveLength(1)
  })

  test('that was surplus for a moment only is not ended later', () => {
    const doubled = given({
      local: [local()],
      placement: placed({ surplus: { 'web-0-here': 'DUPLICATE' } }),
    })
    const first = plan(doubled)
    const quiet = plan(given({ local: [local()], doomedSinceMs: first.doomedSinceMs }))
    const again = plan({ ...doubled, nowMs: 200_000, doomedSinceMs: quiet.doomedSinceMs })
    expect(again.ends).toEqual([])
  })

  test('ends when this node has said goodbye', () => {
    expect(plan(given({ local: [local()], left: true })).ends).toEqual([
      { id: 'web-0-here', reason: 'LEFT' },
    ])
  })
})

describe('an instance that waits', () => {
  const waiting = local({ phase: { kind: 'waiting', untilMs: 100_000, leftover: false } })

  test('is started when its time has come, and looked at again then', () => {
    expect(plan(given({ local: [waiting] })).runs).toEqual([{ id: waiting.id, desired: WEB }])
    const early = plan(given({ local: [waiting], nowMs: 90_000 }))
    expect(early.runs).toEqual([])
    expect(early.againAtMs).toBe(100_000)
  })

  test('from before this start waits for peers', () => {
    const from = { ...waiting, inherited: true }
    expect(plan(given({ local: [from], ready: false })).runs).toEqual([])
    expect(plan(given({ local: [from] })).runs).toHaveLength(1)
  })

  test('is not started once its slot is elsewhere, or its version is old', () => {
    const moved = plan(given({ local: [waiting], placement: placed({ on: OTHER }) }))
    expect(moved.runs).toEqual([])
    expect(plan(given({ local: [{ ...waiting, template: 'old' }] })).runs).toEqual([])
  })
})

describe('an instance that has ended', () => {
  const ended = (code: number | undefined, failures = 1): LocalInstance => {
    const phase: Phase = { kind: 'waiting', untilMs: 0, leftover: true }
    return local({ phase, failures, exit: { code, atMs: 0 } })
  }
  const under = (restart: object, one: LocalInstance) => {
    const workload = parseWorkload({ name: 'web', containers: [{ image: 'a' }], restart })
    const { runs, rests } = plan(
      given({ local: [one], wanted: new Map([['web', { ...WEB, workload }]]) }),
    )
    if (runs.length + rests.length > 1) throw new Error('Both.')
    return runs.length > 0 ? 'again' : rests.length > 0 ? 'rests' : 'nothing'
  }

  test.each([
    ['always', 0, 'again'],
    ['always', 1, 'again'],
    ['onFailure', 0, 'rests'],
    ['onFailure', 1, 'again'],
    ['onFailure', undefined, 'again'],
    ['never', 0, 'rests'],
    ['never', 1, 'rests'],
  ] as const)('under %s with exit code %s: %s', (when, code, what) => {
    expect(under({ when }, ended(code))).toBe(what)
  })

  test('is started again as often in a row as it may be', () => {
    const restart = { when: 'onFailure', atMost: 2 }
    expect([1, 2, 3].map((failures) => under(restart, ended(1, failures)))).toEqual([
      ...['again', 'again', 'rests'],
    ])
  })

  test('is started once that is wanted after all, and otherwise left alone', () => {
    const over = { ...ended(0), phase: { kind: 'over', leftover: true } as const }
    expect(under({ when: 'never' }, over)).toBe('nothing')
    expect(under({ when: 'always' }, over)).toBe('again')
  })

  test('that never ran is tried again under every rule', () => {
    const phase: Phase = { kind: 'waiting', untilMs: 0, leftover: true }
    const neverRan = local({ phase, failures: 3 })
    expect(under({ when: 'never' }, neverRan)).toBe('again')
  })
})

describe('an instance of an earlier version that has run', () => {
  const before = { ...WEB, generation: 1 }
  const now = { ...desired({ env: { A: '1' } }), generation: 2 }
  const phase: Phase = { kind: 'waiting', untilMs: 0, leftover: true }
  const exit = { code: 1, atMs: 0 }
  const down = local({ phase, exit, failures: 1, startedAtMs: 1_000 }, before)
  const fresh = { ...claimed(now, { index: 0, id: 'web-0-new' }), phase: RUNNING }
  const under = (change: Partial<PlanInput> = {}) => {
    const wanted = new Map([['web', now]])
    return plan(given({ wanted, pastOf: () => [before], local: [down], ...change }))
  }

  test('is started again from it, also where its successor is elsewhere or beside it', () => {
    const runs = [{ id: down.id, desired: before }]
    expect(under()).toMatchObject({ runs, rests: [] })
    expect(under({ placement: placed({ on: OTHER }) })).toMatchObject({ runs })
    expect(under({ local: [down, fresh] })).toMatchObject({ runs })
  })

  test('is not, before it is known what peers run, nor once it is surplus', () => {
    expect(under({ ready: false }).runs).toEqual([])
    const placement = placed({ surplus: { [down.id]: 'REPLACED' } })
    expect(under({ placement })).toMatchObject({ runs: [], ends: [{ reason: 'REPLACED' }] })
  })

  test('waits as long as it was told to', () => {
    const early = { ...down, phase: { ...phase, untilMs: 200_000 } }
    expect(under({ local: [early] })).toMatchObject({ runs: [], againAtMs: 200_000 })
  })

  test('stays ended where nobody knows its version, or that says so', () => {
    const rests = [down.id]
    expect(under({ pastOf: () => [] })).toMatchObject({ runs: [], rests })
    const workload = { ...before.workload, restart: { ...WEB.workload.restart, when: 'never' } }
    const never = { ...before, workload } as DesiredWorkload
    expect(under({ pastOf: () => [never] })).toMatchObject({ runs: [], rests })
  })

  test('does not come beside its successor where each must be alone', () => {
    const alone = desired({ ports: [{ containerPort: 80, hostPort: 8_080 }] })
    const wanted = new Map([['web', { ...alone, generation: 2 }]])
    expect(under({ wanted }).runs).toHaveLength(1)
    expect(under({ wanted, placement: placed({ starts: true }) }).runs).toEqual([])
    const beside = { ...claimed(wanted.get('web')!, { index: 0, id: 'web-0-new' }), phase: RUNNING }
    expect(under({ wanted, local: [down, beside] }).runs).toEqual([])
  })

  test('and was an attempt at a job is not', () => {
    const job = { ...before, workload: { ...before.workload, job: { completions: 1 } } }
    const attempt = { ...down, id: 'web-0-g1r1a1n111111' }
    const wanted = new Map([['web', now]])
    expect(
      under({ wanted, local: [attempt], pastOf: () => [job as DesiredWorkload] }).runs,
    ).toEqual([])
  })
})
