import { expect, it } from 'vitest'
import { simulateVoting, type VotingRun } from './simulate.ts'

const SEEDS = Array.from({ length: 60 }, (_, at) => at + 1)

const runs = SEEDS.map((seed): [number, VotingRun] => [seed, simulateVoting(seed)])
const happened = (what: string): number =>
  runs.reduce((sum, [, { counts }]) => sum + (counts[what] ?? 0), 0)

it('comes to what it has to, whoever copies, lies or says it again', () => {
  const failed = runs.flatMap(([seed, { failure }]) =>
    failure ? [`seed ${seed}: ${failure}`] : [],
  )
  expect(failed).toEqual([])
})

it('meets everything that it is about', () => {
  for (const what of [
    ...[
      'vote: done',
      'vote: OVER',
      'copy: done',
      'copy: OVER',
      'reveal: done',
      'reveal: TOO_EARLY',
    ],
    ...['reveal: OVER', 'turn: WRONG_REVEAL', 'steal: WRONG_REVEAL', 'steal: NOT_COMMITTED'],
    ...[
      'again',
      'remove: done',
      'restored',
      'elected',
      'caught up',
      'passed',
      'rejected',
      'make: done',
    ],
  ]) {
    expect(happened(what), what).toBeGreaterThan(0)
  }
  expect(happened('steal: done') + happened('turn: done')).toBe(0)
})

it('goes the same way from the same seed', () => {
  for (const [seed, { traceHash }] of runs.slice(0, 5)) {
    expect(simulateVoting(seed).traceHash).toBe(traceHash)
  }
})
