import { describe, expect, test } from 'vitest'
import { beyond, createTally, latencyOf, lateShare, type Told } from './index.ts'
import { loadForm, parseLoad } from './messages.ts'

function told(
  node: string,
  answers: number,
  more: { incarnation?: number; waiting?: number } = {},
): Told {
  const { incarnation = 1, waiting = 0 } = more
  const version = { answers, errors: 1, latencies: new Map([[10, answers]]) }
  return {
    ...{ node, incarnation },
    load: {
      asked: new Map([['web', { open: 1, waiting, versions: new Map([['v1', version]]) }]]),
      processor: new Map([['web', { cpuMillis: 100, copies: 2 }]]),
    },
  }
}
const answersOf = (tally: ReturnType<typeof createTally>) =>
  tally.of('web').byVersion.get('v1')?.answers ?? 0

describe('what nodes tell, added up', () => {
  test('is what grew since it began, and no word that was missed is missing', () => {
    const tally = createTally()
    tally.take([told('a', 1_000), told('b', 500)])
    expect(answersOf(tally)).toBe(0)
    tally.take([told('a', 1_010), told('b', 500)])
    tally.take([told('a', 1_050), told('b', 520)])
    expect(answersOf(tally)).toBe(70)
  })

  test('begins anew with a node that was started again', () => {
    const tally = createTally()
    tally.take([told('a', 1_000)])
    tally.take([told('a', 7, { incarnation: 2 })])
    tally.take([told('a', 9, { incarnation: 2 })])
    expect(answersOf(tally)).toBe(9)
    tally.take([told('a', 20, { incarnation: 3 })])
    expect(answersOf(tally)).toBe(29)
  })

  test('has all of what a node tells that was not there before', () => {
    const tally = createTally()
    tally.take([])
    tally.take([told('a', 3)])
    expect(answersOf(tally)).toBe(3)
  })

  test('keeps what grew when a node goes, and counts nothing twice when it is back', () => {
    const tally = createTally()
    tally.take([told('a', 0)])
    tally.take([told('a', 10)])
    tally.take([])
    expect([answersOf(tally), tally.of('web').open]).toEqual([10, 0])
    tally.take([told('a', 15)])
    expect(answersOf(tally)).toBe(15)
  })

  test('says who waits now, and what copies take', () => {
    const tally = createTally()
    tally.take([told('a', 0, { waiting: 2 }), told('b', 0, { waiting: 1 })])
    expect(tally.of('web')).toMatchObject({ open: 2, waiting: 3 })
    expect(tally.of('web').processor).toEqual({ cpuMillis: 200, copies: 4 })
    expect(tally.of('other')).toMatchObject({ open: 0, waiting: 0 })
  })
})

test('a record says the same when it is read, and what is none of it is not read', () => {
  const { load } = told('a', 5)
  expect(parseLoad(loadForm(load))).toEqual(load)
  expect(loadForm({ asked: new Map(), processor: new Map() })).toBeUndefined()
  for (const foreign of [undefined, 7, {}, { asked: { web: { open: -1 } }, processor: {} }]) {
    expect(parseLoad(foreign)).toBeUndefined()
  }
  const many = Object.fromEntries(
    Array.from({ length: 129 }, (_, at) => [`w${at}`, { cpuMillis: 1, copies: 1 }]),
  )
  expect(parseLoad({ asked: {}, processor: many })).toBeUndefined()
})

test('a class that is none of ours is not read', () => {
  const form = (boundMs: number) => {
    const versions = { v1: { answers: 1, errors: 0, latencies: { [boundMs]: 1 } } }
    return { asked: { web: { open: 0, waiting: 0, versions } }, processor: {} }
  }
  expect(parseLoad(form(110))).toBeUndefined()
  expect(parseLoad(form(113))?.asked.get('web')?.versions.get('v1')?.latencies).toEqual(
    new Map([[113, 1]]),
  )
})

test.each<[[number, number][], number | undefined]>([
  [[], undefined],
  [[[10, 9]], undefined],
  [[[10, 100]], 10],
  [
    [
      [100, 1],
      [10, 99],
    ],
    10,
  ],
  [
    [
      [10, 50],
      [100, 50],
    ],
    100,
  ],
])('of %j the 99th percentile is %s', (latencies, ms) => {
  expect(latencyOf(new Map(latencies), { share: 0.99, least: 10 })).toBe(ms)
})

test.each([
  [9, 1],
  [10, 0.75],
  [100, 0.5],
])(
  'of twenty, four without an answer, so large a share took longer than %s ms or had none: %s',
  (limitMs, share) => {
    const latencies = new Map([
      [10, 5],
      [100, 5],
      [1_000, 6],
    ])
    expect(lateShare({ answers: 20, errors: 4, latencies }, limitMs)).toBe(share)
    expect(lateShare({ answers: 0, errors: 0, latencies: new Map() }, limitMs)).toBe(0)
  },
)

test.each([
  [9, 16],
  [10, 10],
  [40, 10],
  [100, 1],
  [1_000, 0],
])('longer than %s ms took %s of sixteen', (limitMs, bad) => {
  const latencies = new Map([
    [10, 6],
    [100, 9],
    [1_000, 1],
  ])
  expect(beyond(latencies, limitMs)).toEqual({ bad, of: 16 })
})
