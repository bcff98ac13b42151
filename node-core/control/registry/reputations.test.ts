/** What owners' nodes say of others', and what becomes of it (docs/adr/0051). */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { HOUR_MS } from '../../economy/reputation/index.ts'
import { type Command, createRegistry, RELEASE, type Release } from './index.ts'
import { OBSERVED_HOURS, OBSERVERS_MAX, WITNESS_HOURS } from './limits.ts'
import { raise } from './motions.fixture.ts'
import { applyEntry, bytes, codeOf, expectDone, START_MS } from './registry.fixture.ts'
import { createNeighbours, GOOD, type Neighbour } from './reputations.fixture.ts'

function three() {
  const world = createNeighbours(3)
  const [ann, bob, eve] = world.neighbours as [Neighbour, Neighbour, Neighbour]
  return { ...world, ann, bob, eve }
}

describe('an observation', () => {
  it('moves its subject a tenth of the way, and says where to', () => {
    const { do: act, saying, ann, bob, figure } = three()
    const said = act(ann.machine, saying(ann, bob.machine, GOOD))
    expect(said).toEqual({ ok: true, value: { reputation: 550_000 } })
    expect([figure(ann), figure(bob)]).toEqual([500_000, 550_000])
  })

  it('is taken once in an hour of each owner about each, from whichever of their nodes', () => {
    const { do: act, saying, say, machine, pass, ann, bob, eve, figure } = three()
    expect(say(ann, bob, GOOD)).toBe('done')
    expect(say(ann, bob, 0)).toBe('EXISTS')
    expect(codeOf(act(machine(ann), saying(ann, bob.machine, 0)))).toBe('EXISTS')
    expect(say(ann, eve, 0)).toBe('done')
    pass(1)
    expect(say(ann, bob, GOOD)).toBe('done')
    expect(figure(bob)).toBe(595_000)
  })

  it('that is sent again changes nothing', () => {
    const { commit, seal, saying, ann, bob, pass, figure } = three()
    const batch = seal(ann.machine.key, [saying(ann, bob.machine, 0)])
    const first = commit([batch])
    pass(1)
    expect(commit([batch])).toEqual(first)
    expect(figure(bob)).toBe(450_000)
  })

  it('of several in one hour counts as their mean, whoever comes last', () => {
    const { say, ann, bob, eve, figure } = three()
    say(ann, bob, GOOD)
    say(eve, bob, 0)
    expect(figure(bob)).toBe(500_000)
  })

  it('is made by nodes alone, of others alone, and of those who are here', () => {
    const { do: act, saying, machine, person, founder, ann, bob, eve } = three()
    expect(codeOf(act(ann, saying(ann, bob.machine, 0)))).toBe('FORBIDDEN')
    expect(codeOf(act(person(), saying(ann, bob.machine, 0)))).toBe('UNKNOWN_AUTHOR')
    expect(codeOf(act(ann.machine, saying(ann, machine(ann), GOOD)))).toBe('OWN_REPUTATION')
    const nobody = { ...bob.machine, node: ann.owner as never }
    expect(codeOf(act(ann.machine, saying(ann, nobody, 0)))).toBe('NOT_FOUND')
    expectDone(act(founder, { kind: 'member.remove', body: { owner: eve.owner } }))
    expect(codeOf(act(ann.machine, saying(ann, eve.machine, 0)))).toBe('REMOVED')
    expect(codeOf(act(eve.machine, saying(eve, ann.machine, 0)))).toBe('REMOVED')
  })

  it('has whole numbers between nothing and all', () => {
    const { say, ann, bob } = three()
    for (const ppm of [-1, GOOD + 1]) expect(say(ann, bob, ppm)).toBe('MALFORMED')
  })

  it('is made by whoever had work there, and of that a while longer', () => {
    const { do: act, say, place, pass, ann, bob, eve, figure } = three()
    const body = { node: bob.machine.node, workload: eve.workload, ppm: 0 }
    const borrowed: Command = { kind: 'reputation.observe', body }
    expect(codeOf(act(ann.machine, borrowed))).toBe('NOT_WITNESSED')
    // What ran at Bob's is placed anew at Eve's: Ann's node has yet to tell how that went.
    place(ann, [eve, eve])
    pass(WITNESS_HOURS)
    expect(say(ann, bob, 0)).toBe('done')
    expect(figure(bob)).toBe(450_000)
    pass(1)
    expect(say(ann, bob, 0)).toBe('NOT_WITNESSED')
    expect(say(ann, eve, GOOD)).toBe('done')
  })

  it('is remembered of work that was given back, and of none that stays', () => {
    const { do: act, say, place, pass, ann, bob, eve } = three()
    place(ann, [bob], [1])
    expect(say(ann, eve, 0)).toBe('done')
    expectDone(act(ann, { kind: 'workload.delete', body: { name: ann.workload } }))
    pass(1)
    expect([say(ann, eve, 0), say(ann, bob, 0)]).toEqual(['done', 'NOT_WITNESSED'])
  })

  it('of one whose own reputation is too low counts for nothing', () => {
    const { say, pass, ann, bob, eve } = three()
    for (let hour = 0; hour < 3; hour++) {
      expect(say(eve, ann, GOOD)).toBe('done')
      for (const one of [ann, bob]) say(one, eve, 0)
      pass(1)
    }
    expect(say(eve, bob, 0)).toBe('NO_WEIGHT')
    expect(say(bob, eve, GOOD)).toBe('done')
  })

  it('is shown with who made it, for a week', () => {
    const { registry, say, pass, ann, bob, eve } = three()
    const hour = START_MS / HOUR_MS
    say(ann, bob, 900_000)
    expect(registry.view.observations(bob.owner)).toEqual([[ann.owner, { hour, ppm: 900_000 }]])
    pass(OBSERVED_HOURS + 1)
    expect(registry.view.observations(bob.owner)).toEqual([])
    say(eve, bob, GOOD)
    const [[who] = []] = registry.view.observations(bob.owner)
    expect(who).toBe(eve.owner)
  })
})

