import { describe, expect, it } from 'vitest'
import { type Command, createRegistry } from './index.ts'
import { RUNS_KEPT_MAX } from './limits.ts'
import {
  bytes,
  codeOf,
  createWorld,
  expectDone,
  type Machine,
  START_MS,
} from './registry.fixture.ts'

type Body<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>['body']
const which = (run: number, index: number, attempt: number) => ({
  workload: 'mill',
  ...{ run, index, attempt },
})
const start = (run: number, more: Partial<Body<'run.start'>> = {}): Command => {
  return { kind: 'run.start', body: { workload: 'mill', generation: 1, run, lane: 0, ...more } }
}
const close = (run: number, outcome: Body<'run.close'>['outcome'] = 'succeeded'): Command => {
  return { kind: 'run.close', body: { workload: 'mill', run, outcome } }
}
const begin = (run: number, index: number, attempt: number): Command => {
  return { kind: 'attempt.begin', body: which(run, index, attempt) }
}
const end = (run: number, index: number, attempt: number, code: number): Command => {
  const outcome = code === 0 ? ('succeeded' as const) : ('failed' as const)
  return { kind: 'attempt.end', body: { ...which(run, index, attempt), outcome, exitCode: code } }
}
const lose = (run: number, index: number, attempt: number): Command => {
  return { kind: 'attempt.lost', body: which(run, index, attempt) }
}

/** A job of two slots, both on the first of two machines. */
function createMill(consensus: 'raft' | 'simplex' = 'raft') {
  const world = createWorld({ seed: 30, consensus })
  const { founder, registry, do: act } = world
  const [one, two] = [world.machine(founder), world.machine(founder)]
  expectDone(act(founder, { kind: 'workload.apply', body: { name: 'mill', spec: bytes('s') } }))
  const assign = (index: number, { node }: Machine): void => {
    const slots: [number, typeof node][] = [[index, node]]
    const body = { workload: 'mill', generation: 1, assign: slots, release: [] }
    expectDone(act(founder, { kind: 'workload.assign', body }))
  }
  assign(0, one)
  assign(1, one)
  const attempts = () => registry.view.attempts('mill').map(([, row]) => row)
  const runs = () => registry.view.runs('mill')
  return { ...world, one, two, assign, attempts, runs }
}

