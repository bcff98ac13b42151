import { expect, test } from 'vitest'
import type { EdgeLoad } from '../edge/index.ts'
import { TOLD_VERSIONS_OF_ALL_MAX, TOLD_WORKLOADS_MAX } from './limits.ts'
import { createTurns } from './turns.ts'

type Loads = Map<string, EdgeLoad>
const totals = (answers: number) => ({ answers, errors: 0, buckets: [answers] })
const load = (change: Partial<EdgeLoad> = {}): EdgeLoad => ({
  ...{ open: 0, waiting: 0, versions: new Map([['v', totals(1)]]) },
  ...change,
})
const crowd = (count: number, of: () => EdgeLoad = load): Loads =>
  new Map(Array.from({ length: count }, (_, at) => [`w${at}`, of()]))

test('all are told of while there is room', () => {
  const turns = createTurns()
  expect(turns.next(crowd(TOLD_WORKLOADS_MAX)).told.size).toBe(TOLD_WORKLOADS_MAX)
})

test('the same ones, in the same order, while there is no news', () => {
  const turns = createTurns()
  const all = crowd(2 * TOLD_WORKLOADS_MAX)
  for (let round = 0; round < 2; round++) turns.next(all)
  const { told, late } = turns.next(all)
  expect(late).toBe(0)
  expect([...turns.next(all).told.keys()]).toEqual([...told.keys()])
})

test('whoever waits before those of whom there is news, and these before what is idle', () => {
  const turns = createTurns()
  const all = crowd(3 * TOLD_WORKLOADS_MAX)
  for (let round = 0; round < 3; round++) turns.next(all)
  const idle = turns.next(all).told
  const [first = '', second = '', third = ''] = [...all.keys()].filter((name) => !idle.has(name))
  all.set(first, load({ waiting: 1 }))
  all.set(second, load({ open: 1 }))
  all.set(third, load({ versions: new Map([['v', totals(2)]]) }))
  const { told, late } = turns.next(all)
  expect([first, second, third].map((name) => told.has(name))).toEqual([true, true, true])
  expect(late).toBe(0)
})

test('what stays open is told of again and again, with all others in two rounds', () => {
  const turns = createTurns()
  const all = crowd(2 * TOLD_WORKLOADS_MAX, () => load({ open: 1 }))
  const told = [turns.next(all), turns.next(all)]
  expect(new Set(told.flatMap((round) => [...round.told.keys()])).size).toBe(all.size)
  expect(told.map(({ late }) => late)).toEqual([TOLD_WORKLOADS_MAX, TOLD_WORKLOADS_MAX])
})

test('no more versions than fit into a record', () => {
  const versions = new Map(['a', 'b', 'c', 'd'].map((version) => [version, totals(1)]))
  const { told } = createTurns().next(crowd(TOLD_WORKLOADS_MAX, () => load({ versions })))
  expect(told.size).toBe(TOLD_VERSIONS_OF_ALL_MAX / 4)
})