describe('a liar', () => {
  it('is no witness by work that it alone gave to its subject, nor by taking that back', () => {
    const { neighbours, do: act, say, saying, voter } = createNeighbours(2)
    const [ann, eve] = neighbours as [Neighbour, Neighbour]
    const own = { kind: 'workload.apply', body: { name: 'trap', spec: bytes('any') } } as const
    expectDone(act(eve, own))
    const trap = { ...eve, workload: 'trap' }
    const given = (assign: [number, NodeId][], release: number[]): Command => ({
      kind: 'workload.assign',
      body: { workload: 'trap', generation: 1, assign, release },
    })
    for (const by of [eve, eve.machine]) {
      expectDone(act(by, given([[0, ann.machine.node]], [])))
      expect(codeOf(act(eve.machine, saying(trap, ann.machine, 0)))).toBe('NOT_WITNESSED')
      expectDone(act(by, given([], [0])))
      expect(codeOf(act(eve.machine, saying(trap, ann.machine, 0)))).toBe('NOT_WITNESSED')
    }
    expectDone(act(voter, given([[0, ann.machine.node]], [])))
    expect(codeOf(act(eve.machine, saying(trap, ann.machine, 0)))).toBe('done')
    expect(say(ann, eve, GOOD)).toBe('done')
  })

  it('takes nobody’s weight by its word alone, unless it is an admin or another says the same', () => {
    const { neighbours, do: act, founder, say, pass, figure } = createNeighbours(4)
    const [bob, ann, carl, eve] = neighbours as [Neighbour, Neighbour, Neighbour, Neighbour]
    const lie = (hours: number, ...by: Neighbour[]): void => {
      for (let hour = 0; hour < hours; hour++) {
        for (const one of by) expect(say(one, bob, 0)).toBe('done')
        pass(1)
      }
    }
    lie(20, eve)
    expect([figure(bob), say(bob, eve, 0)]).toEqual([400_000, 'done'])
    pass(1)
    lie(1, eve, carl)
    expect(figure(bob)).toBe(360_000)
    lie(3, eve)
    expect(figure(bob)).toBe(360_000)
    const permissions = ['admin', 'deploy', 'use'] as const
    const body = { owner: ann.owner, permissions: [...permissions] }
    expectDone(act(founder, { kind: 'member.grant', body }))
    lie(1, ann)
    expect(figure(bob)).toBe(324_000)
  })

  it('was believed in both by the rules before', () => {
    const { neighbours, do: act, say, place, pass, figure } = createNeighbours(2, 5)
    const [ann, eve] = neighbours as [Neighbour, Neighbour]
    place(eve, [], [0])
    pass(3)
    const body = { workload: eve.workload, generation: 1, release: [] }
    const assign: [number, NodeId][] = [[0, ann.machine.node]]
    expectDone(act(eve, { kind: 'workload.assign', body: { ...body, assign } }))
    for (let hour = 0; hour < 3; hour++) {
      expect(say(eve, ann, 0)).toBe('done')
      pass(1)
    }
    expect([figure(ann), say(ann, eve, 0)]).toEqual([364_500, 'NO_WEIGHT'])
  })

  it('alone among three who saw an hour moves nobody by more than a third of a tenth', () => {
    const { neighbours, say, figure } = createNeighbours(4)
    const [bob, ...others] = neighbours as [Neighbour, ...Neighbour[]]
    const [ann, carl, eve] = others as [Neighbour, Neighbour, Neighbour]
    for (const honest of [ann, carl]) say(honest, bob, GOOD)
    expect(figure(bob)).toBe(550_000)
    say(eve, bob, 0)
    expect(figure(bob)).toBe(Math.floor(550_000 - 100_000 / 3))
    // However often it says so.
    expect(say(eve, bob, 0)).toBe('EXISTS')
  })

  it('cannot hold down whom two others see keep their word, however long it goes on', () => {
    const { neighbours, say, pass, figure } = createNeighbours(4)
    const [bob, ann, carl, eve] = neighbours as [Neighbour, Neighbour, Neighbour, Neighbour]
    for (let hour = 0; hour < 50; hour++) {
      for (const honest of [ann, carl]) say(honest, bob, GOOD)
      say(eve, bob, 0)
      pass(1)
    }
    expect(figure(bob)).toBeGreaterThan(660_000)
  })
})

