import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caught, figureAt, hourOf, observed, type Reputation, reputeOf } from './index.ts'
import { ACCEPTABLE_PPM, DRIFT_HOURS_MAX, HELD_HOURS, PPM_MAX, START_PPM } from './limits.ts'

const ALL = PPM_MAX
const rowOf = (...hours: number[][]): Reputation | undefined =>
  hours.reduce<Reputation | undefined>(
    (row, said, hour) => said.reduce((held, ppm) => observed(held, hour, ppm), row),
    undefined,
  )
const figure = (...hours: number[][]): number => figureAt(rowOf(...hours), hours.length - 1)

describe('a reputation', () => {
  it('begins at one half', () => {
    expect(figureAt(undefined, 77)).toBe(500_000)
    expect(reputeOf(figureAt(undefined, 77))).toBe('acceptable')
  })

  it.each([
    ['one hour in which all was kept', [[ALL]], 550_000],
    ['two', [[ALL], [ALL]], 595_000],
    ['one in which nothing was', [[0]], 450_000],
    ['half of it', [[ALL / 2]], 500_000],
    ['a remainder goes down', [[1]], 450_000],
  ])('is 0.9 of what it was and 0.1 of what was observed: %s', (_, hours, expected) => {
    expect(figure(...hours)).toBe(expected)
  })

  it('is trusted after five good hours, and doubtful after three bad ones', () => {
    const reputes = (ppm: number) =>
      [1, 2, 3, 4, 5].map((hours) =>
        reputeOf(figure(...Array.from({ length: hours }, () => [ppm]))),
      )
    expect(reputes(ALL)).toEqual([...Array(4).fill('acceptable'), 'trusted'])
    expect(reputes(0)).toEqual(['acceptable', 'acceptable', ...Array(3).fill('doubtful')])
  })

  it('takes all observers of an hour as one observation, their mean', () => {
    expect(figure([ALL, ALL, ALL])).toBe(550_000)
    expect(figure([ALL, 0])).toBe(500_000)
    expect(figure([ALL, ALL, ALL, 0])).toBe(525_000)
  })

  it('is the same in whatever order they are heard', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(ALL), { minLength: 1, maxLength: 9 }), (said) => {
        expect(figure([ALL], said)).toBe(figure([ALL], [...said].reverse()))
      }),
      { seed: 1 },
    )
  })

  it('is moved by a liar alone by no more than its share', () => {
    const said = fc.array(fc.nat(ALL), { maxLength: 9 })
    const hours = fc.array(fc.array(fc.nat(ALL), { maxLength: 3 }), { maxLength: 4 })
    fc.assert(
      fc.property(hours, said, fc.nat(ALL), (before, honest, lie) => {
        const hour = before.length
        const row = rowOf(...before)
        const with_ = (words: number[]) =>
          words.reduce((held, ppm) => observed(held, hour, ppm), row)
        const without = figureAt(with_(honest), hour)
        const lied = figureAt(with_([...honest, lie]), hour)
        expect(Math.abs(lied - without)).toBeLessThanOrEqual(ALL / 10 / (honest.length + 1) + 1)
      }),
      { seed: 2 },
    )
  })

  it('falls to what is acceptable and no further by one bounded word in each hour, until another joins', () => {
    const bounded = { bounded: true }
    let row: Reputation | undefined
    for (let hour = 0; hour < 9; hour++) row = observed(row, hour, 0, bounded)
    expect(figureAt(row, 8)).toBe(ACCEPTABLE_PPM)
    const both = [observed(observed(row, 9, 0, bounded), 9, 0, bounded), observed(row, 9, 0)]
    expect(both.map((one) => figureAt(one, 9))).toEqual([360_000, 360_000])
    const low = observed(both[0], 10, 0, bounded)
    expect(figureAt(low, 10)).toBe(360_000)
    expect(figureAt(observed(low, 11, ALL, bounded), 11)).toBe(424_000)
  })

  it('of one that is caught lying loses a tenth, whatever others say of it in that hour', () => {
    expect(figureAt(caught(undefined, 4), 4)).toBe(450_000)
    const praised = rowOf([ALL, ALL])
    expect(figureAt(praised, 0)).toBe(550_000)
    expect(figureAt(caught(praised, 0), 0)).toBe(505_000)
    expect(figureAt(observed(caught(undefined, 0), 0, ALL), 0)).toBe(505_000)
  })

  it('stays for a day, and then goes back by a hundredth of the way in each hour', () => {
    const row = rowOf([ALL])
    expect(figureAt(row, HELD_HOURS)).toBe(550_000)
    expect(figureAt(row, HELD_HOURS + 1)).toBe(549_500)
    expect(figureAt(row, HELD_HOURS + 2)).toBe(549_005)
    const low = rowOf([0])
    expect(figureAt(low, HELD_HOURS + 1)).toBe(450_500)
  })

  it('comes back to where it began, from either end, and is then asked nothing', () => {
    for (const basePpm of [0, ALL]) {
      const row = { hour: 0, basePpm, sumPpm: 0, count: 0 }
      const at = (hours: number) => figureAt(row, HELD_HOURS + hours)
      expect(at(DRIFT_HOURS_MAX - 1)).toBe(START_PPM)
      expect(at(Number.MAX_SAFE_INTEGER - HELD_HOURS)).toBe(START_PPM)
      expect(at(100)).not.toBe(START_PPM)
    }
  })

  it('goes on from what it has drifted to', () => {
    const row = observed(rowOf([ALL]), HELD_HOURS + 1, 0)
    expect(figureAt(row, HELD_HOURS + 1)).toBe(Math.floor((549_500 * 9) / 10))
  })

  it('is a whole number between nothing and all, whatever is said', () => {
    const step = fc.tuple(fc.nat(40), fc.nat(ALL), fc.boolean())
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let hour = 0
        let row: Reputation | undefined
        for (const [passed, ppm, isLie] of steps) {
          hour += passed
          row = isLie ? caught(row, hour) : observed(row, hour, ppm)
          const now = figureAt(row, hour)
          expect(Number.isSafeInteger(now) && now >= 0 && now <= ALL).toBe(true)
        }
      }),
      { seed: 3 },
    )
  })
})

describe('the repute', () => {
  it.each([
    [0, 'doubtful'],
    [399_999, 'doubtful'],
    [400_000, 'acceptable'],
    [699_999, 'acceptable'],
    [700_000, 'trusted'],
    [1_000_000, 'trusted'],
  ])('of %i is %s', (ppm, repute) => {
    expect(reputeOf(ppm)).toBe(repute)
  })
})

it('hours are counted since the epoch', () => {
  expect(hourOf(3_599_999)).toBe(0)
  expect(hourOf(3_600_000)).toBe(1)
})