describe('a run', () => {
  it('is begun once, in turn, and not beside another in its lane', () => {
    const { founder, do: act, runs } = createMill()
    expect(codeOf(act(founder, start(2)))).toBe('CONFLICT')
    expectDone(act(founder, start(1)))
    expect(codeOf(act(founder, start(1)))).toBe('CONFLICT')
    expect(codeOf(act(founder, start(2)))).toBe('IN_USE')
    expectDone(act(founder, start(2, { lane: 1 })))
    expectDone(act(founder, close(1)))
    expectDone(act(founder, start(3)))
    expect(runs().map(([run, row]) => [run, row.lane, row.ended?.outcome])).toEqual([
      [1, 0, 'succeeded'],
      [2, 1, undefined],
      [3, 0, undefined],
    ])
    expect(codeOf(act(founder, close(1)))).toBe('EXISTS')
  })

  it('is of the generation that is wanted, and goes with its workload', () => {
    const { founder, do: act, runs, one, attempts } = createMill()
    expect(codeOf(act(founder, start(1, { generation: 2 })))).toBe('CONFLICT')
    expectDone(act(founder, start(1)))
    expectDone(act(one, begin(1, 0, 1)))
    expectDone(act(founder, { kind: 'workload.delete', body: { name: 'mill' } }))
    expect([runs(), attempts()]).toEqual([[], []])
    expect(codeOf(act(founder, start(2)))).toBe('NOT_FOUND')
  })

  it('is begun by voters no sooner than the log’s time says', () => {
    const { founder, member, machine, do: act, elect, tick, runs } = createMill()
    const voters = Array.from({ length: 3 }, () => machine(member('use')))
    elect(...voters)
    const [voter] = voters as [Machine]
    const dueMs = START_MS + 60_000
    tick(START_MS + 59_999)
    // Its own clock alone says so.
    expect(codeOf(act(voter, start(1, { dueMs }), { timeMs: dueMs }))).toBe('CONFLICT')
    tick(dueMs)
    expectDone(act(voter, start(1, { dueMs })))
    expectDone(act(founder, start(2, { lane: 1, dueMs: dueMs + 1 })))
    expect(runs().map(([, row]) => row.startedMs)).toEqual([dueMs, dueMs])
  })

  it('that was due and did not begin is kept as missed, and holds no lane', () => {
    const { founder, do: act, runs } = createMill()
    expectDone(act(founder, start(1)))
    expectDone(act(founder, start(2, { missed: 'OVERLAP' })))
    expectDone(act(founder, close(1)))
    expectDone(act(founder, start(3)))
    expect(runs()[1]?.[1].ended).toMatchObject({ outcome: 'missed', code: 'OVERLAP' })
  })

  it('is kept with the results of its slots, those that failed first', () => {
    const { founder, do: act, runs, one } = createMill()
    expectDone(act(founder, start(1)))
    for (const [index, code] of [
      [0, 0],
      [1, 7],
    ] as const) {
      expectDone(act(one, begin(1, index, 1)))
      expectDone(act(one, end(1, index, 1, code)))
    }
    expectDone(act(founder, close(1, 'failed')))
    expect(runs()[0]?.[1].ended).toMatchObject({
      ...{ outcome: 'failed', succeeded: 1, failed: 1 },
      results: [
        { index: 1, outcome: 'failed', exitCode: 7, node: one.node },
        { index: 0, outcome: 'succeeded', exitCode: 0 },
      ],
    })
  })

  it('makes room for others: as many are kept as may be', () => {
    const { founder, do: act, runs } = createMill()
    for (let run = 1; run <= RUNS_KEPT_MAX + 3; run++) {
      expectDone(act(founder, start(run)))
      expectDone(act(founder, close(run)))
    }
    expect(runs()).toHaveLength(RUNS_KEPT_MAX)
    expect(runs()[0]?.[0]).toBe(4)
  })
})