describe('what is remembered', () => {
  it('is bounded for each owner; whoever was silent for longest makes room', () => {
    const { neighbours, say, pass, registry } = createNeighbours(OBSERVERS_MAX + 3)
    const [bob, first, ...others] = neighbours as [Neighbour, Neighbour, ...Neighbour[]]
    say(first, bob, GOOD)
    pass(1)
    for (const one of others.slice(0, OBSERVERS_MAX)) expect(say(one, bob, GOOD)).toBe('done')
    const observers = registry.view.observations(bob.owner).map(([observer]) => observer)
    expect(observers).toHaveLength(OBSERVERS_MAX)
    expect(observers).not.toContain(first.owner)
    // All have spoken in this hour, so nobody makes room.
    expect(say(others.at(-1)!, bob, GOOD)).toBe('LIMIT_REACHED')
    expect(say(first, bob, GOOD)).toBe('LIMIT_REACHED')
  })

  it('is in a snapshot and counts into the hash', () => {
    const { registry, network, say, pass, ann, bob } = three()
    const before = registry.hash()
    say(ann, bob, 123_456)
    expect(registry.hash()).not.toBe(before)
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(copy.hash()).toBe(registry.hash())
    expect(copy.view.observations(bob.owner)).toEqual(registry.view.observations(bob.owner))
    pass(40)
    expect(copy.view.reputation(bob.owner)).not.toBe(registry.view.reputation(bob.owner))
    copy.restore(registry.snapshot())
    expect(copy.view.reputation(bob.owner)).toBe(registry.view.reputation(bob.owner))
  })

  it('has voters tell their time once an hour, and nobody where nothing was ever said', () => {
    const { registry, voter, say, ann, bob } = three()
    const due = (ms: number) => registry.view.isTickDue(voter.node, START_MS + ms)
    expect(due(9 * HOUR_MS)).toBe(false)
    say(ann, bob, GOOD)
    expect([due(HOUR_MS - 1), due(HOUR_MS)]).toEqual([false, true])
  })
})

