import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, BAD, GOOD, never } from './histories.fixture.ts'
import { checkLinearizable, type Operation } from './index.ts'

describe('a history that one store could have given', () => {
  it.each(GOOD)('%s', (_name, history) => {
    expect(checkLinearizable(history).verdict).toBe('linearizable')
    expect(checkLinearizable(history.toReversed()).verdict).toBe('linearizable')
  })
})

describe('a history that no store could have given', () => {
  it.each(BAD)('%s', (_name, history) => {
    expect(checkLinearizable(history).verdict).toBe('violated')
    expect(checkLinearizable(history.toReversed()).verdict).toBe('violated')
  })

  it('is told key by key', () => {
    const result = checkLinearizable([at('a', 1, 2, 'y').put('1'), at('b', 1, 2, 'x').read('2')])
    expect(result).toEqual({ verdict: 'violated', key: 'x', history: ['b 1..2 read x: 2'] })
  })
})

describe('a search that takes too long', () => {
  it('says that it decides nothing', () => {
    const history = Array.from({ length: 12 }, (_, n) => at(`c${n}`, 1, 2).put(`${n}`))
    history.push(at('r', 3, 4).read('nobody'))
    expect(checkLinearizable(history, { configurationsMax: 1_000 }).verdict).toBe('undecided')
  })
})

/** What one step does, and how far its call and its answer lie from the moment of its effect. */
const step = fc.record({
  kind: fc.constantFrom('put', 'cas', 'read'),
  key: fc.constantFrom('x', 'y'),
  value: fc.constantFrom('1', '2', '3'),
  early: fc.nat(4),
  late: fc.nat(4),
  heard: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A real order, in which step n takes effect at time 10 n, seen by clients that overlap. */
function play(steps: readonly Step[]): Operation[] {
  const store = new Map<string, string>()
  return steps.map(({ kind, key, value, early, late, heard }, n) => {
    const answeredAt = heard ? 10 * n + 10 * late + 1 : undefined
    const asked = at(`c${n}`, 10 * n - 10 * early, answeredAt, key)
    const found = store.get(key)
    if (kind === 'read') return asked.read(found)
    if (kind === 'put') {
      store.set(key, value)
      return asked.put(value)
    }
    const expected = value === '1' ? undefined : value === '2' ? '1' : '2'
    if (found === expected) store.set(key, value)
    return asked.cas(expected, value, heard ? found === expected : undefined)
  })
}

describe('any history made from a real order', () => {
  const runs = { numRuns: 300, seed: 2026 }

  it('passes', () => {
    const passes = (steps: Step[]): void => {
      expect(checkLinearizable(play(steps)).verdict).toBe('linearizable')
    }
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), passes), runs)
  })

  it('fails once one read that was answered tells a value nobody wrote', () => {
    const fails = (steps: Step[], which: number): void => {
      const history = play(steps)
      const reads = history.filter(({ kind, answeredAt }) => kind === 'read' && answeredAt)
      const read = reads[which % reads.length]
      fc.pre(read !== undefined)
      const corrupt = history.map((each) => (each === read ? { ...each, value: 'never' } : each))
      expect(checkLinearizable(corrupt).verdict).toBe('violated')
    }
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), fc.nat(), fails), runs)
  })

  it('agrees with trying every order, on histories small enough for that', () => {
    const verdicts = new Set<string>()
    const agrees = (steps: Step[], wrong: number, value: string | undefined): void => {
      const history = play(steps).map((each, n) =>
        n === wrong && each.kind === 'read' ? { ...each, value } : each,
      )
      const { verdict } = checkLinearizable(history)
      verdicts.add(verdict)
      expect(verdict).toBe(naively(history) ? 'linearizable' : 'violated')
    }
    const value = fc.constantFrom(undefined, '1', '2', '3')
    fc.assert(fc.property(fc.array(step, { maxLength: 6 }), fc.nat(5), value, agrees), runs)
    expect([...verdicts].sort()).toEqual(['linearizable', 'violated'])
  })
})

/** Whatever answers: mostly none that a store could have given, and many that nobody heard. */
const wild = fc.record({
  kind: fc.constantFrom('put', 'cas', 'cas', 'read'),
  value: fc.constantFrom('1', '2', '3', '4', '5'),
  expected: fc.constantFrom(undefined, '1', '2'),
  calledAt: fc.nat(12),
  tookMs: fc.nat(12),
  heard: fc.integer({ min: 0, max: 2 }).map((chance) => chance > 0),
  swapped: fc.boolean(),
})

describe('orders that are left out', () => {
  it('would have explained nothing that no other does', () => {
    const counts: Record<string, number> = {}
    const agrees = (ways: (typeof wild extends fc.Arbitrary<infer T> ? T : never)[]): void => {
      const history = ways.map((way, n): Operation => {
        const { kind, value, expected, calledAt, tookMs, heard, swapped } = way
        const asked = at(`c${n}`, calledAt, heard ? calledAt + tookMs : undefined)
        if (kind === 'put') return asked.put(value)
        if (kind === 'read') return asked.read(expected)
        return asked.cas(expected, value, heard ? swapped : undefined)
      })
      const { verdict } = checkLinearizable(history)
      counts[verdict] = (counts[verdict] ?? 0) + 1
      expect(verdict).toBe(naively(history) ? 'linearizable' : 'violated')
    }
    fc.assert(fc.property(fc.array(wild, { maxLength: 6 }), agrees), { numRuns: 3_000, seed: 2026 })
    expect(Math.min(counts.linearizable ?? 0, counts.violated ?? 0)).toBeGreaterThan(500)
  })

  it('are those of many writes that nobody was answered for, which are too many to try', () => {
    const lost = Array.from({ length: 40 }, (_, n) => at(`c${n}`, n, never).put(`lost ${n}`))
    const swaps = Array.from({ length: 40 }, (_, n) => at(`s${n}`, n, never).cas('1', `swap ${n}`))
    const read = at('r', 50, 51).read('nobody wrote this')
    const options = { configurationsMax: 2_000 }
    expect(checkLinearizable([...lost, ...swaps, read], options).verdict).toBe('violated')
  })

  it('are those in which a read waits for what it was called beside', () => {
    const reads = Array.from({ length: 20 }, (_, n) => at(`r${n}`, 1, 40).read(undefined))
    const puts = Array.from({ length: 3 }, (_, n) => at(`p${n}`, 1, 40).put(`${n}`))
    const last = at('r', 50, 51).read('nobody wrote this')
    const options = { configurationsMax: 2_000 }
    expect(checkLinearizable([...puts, ...reads, last], options).verdict).toBe('violated')
  })
})

/** Every order of every choice of unanswered operations, by its definition. */
function naively(history: readonly Operation[], store: Record<string, string> = {}): boolean {
  if (history.every(({ answeredAt }) => answeredAt === undefined)) return true
  return history.some((operation) => {
    const { key, calledAt } = operation
    const overtakes = history.some(({ answeredAt = Infinity }) => answeredAt < calledAt)
    if (overtakes) return false
    const rest = history.filter((each) => each !== operation)
    const found = store[key]
    if (operation.kind === 'put') return naively(rest, { ...store, [key]: operation.value })
    if (operation.kind === 'read') {
      return (
        (operation.answeredAt === undefined || operation.value === found) && naively(rest, store)
      )
    }
    const swaps = found === operation.expected
    if (operation.swapped !== undefined && operation.swapped !== swaps) return false
    return naively(rest, swaps ? { ...store, [key]: operation.value } : store)
  })
}