describe('an attempt', () => {
  it('is begun by the node that the slot is assigned to, and by no other', () => {
    const { founder, do: act, one, two, attempts } = createMill()
    expect(codeOf(act(one, begin(1, 0, 1)))).toBe('NOT_FOUND')
    expectDone(act(founder, start(1)))
    expect(codeOf(act(two, begin(1, 0, 1)))).toBe('FORBIDDEN')
    expect(codeOf(act(founder, begin(1, 0, 1)))).toBe('FORBIDDEN')
    expect(codeOf(act(one, begin(1, 0, 2)))).toBe('CONFLICT')
    expectDone(act(one, begin(1, 0, 1)))
    // Its word may have been lost on the way back.
    expectDone(act(one, begin(1, 0, 1)))
    expect(attempts()).toMatchObject([{ run: 1, attempt: 1, node: one.node }])
  })

  it('has one node, and none comes after one that ended well', () => {
    const { founder, do: act, one, two, assign } = createMill()
    expectDone(act(founder, start(1)))
    expectDone(act(one, begin(1, 0, 1)))
    assign(0, two)
    expect(codeOf(act(two, begin(1, 0, 1)))).toBe('CONFLICT')
    expect(codeOf(act(two, begin(1, 0, 2)))).toBe('CONFLICT')
    expect(codeOf(act(two, end(1, 0, 1, 0)))).toBe('FORBIDDEN')
    expectDone(act(one, end(1, 0, 1, 0)))
    expectDone(act(one, end(1, 0, 1, 0)))
    expect(codeOf(act(two, begin(1, 0, 2)))).toBe('CONFLICT')
  })

  it('that failed is followed by the next', () => {
    const { founder, do: act, one, attempts } = createMill()
    expectDone(act(founder, start(1)))
    expectDone(act(one, begin(1, 0, 1)))
    expectDone(act(one, end(1, 0, 1, 9)))
    expect(attempts()).toMatchObject([{ outcome: 'failed', exitCode: 9 }])
    expect(codeOf(act(one, begin(1, 0, 1)))).toBe('CONFLICT')
    expectDone(act(one, begin(1, 0, 2)))
    expect(attempts()).toMatchObject([{ attempt: 2 }])
    expect(attempts()[0]?.outcome).toBeUndefined()
  })

  it('that was given up may still have ended well, if no other has by then', () => {
    const { founder, do: act, one, two, assign, attempts } = createMill()
    expectDone(act(founder, start(1)))
    expectDone(act(one, begin(1, 0, 1)))
    expectDone(act(founder, lose(1, 0, 1)))
    expect(codeOf(act(founder, lose(1, 0, 1)))).toBe('EXISTS')
    expect(codeOf(act(one, end(1, 0, 1, 4)))).toBe('CONFLICT')
    assign(0, two)
    expectDone(act(two, begin(1, 0, 2)))
    expectDone(act(one, end(1, 0, 1, 0)))
    expect(attempts()).toMatchObject([{ attempt: 1, node: one.node, outcome: 'succeeded' }])
    expect(codeOf(act(two, end(1, 0, 2, 3)))).toBe('FORBIDDEN')
    expect(attempts()).toMatchObject([{ outcome: 'succeeded', exitCode: 0 }])
  })

  it('of a run that ended is not begun; one of the run before makes room', () => {
    const { founder, do: act, one, attempts } = createMill()
    expectDone(act(founder, start(1)))
    expectDone(act(one, begin(1, 0, 1)))
    expectDone(act(founder, close(1, 'replaced')))
    expect(codeOf(act(one, begin(1, 1, 1)))).toBe('CONFLICT')
    expectDone(act(founder, start(2)))
    expectDone(act(one, begin(2, 0, 1)))
    expect(codeOf(act(one, end(1, 0, 1, 0)))).toBe('CONFLICT')
    expect(attempts()).toMatchObject([{ run: 2, attempt: 1 }])
  })
})

describe('runs and attempts', () => {
  it('are decided under Simplex by as many voters as must include an honest one', () => {
    const { member, machine, do: act, elect, runs, attempts, one } = createMill('simplex')
    const others = Array.from({ length: 4 }, () => machine(member('use')))
    elect(...others)
    const [a, b] = others as [Machine, Machine]
    expect(codeOf(act(machine(member('use')), start(1)))).toBe('FORBIDDEN')
    expect(expectDone(act(a, start(1)))).toMatchObject({ applied: false })
    expect(runs()).toEqual([])
    expect(expectDone(act(b, start(1)))).toMatchObject({ applied: true })
    expect(runs()).toHaveLength(1)
    expectDone(act(one, begin(1, 0, 1)))
    expect(expectDone(act(a, lose(1, 0, 1)))).toMatchObject({ applied: false })
    // Of another mind.
    expect(expectDone(act(b, close(1, 'failed')))).toMatchObject({ applied: false })
    expect(attempts()[0]?.outcome).toBeUndefined()
    expect(expectDone(act(b, lose(1, 0, 1)))).toMatchObject({ applied: true })
    expect(attempts()[0]?.outcome).toBe('lost')
  })

  it('are in a snapshot, and count into the hash', () => {
    const { founder, do: act, one, registry, network } = createMill()
    const before = registry.hash()
    expectDone(act(founder, start(1)))
    expectDone(act(one, begin(1, 0, 1)))
    expect(registry.hash()).not.toEqual(before)
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(copy.hash()).toEqual(registry.hash())
    expect(copy.view.runs('mill')).toEqual(registry.view.runs('mill'))
    expect(copy.view.attempts('mill')).toEqual(registry.view.attempts('mill'))
  })
})
