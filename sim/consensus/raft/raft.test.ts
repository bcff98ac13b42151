import { describe, expect, it } from 'vitest'
import { FAULTS } from '../chaos.ts'
import { EFFECTS } from '../effects.ts'
import { runSeeds } from '../run-seeds.ts'
import { simulate } from '../simulate.ts'
import { raftKind } from './kind.ts'

const BLOCKS = 10
const SEEDS_PER_BLOCK = 50
const SEEDS_PER_EFFECT = 40
/** A loaded machine takes long; a run that hangs takes for ever. */
const TIMEOUT_MS = 120_000

const STRUCK = [
  ...FAULTS,
  ...['carried', 'dropped', 'duplicated', 'delayed', 'cut', 'arrivedWhileDown'],
  ...['kill', 'powerLoss', 'lostUnsynced', 'tornWrite', 'died:diskFull', 'died:syncFailed'],
  ...['compacted', 'snapshotRestored', 'membersAsked', 'membersAskedInPartition'],
  ...['put', 'swapped', 'notSwapped', 'read', 'gaveUp', 'refused', 'readLost'],
]

describe('Raft, while everything goes wrong, then nothing', () => {
  const kind = raftKind()
  const counts: Record<string, number> = {}

  it.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))(
    'keeps one log and goes on: 50 seeds from %i',
    (first) => {
      const said: string[] = []
      const say = (line: string): void => void said.push(line)
      const result = runSeeds(kind, { first, count: SEEDS_PER_BLOCK, say })
      for (const [what, times] of Object.entries(result.counts)) {
        counts[what] = (counts[what] ?? 0) + times
      }
      expect(said).toEqual([])
    },
    TIMEOUT_MS,
  )

  it.each([1, 7])(
    'keeps one log and goes on with %i voters at first, which no seed draws: 20 seeds',
    (voters) => {
      const said: string[] = []
      const say = (line: string): void => void said.push(line)
      runSeeds(kind, { first: 1, count: 20, voters, say })
      expect(said).toEqual([])
    },
    TIMEOUT_MS,
  )

  it('was struck by everything', () => {
    const met = Object.keys(kind.adversaries ?? {}).map((name) => `adversary:${name}`)
    expect([...STRUCK, ...met].filter((what) => !counts[what])).toEqual([])
    expect(counts.historyUndecided).toBeUndefined()
  })

  it.each(EFFECTS)(
    'survives deaths before it comes to %s',
    (effect) => {
      const outcomes = Array.from({ length: SEEDS_PER_EFFECT }, (_, n) =>
        simulate(n + 1, kind, { deadly: effect }),
      )
      expect(outcomes.flatMap(({ failures }) => failures)).toEqual([])
      const died = outcomes.filter(({ counts }) => counts[`died:before:${effect}`])
      expect(died.length).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it('runs a seed the same way twice and on any machine, and another seed another way', () => {
    const [one, again, other] = [7, 7, 8].map((seed) => simulate(seed, kind))
    expect(again).toEqual(one)
    expect(other?.trace).not.toBe(one?.trace)
    // Of the messages of the engine as it is: whoever changes what it says or when sets it anew.
    expect(one?.trace).toBe('d23fb6751914a1d0')
  })
})