it('is unknown to all while one release does not know it, and alike to all after', () => {
  const { say, network, log, registry, voter, pass, neighbours, ...world } = createNeighbours(2, 4)
  const [ann, bob] = neighbours as [Neighbour, Neighbour]
  const kinds = [...RELEASE.kinds].filter(([, { since }]) => since < 5)
  const older: Release = { version: 4, kinds: new Map(kinds) }
  const copy = createRegistry({ network, voters: [], release: older })
  const follow = (): void => {
    for (let at = copy.index; at < log.length; at++) {
      applyEntry(copy, network, at + 1, log[at]!, older)
    }
  }
  expect(say(ann, bob, GOOD)).toBe('UNKNOWN_KIND')
  // Work that moves is remembered from then on alone, or the older release would hold another state.
  world.place(ann, [], [0])
  pass(1)
  follow()
  expect(copy.hash()).toBe(registry.hash())
  raise({ ...world, network, log, registry }, [voter], 5)
  expect(say(ann, bob, GOOD)).toBe('NOT_WITNESSED')
  world.place(ann, [bob])
  expect(say(ann, bob, GOOD)).toBe('done')
  expect(follow).toThrow(expect.objectContaining({ code: 'UPGRADE_REQUIRED' }))
})

it('keeps the bytes of its command', () => {
  const { seal, saying, ann, bob } = three()
  const batch = seal(ann.machine.key, [saying(ann, bob.machine, GOOD)], { first: 90 })
  expect(createHash('sha256').update(batch).digest('hex')).toMatchInlineSnapshot(
    `"590570bd416c7bead25561970ec6e124375d4e0c12f7aaef090e6caa1c675dbf"`,
  )
  const later = [...RELEASE.kinds].flatMap(([kind, { since }]) => (since === 5 ? [kind] : []))
  expect(later).toEqual(['reputation.observe'])
})

/** Hour by hour from the beginning, as `economy.md` has it. */
function naive() {
  const said = new Map<string, { hour: number; by: number; ppm: number }[]>()
  const of = (who: number) => said.get(`${who}`) ?? []
  function figureAt(who: number, now: number): number {
    let [figure, last] = [500_000, Number.POSITIVE_INFINITY]
    for (let hour = 0; hour <= now; hour++) {
      if (hour - last > 24) {
        const step = Math.ceil(Math.abs(figure - 500_000) / 100)
        figure += figure > 500_000 ? -step : step
      }
      const words = of(who).filter((one) => one.hour === hour)
      if (words.length === 0) continue
      const mean = words.reduce((sum, { ppm }) => sum + ppm, 0) / words.length
      const moved = Math.floor(0.9 * figure + 0.1 * mean + 1e-6)
      figure = words.length > 1 ? moved : Math.max(moved, Math.min(figure, 400_000))
      last = hour
    }
    return figure
  }
  return {
    figureAt,
    say(by: number, who: number, ppm: number, hour: number): string {
      if (by === who) return 'OWN_REPUTATION'
      if (figureAt(by, hour) < 400_000) return 'NO_WEIGHT'
      if (of(who).some((one) => one.by === by && one.hour === hour)) return 'EXISTS'
      said.set(`${who}`, [...of(who), { hour, by, ppm }])
      return 'done'
    },
  }
}

it('is what a naive account makes of the same words', () => {
  const who = fc.nat(3)
  const word = fc.record({ by: who, of: who, ppm: fc.constantFrom(0, 1, 333_333, GOOD) })
  const step = fc.oneof(
    { weight: 4, arbitrary: word },
    { weight: 1, arbitrary: fc.constantFrom(1, 2, 24, 60) },
  )
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 90 }), (steps) => {
      const { neighbours, say, pass, figure } = createNeighbours(4)
      const model = naive()
      let hour = 0
      for (const one of steps) {
        if (typeof one === 'number') {
          hour += one
          pass(one)
        } else {
          const expected = model.say(one.by, one.of, one.ppm, hour)
          expect(say(neighbours[one.by]!, neighbours[one.of]!, one.ppm)).toBe(expected)
          seen.add(expected)
        }
        expect(neighbours.map(figure)).toEqual([0, 1, 2, 3].map((at) => model.figureAt(at, hour)))
      }
    }),
    { seed: 1, numRuns: 5 },
  )
  expect([...seen].sort()).toEqual(['EXISTS', 'NO_WEIGHT', 'OWN_REPUTATION', 'done'])
})
