/** How time passes in the log while a clock is wrong. */
import { describe, expect, it } from 'vitest'
import { type Command, createRegistry } from './index.ts'
import { bytes, createWorld, expectDone, START_MS } from './registry.fixture.ts'
import { voting } from './voting.fixture.ts'

const grant = (lease: string, ttlMs = 5_000): Command => ({
  kind: 'lease.grant',
  body: { lease, ttlMs },
})

const put = (key: string, lease: string): Command => ({
  kind: 'kv.put',
  body: { key, value: bytes('1'), lease },
})

describe('the log’s time', () => {
  it('begins with the network', () => {
    expect(createWorld().registry.view.timeMs).toBe(START_MS)
  })

  it.each<[number, number[], number]>([
    [1, [700], 700],
    [2, [700], 0],
    [2, [700, 600], 600],
    [3, [700, 600], 600],
    [3, [9_999_999, 600], 600],
    [3, [9_999_999, 600, 500], 600],
    [3, [0, 600, 500], 500],
    [5, [9_999_999, 9_999_999, 300], 300],
    [5, [9_999_999, 9_999_999], 0],
    [5, [300, 200, 100, 0, 0], 100],
    [4, [9_999_999, 300, 200, 100], 200],
  ])('is what a majority of %i voters that say %j has reached: %i', (count, times, reached) => {
    const { say, view } = voting(count)
    say(...times)
    expect(view.timeMs - START_MS).toBe(reached)
  })

  it('never goes back', () => {
    const { say, view } = voting(3)
    say(500, 500)
    say(100, 100, 100)
    expect(view.timeMs - START_MS).toBe(500)
  })

  it('is not moved by who does not vote', () => {
    const { machine, founder, view, do: act } = voting(1)
    const late = { timeMs: START_MS + 60_000 }
    act(machine(founder), put('a', 'a/none'), late)
    act(founder, put('a', 'a/none'), late)
    expect(view.timeMs).toBe(START_MS)
  })

  it('is not moved by a batch that is sent again', () => {
    const { seal, commit, voters, say, view } = voting(3)
    const early = seal(voters[0]!.key, [{ kind: 'tick', body: {} }], { timeMs: START_MS + 900 })
    commit([early])
    // The first voter set its clock right since.
    say(200, 500)
    expect(view.timeMs - START_MS).toBe(200)
    commit([early])
    expect(view.timeMs - START_MS).toBe(200)
  })

  it('forgets who votes no more', () => {
    const { say, view, elect, voters, do: act } = voting(3)
    say(9_999_999)
    elect(voters[1]!, voters[2]!)
    act(voters[1]!, { kind: 'tick', body: {} }, { timeMs: START_MS + 100 })
    act(voters[2]!, { kind: 'tick', body: {} }, { timeMs: START_MS + 100 })
    expect(view.timeMs - START_MS).toBe(100)
  })

  it('asks a voter for its time only while leases run and it is news', () => {
    const { view, voters, do: act, founder, tick, machine } = voting(1)
    const node = voters[0]!.node
    expect(view.isTickDue(node, START_MS + 5_000)).toBe(false)
    expectDone(act(founder, grant('a/l')))
    expect(view.isTickDue(node, START_MS + 999)).toBe(false)
    expect(view.isTickDue(node, START_MS + 1_000)).toBe(true)
    tick(START_MS + 1_000)
    expect(view.isTickDue(node, START_MS + 1_500)).toBe(false)
    expect(view.isTickDue(machine(founder).node, START_MS + 9_000)).toBe(false)
  })
})

