import { describe, expect, it } from 'vitest'
import { type Command, createRegistry, leastLeftMsOf, leftMsOf } from './index.ts'
import { ADVANCE_MS_MAX } from './limits.ts'
import { applyEntry, bytes, codeOf, expectDone, START_MS } from './registry.fixture.ts'
import { voting } from './voting.fixture.ts'

const grant = (lease: string, ttlMs = 5_000): Command => ({
  kind: 'lease.grant',
  body: { lease, ttlMs },
})
const keep = (lease: string): Command => ({ kind: 'lease.keep', body: { lease } })
const revoke = (lease: string): Command => ({ kind: 'lease.revoke', body: { lease } })
const acquire = (lock: string, lease: string): Command => ({
  kind: 'lock.acquire',
  body: { lock, lease },
})
const release = (lock: string, lease: string): Command => ({
  kind: 'lock.release',
  body: { lock, lease },
})
const put = (key: string, lease: string): Command => ({
  kind: 'kv.put',
  body: { key, value: bytes('1'), lease },
})

describe('after a standstill', () => {
  const world = () => {
    const made = voting(3)
    const holder = made.machine(made.founder)
    made.say(0, 0, 0)
    return { ...made, holder }
  }

  it('a lease is not charged the time before it was kept, in however many steps that comes', () => {
    const { do: act, holder, say, live, view } = world()
    // Sealed when the log had stood still for 20 s, and applied before what voters had sealed meanwhile.
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 20_000 }))
    for (const ms of [4_000, 8_000, 12_000, 16_000, 20_000]) say(ms, ms, ms)
    live(20_000, 24_900)
    expect(view.lease('a/b')).toBeDefined()
    live(24_000, 60_000)
    expect(view.lease('a/b')).toBeUndefined()
  })

  it('a lease lasts its time all the same, and a step more', () => {
    const { do: act, holder, say, live, view } = world()
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 20_000 }))
    expect(view.lease('a/b')).toMatchObject({ sealedMs: START_MS + 20_000 })
    // The log comes to that moment, of which its uptime counts three seconds.
    say(20_500, 20_500)
    expect(view.lease('a/b')).toEqual({
      ttlMs: 5_000,
      endsMs: view.uptimeMs + 5_000 + ADVANCE_MS_MAX,
    })
    live(20_000, 28_000)
    expect(view.lease('a/b')).toBeDefined()
    live(28_000, 29_000)
    expect(view.lease('a/b')).toBeUndefined()
  })

  it('a lease that is kept before the log has come there lasts from then on', () => {
    const { do: act, holder, say, view } = world()
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 20_000 }))
    expectDone(act(holder, keep('a/b'), { timeMs: START_MS + 22_000 }))
    say(21_000, 21_000)
    expect(view.lease('a/b')).toMatchObject({ sealedMs: START_MS + 22_000 })
    say(22_000, 22_000)
    expect(view.lease('a/b')).toEqual({
      ttlMs: 5_000,
      endsMs: view.uptimeMs + 5_000 + ADVANCE_MS_MAX,
    })
  })

  it('what is left of a lease is told by its time, not by what is added meanwhile', () => {
    const { do: act, holder, say, view } = world()
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 20_000 }))
    const left = () => leftMsOf(view.lease('a/b')!, view.uptimeMs)
    expect(left()).toBe(5_000 + ADVANCE_MS_MAX)
    say(23_000, 23_000)
    say(25_000, 25_000)
    expect(left()).toBe(3_000 + ADVANCE_MS_MAX)
  })

  it('what it lasts at least is what people are told: neither more than its time nor less than none', () => {
    const { do: act, holder, say, live, view } = world()
    const least = () => {
      const lease = view.lease('a/b')
      return lease && leastLeftMsOf({ ...lease, leftMs: leftMsOf(lease, view.uptimeMs) })
    }
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 20_000 }))
    expect(least()).toBe(5_000)
    say(20_500, 20_500)
    live(20_000, 23_000)
    expect(least()).toBeLessThanOrEqual(2_500)
    live(23_000, 28_000)
    expect(least()).toBe(0)
  })

  it('a replica that began from a snapshot ends it at the same moment', () => {
    const { do: act, holder, say, live, log, network, registry } = world()
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 20_000 }))
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    say(20_000, 20_000)
    live(20_000, 29_000)
    for (const entry of log.slice(copy.index)) {
      applyEntry(copy, network, copy.index + 1, entry)
    }
    expect(copy.view.lease('a/b')).toBeUndefined()
    expect(Buffer.compare(copy.snapshot(), registry.snapshot())).toBe(0)
  })

  it('a clock that is an hour ahead keeps its lease for half a minute more, not for an hour', () => {
    const { do: act, holder, live, view } = world()
    expectDone(act(holder, grant('a/b'), { timeMs: START_MS + 3_600_000 }))
    live(0, 30_000)
    expect(view.lease('a/b')).toBeDefined()
    live(30_000, 37_000)
    expect(view.lease('a/b')).toBeUndefined()
  })
})

