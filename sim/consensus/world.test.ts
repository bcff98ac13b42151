import { describe, expect, it } from 'vitest'
import type { EngineKind } from './engine-kind.ts'
import { type SequencerFaults, sequencerKind } from './sequencer.fixture.ts'
import { type SimulateOptions, simulate } from './simulate.ts'

const SEEDS = 40

function failuresOf(kind: EngineKind, options?: SimulateOptions): string[] {
  return Array.from({ length: SEEDS }, (_, n) => simulate(n + 1, kind, options).failures).flat()
}

describe('the simulated world, on the simplest engine', () => {
  it('finds nothing wrong where nothing is', () => {
    expect(failuresOf(sequencerKind())).toEqual([])
  })

  const PLANTED: [keyof SequencerFaults, RegExp][] = [
    ['neverSyncs', /another entry at|nothing was committed|nobody has delivered/],
    ['acknowledgesBeforeSync', /has applied \d+ of/],
    ['readsAnywhere', /may read at \d+, and \d+ was delivered before/],
    ['tellsTwice', /is told the fate of .* again/],
    ['refusesAfterAppending', /which was refused/],
    ['appliesTwice', /delivers \d+ after \d+/],
  ]
  it.each(PLANTED)('finds an engine that %s', (fault, message) => {
    expect(failuresOf(sequencerKind({ [fault]: true })).join('\n')).toMatch(message)
  })

  it('finds disks that forget what they said was synced', () => {
    const failures = failuresOf(sequencerKind(), { lyingDisks: true })
    expect(failures.join('\n')).toMatch(/another entry at|nothing was committed|has applied/)
  })

  it('finds an engine that throws', () => {
    const kind: EngineKind = {
      name: 'thrower',
      foundedAt: 0,
      electsLeaders: true,
      replacesAll: true,
      repeats: false,
      create(setup, records) {
        const engine = sequencerKind().create(setup, records)
        const propose = (): never => {
          throw new Error('no')
        }
        return { ...engine, propose }
      },
    }
    expect(failuresOf(kind)[0]).toMatch(/^threw: Error: no/)
  })

  it('runs a seed the same way twice, and another seed another way', () => {
    const [one, again, other] = [7, 7, 8].map((seed) => simulate(seed, sequencerKind()))
    expect(again).toEqual(one)
    expect(other?.trace).not.toBe(one?.trace)
  })

  it('runs a seed the same way on any machine', () => {
    expect(simulate(1, sequencerKind()).trace).toBe('f4da45efc163ae01')
  })
})
