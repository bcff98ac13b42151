import { describe, expect, it } from 'vitest'
import { type Command, createRegistry } from './index.ts'
import { PAST_MAX } from './limits.ts'
import { bytes, codeOf, createWorld, expectDone, START_MS } from './registry.fixture.ts'

const apply = (spec: string, name = 'cafe'): Command => {
  return { kind: 'workload.apply', body: { name, spec: bytes(spec) } }
}
const keep = (generation: number, name = 'cafe'): Command => {
  return { kind: 'workload.keep', body: { name, generation } }
}

function createCafe() {
  const world = createWorld({ seed: 22 })
  const past = (name = 'cafe') => {
    return world.registry.view.past(name).map(({ generation, spec }) => [generation, String(spec)])
  }
  return { ...world, past }
}

const textOf = (spec: string): string => String(bytes(spec))

describe('a workload’s past', () => {
  it('is what its owner had kept, the latest ten, and outlives its end', () => {
    const { founder, do: act, past, registry } = createCafe()
    expectDone(act(founder, apply('1')))
    expectDone(act(founder, keep(1)))
    expectDone(act(founder, apply('2')))
    expect(past()).toEqual([[1, textOf('1')]])
    expect(registry.view.past('cafe')[0]).toMatchObject({ by: founder.owner })
    for (let generation = 2; generation < PAST_MAX + 4; generation++) {
      expectDone(act(founder, keep(generation)))
      expectDone(act(founder, apply(String(generation + 1))))
    }
    expect(past().map(([generation]) => generation)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    expectDone(act(founder, { kind: 'workload.delete', body: { name: 'cafe' } }))
    expect(past()).toHaveLength(PAST_MAX)
    expectDone(act(founder, { kind: 'name.release', body: { name: 'cafe' } }))
    expect(past()).toEqual([])
  })

  it('ends when its owner says so, though the log’s time stood still, and never before that', () => {
    const { founder, do: act, member, machine, elect, tick, registry } = createCafe()
    elect(machine(member('use')))
    const until = () => registry.view.past('cafe').at(-1)?.untilMs
    expectDone(act(founder, apply('1')))
    expectDone(act(founder, keep(1), { timeMs: START_MS + 90_000 }))
    expect(until()).toBe(START_MS + 90_000)
    tick(START_MS + 200_000)
    expectDone(act(founder, apply('2')))
    expectDone(act(founder, keep(2), { timeMs: START_MS + 100_000 }))
    expect(until()).toBe(START_MS + 200_000)
  })

  it('of the same generation is kept once', () => {
    const { founder, do: act, past } = createCafe()
    expectDone(act(founder, apply('1')))
    expectDone(act(founder, keep(1)))
    expectDone(act(founder, keep(1)))
    expect(past()).toHaveLength(1)
  })

  it('makes room by the one that its author names, from the rules that know it on', () => {
    const { founder, do: act, past, registry, machine, elect } = createCafe()
    const retain = (generation: number, instead?: number): Command => {
      const room = instead !== undefined && { instead }
      return { kind: 'workload.retain', body: { name: 'cafe', generation, ...room } }
    }
    const generations = () => past().map(([generation]) => generation)
    expectDone(act(founder, apply('1')))
    expect(codeOf(act(founder, retain(1)))).toBe('UNKNOWN_KIND')
    const node = machine(founder)
    elect(node)
    expectDone(act(node, { kind: 'version.support', body: { version: 2 } }))
    expectDone(act(node, { kind: 'version.activate', body: { version: 2 } }))
    for (let generation = 1; generation <= PAST_MAX; generation++) {
      // While there is room none goes.
      expectDone(act(founder, retain(generation, 1)))
      expectDone(act(founder, apply(String(generation + 1))))
    }
    expect(generations()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expectDone(act(founder, retain(11, 4)))
    // Again, and nothing else goes.
    expectDone(act(founder, retain(11, 5)))
    expect(generations()).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10, 11])
    expectDone(act(founder, apply('12')))
    // What is not kept makes no room: the oldest does.
    expectDone(act(founder, retain(12, 4)))
    expect(generations()).toEqual([2, 3, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(codeOf(act(founder, retain(11, 2)))).toBe('CONFLICT')
    expect(registry.view.version).toBe(2)
  })

  it('is not another owner’s to keep, nor what it has moved on from', () => {
    const { founder, member, do: act } = createCafe()
    const [ann, user] = [member('deploy', 'use'), member('use')]
    expect(codeOf(act(founder, keep(1)))).toBe('NOT_FOUND')
    expectDone(act(ann, apply('1', 'shop')))
    expect(codeOf(act(user, keep(1, 'shop')))).toBe('FORBIDDEN')
    expect(codeOf(act(member('deploy'), keep(1, 'shop')))).toBe('NAME_TAKEN')
    expectDone(act(founder, keep(1, 'shop')))
    expect(act(ann, keep(2, 'shop'))).toEqual({
      ok: false,
      code: 'CONFLICT',
      details: { generation: 1 },
    })
  })

  it('is in a snapshot, and counts into the hash', () => {
    const { founder, do: act, registry, network } = createCafe()
    expectDone(act(founder, apply('1')))
    const before = registry.hash()
    expectDone(act(founder, keep(1)))
    expect(registry.hash()).not.toEqual(before)
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(copy.hash()).toEqual(registry.hash())
    expect(copy.view.past('cafe')).toEqual(registry.view.past('cafe'))
  })
})