describe('a lease', () => {
  it('takes its keys along when it ends, in one revision', () => {
    const { do: act, founder, live, view } = voting()
    expectDone(act(founder, grant('a/l')))
    for (const key of ['a/2', 'a/1']) expectDone(act(founder, put(key, 'a/l')))
    live(0, 5_000)
    expect(view.list('a/', { limit: 9 })).toHaveLength(2)
    live(5_000, 5_000 + ADVANCE_MS_MAX)
    expect(view.list('a/', { limit: 9 })).toEqual([])
    expect(view.watch('a/', 3, 9)).toMatchObject({
      events: [
        { revision: 3, key: 'a/1', item: undefined },
        { revision: 3, key: 'a/2', item: undefined },
      ],
    })
    expect(codeOf(act(founder, keep('a/l')))).toBe('NO_LEASE')
  })

  it('lives while it is kept', () => {
    const { do: act, founder, live, view } = voting()
    expectDone(act(founder, grant('a/l')))
    expectDone(act(founder, put('a/1', 'a/l')))
    for (let ms = 0; ms < 40_000; ms += 4_000) {
      live(ms, ms + 4_000)
      expectDone(act(founder, keep('a/l')))
    }
    expect(view.get('a/1')).toBeDefined()
  })

  it('never ends sooner than its time, though the log’s clock was far behind', () => {
    const { do: act, founder, tick, view } = voting()
    // An hour went by in silence; then the lease, and at once the first tick.
    expectDone(act(founder, grant('a/l')))
    const hour = START_MS + 3_600_000
    tick(hour)
    tick(hour + 4_999)
    expect(view.lease('a/l')).toBeDefined()
  })

  it('does not run while the log stands still', () => {
    const { do: act, founder, tick, live, view } = voting()
    expectDone(act(founder, grant('a/l')))
    live(0, 2_000)
    // All computers slept for eight hours: its holder has had no chance to renew it.
    tick(START_MS + 8 * 3_600_000)
    expect(view.lease('a/l')).toBeDefined()
    expect(codeOf(act(founder, keep('a/l')))).toBe('done')
  })

  it('ends with whoever slept while the others went on', () => {
    const { do: act, founder, live, view } = voting(3)
    expectDone(act(founder, grant('a/l')))
    live(0, 60_000)
    expect(view.lease('a/l')).toBeUndefined()
    expect(codeOf(act(founder, keep('a/l')))).toBe('NO_LEASE')
  })

  it('is left by a key that is put without it', () => {
    const { do: act, founder, view } = voting()
    expectDone(act(founder, grant('a/l')))
    expectDone(act(founder, put('a/1', 'a/l')))
    expectDone(act(founder, { kind: 'kv.put', body: { key: 'a/1', value: bytes('2') } }))
    expect(act(founder, revoke('a/l'))).toEqual({ ok: true, value: { revision: 2 } })
    expect(view.get('a/1')?.lease).toBeNull()
  })

  it.each<[string, Command, string]>([
    ['a second time', grant('a/l'), 'EXISTS'],
    ['too short', grant('a/m', 999), 'MALFORMED'],
    ['too long', grant('a/m', 86_400_001), 'MALFORMED'],
    ['when it is not there to keep', keep('a/m'), 'NO_LEASE'],
    ['when it is not there to revoke', revoke('a/m'), 'NO_LEASE'],
  ])('is refused %s', (_, command, outcome) => {
    const { do: act, founder } = voting()
    expectDone(act(founder, grant('a/l')))
    expect(codeOf(act(founder, command))).toBe(outcome)
  })
})

describe('a lock', () => {
  function queue() {
    const world = voting()
    const { founder, do: act } = world
    for (const lease of ['a/1', 'a/2', 'a/3']) expectDone(act(founder, grant(lease, 60_000)))
    const ask = (lease: string) => expectDone(act(founder, acquire('a/k', lease)))
    return { ...world, ask }
  }

  it('goes to those who asked, in that order, with a higher token each time', () => {
    const { ask, founder, do: act, view } = queue()
    expect([ask('a/1'), ask('a/2'), ask('a/3')]).toEqual([
      { held: true, token: 1 },
      { held: false, ahead: 1 },
      { held: false, ahead: 2 },
    ])
    expectDone(act(founder, release('a/k', 'a/1')))
    expect(view.lock('a/k')).toEqual({ holder: 'a/2', token: 2, waiting: ['a/3'] })
    expect([ask('a/2'), ask('a/3'), ask('a/1')]).toEqual([
      { held: true, token: 2 },
      { held: false, ahead: 1 },
      { held: false, ahead: 2 },
    ])
  })

  it('passes on when its holder’s lease ends, and over those whose lease ended', () => {
    const { ask, founder, do: act, view } = queue()
    for (const lease of ['a/1', 'a/2', 'a/3']) ask(lease)
    expectDone(act(founder, revoke('a/2')))
    expect(view.lock('a/k')).toEqual({ holder: 'a/1', token: 1, waiting: ['a/3'] })
    expectDone(act(founder, revoke('a/1')))
    expect(view.lock('a/k')).toEqual({ holder: 'a/3', token: 2, waiting: [] })
    expectDone(act(founder, revoke('a/3')))
    expect(view.lock('a/k')).toBeUndefined()
  })

  it('is left by one that no longer waits', () => {
    const { ask, founder, do: act, view } = queue()
    for (const lease of ['a/1', 'a/2', 'a/3']) ask(lease)
    expectDone(act(founder, release('a/k', 'a/2')))
    expect(view.lock('a/k')).toEqual({ holder: 'a/1', token: 1, waiting: ['a/3'] })
  })

  it.each<[string, Command, string]>([
    ['without a lease', acquire('a/k', 'a/none'), 'NO_LEASE'],
    ['under another namespace’s lease', acquire('b/k', 'a/1'), 'MALFORMED'],
    ['when it is not held', release('a/free', 'a/1'), 'NOT_HELD'],
    ['when it is another’s', release('a/k', 'a/2'), 'NOT_HELD'],
  ])('is refused %s', (_, command, outcome) => {
    const { ask, founder, do: act } = queue()
    ask('a/1')
    expect(codeOf(act(founder, command))).toBe(outcome)
  })
})