describe('a clock that is an hour behind', () => {
  const HOUR = 3_600_000
  /** Three voters of whom the last is dead from 0 on; the second is an hour behind. */
  function twoLeft({ version = 2 } = {}) {
    const world = voting(3)
    const { voters, founder, do: act, say, view } = world
    for (const voter of voters)
      expectDone(act(voter, { kind: 'version.support', body: { version } }))
    if (version > 1) expectDone(act(founder, { kind: 'version.activate', body: { version } }))
    say(HOUR, 0, HOUR)
    const passes = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms <= toMs; ms += 1_000) say(HOUR + ms, ms)
    }
    return { ...world, passes, elapsed: () => view.timeMs - START_MS - HOUR }
  }

  it('counts by what passes on it, so that leases end though another voter is dead', () => {
    const { passes, elapsed, do: act, founder, view } = twoLeft()
    expectDone(act(founder, grant('a/l'), { timeMs: START_MS + HOUR }))
    passes(1_000, 5_000)
    expect(view.lease('a/l')).toBeDefined()
    passes(6_000, 30_000)
    expect(view.lease('a/l')).toBeUndefined()
    expect(elapsed()).toBeGreaterThanOrEqual(25_000)
    expect(elapsed()).toBeLessThanOrEqual(30_000)
  })

  it('held them up by the rules of before', () => {
    const { passes, elapsed } = twoLeft({ version: 1 })
    passes(1_000, 30_000)
    expect(elapsed()).toBe(0)
  })

  it('counts as it shows once it was set right, and anew where it was set back further', () => {
    const { passes, elapsed, say } = twoLeft()
    passes(1_000, 20_000)
    say(HOUR + 21_000, HOUR + 21_000)
    expect(elapsed()).toBe(21_000)
    for (let ms = 22_000; ms <= 40_000; ms += 1_000) say(HOUR + ms, ms - HOUR)
    expect(elapsed()).toBeGreaterThanOrEqual(36_000)
    expect(elapsed()).toBeLessThanOrEqual(40_000)
  })

  it('never pushes the log ahead of a right one', () => {
    const { say, elapsed } = twoLeft()
    // All that it had to say in half a minute comes at once.
    for (let ms = 1_000; ms <= 30_000; ms += 1_000) say(HOUR + 1_000, ms)
    expect(elapsed()).toBe(1_000)
  })

  it('is kept in a snapshot', () => {
    const { passes, registry, network } = twoLeft()
    passes(1_000, 20_000)
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(Buffer.compare(copy.snapshot(), registry.snapshot())).toBe(0)
  })

  it('takes no lease that ends early while the log catches up, and no lease for good', () => {
    const { do: act, founder, machine, say, view } = twoLeft()
    const holder = machine(founder)
    // The log stood still for ten seconds; whoever grants has a clock that says nothing of it.
    expectDone(act(holder, grant('a/l'), { timeMs: START_MS + 10_000 }))
    for (const ms of [3_000, 6_000, 9_000, 10_000]) say(HOUR + ms, HOUR + ms)
    say(HOUR + 14_900, HOUR + 14_900)
    expect(view.lease('a/l')).toBeDefined()
    for (let ms = 15_000; ms <= 50_000; ms += 1_000) say(HOUR + ms, HOUR + ms)
    expect(view.lease('a/l')).toBeUndefined()
  })

  it('is asked for what passes on it, and after it was set back', () => {
    const { voters, view, do: act, founder, passes } = twoLeft()
    expectDone(act(founder, grant('a/l')))
    passes(1_000, 2_000)
    const node = voters[1]!.node
    expect(view.isTickDue(node, START_MS + 2_500)).toBe(false)
    expect(view.isTickDue(node, START_MS + 3_000)).toBe(true)
    expect(view.isTickDue(voters[0]!.node, START_MS + 2_000)).toBe(true)
  })

  it('has a log that it had pushed ahead alone go on, and come back to the right time', () => {
    const { voters, elect, do: act, view } = voting(3)
    const [wrong, ...right] = voters
    elect(wrong!)
    for (const voter of voters) {
      expectDone(act(voter, { kind: 'version.support', body: { version: 2 } }))
    }
    expectDone(act(wrong!, { kind: 'version.activate', body: { version: 2 } }))
    act(wrong!, { kind: 'tick', body: {} }, { timeMs: START_MS + HOUR })
    elect(...voters)
    const offMs = (nowMs: number): number => view.timeMs - START_MS - nowMs
    const until = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms <= toMs; ms += 10_000) {
        for (const voter of right) act(voter, { kind: 'tick', body: {} }, { timeMs: START_MS + ms })
      }
    }
    until(0, 60_000)
    expect(view.timeMs - START_MS).toBeGreaterThan(HOUR + 50_000)
    until(70_000, 10 * HOUR)
    expect(offMs(10 * HOUR)).toBeLessThan(20_000)
  })
})
