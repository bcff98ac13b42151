import { expect, test } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import { type EdgeLoad, LATENCY_CLASSES_MS } from '../edge/index.ts'
import { TOLD_WORKLOADS_MAX } from './limits.ts'
import { loadForm } from './messages.ts'
import { createTurns } from './turns.ts'

/** Bytes of a value in the shared state. */
const VALUE_BYTES_MAX = 65_536
type Loads = Map<string, EdgeLoad>
const totals = (answers: number) => ({ answers, errors: 0, latencies: new Map([[5, answers]]) })
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

const asRead = (told: ReadonlyMap<string, EdgeLoad>) =>
  new Map([...told].map(([name, one]) => [name, { ...one, versions: new Map(one.versions) }]))

test('no more than fits into a record, whatever they are called and however much was counted', () => {
  const count = Number.MAX_SAFE_INTEGER
  const latencies = new Map(LATENCY_CLASSES_MS.map((boundMs) => [boundMs, count]))
  const version = { answers: count, errors: count, latencies }
  const crowded = (versions: number): Loads => {
    const names = Array.from({ length: versions }, (_, at) => `${at}`.padEnd(64, 'v'))
    const one: EdgeLoad = {
      open: count,
      waiting: count,
      versions: new Map(names.map((id) => [id, version])),
    }
    const all = Array.from({ length: 200 }, (_, at) => `${at}`.padEnd(63, 'w'))
    return new Map(all.map((name) => [name, one]))
  }
  for (const versions of [0, 1, 4]) {
    const { told, late } = createTurns().next(crowded(versions))
    expect(told.size + late).toBe(200)
    expect(told.size).toBeGreaterThanOrEqual(4)
    const takes = { cpuMillis: count, copies: count }
    const names = Array.from({ length: TOLD_WORKLOADS_MAX }, (_, at) => `${at}`.padEnd(63, 'w'))
    const processor = new Map(names.map((name) => [name, takes]))
    const form = loadForm({ asked: asRead(told), processor })
    expect(encode(form!).length).toBeLessThanOrEqual(VALUE_BYTES_MAX)
  }
})
