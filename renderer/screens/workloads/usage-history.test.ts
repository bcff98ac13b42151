import { expect, it } from 'vitest'
import { addReading, heights, POINTS_MAX, type UseHistory } from './usage-history.ts'

const reading = (second: number, cpuSeconds: number, instance = 'web-0-a') => ({
  ...{ instance, index: 0, node: 'n', nodeName: 'attic', restarts: 0, memoryBytes: 1 },
  ...{ at: new Date(second * 1_000).toISOString(), cpuSeconds },
})

it('makes rates of two readings, and none of one', () => {
  const one = addReading(new Map(), [reading(10, 1)])
  expect(one.get('web-0-a')?.[0]?.cpuMillis).toBeUndefined()
  const two = addReading(one, [reading(12, 1.5)])
  expect(two.get('web-0-a')?.at(-1)?.cpuMillis).toBe(250)
})

it('begins anew when the copy was started again, and counts a reading once', () => {
  const two = [reading(10, 1), reading(12, 2)].reduce<UseHistory>(
    (history, each) => addReading(history, [each]),
    new Map(),
  )
  expect(addReading(two, [reading(12, 2)]).get('web-0-a')).toHaveLength(2)
  expect(addReading(two, [reading(14, 0.1)]).get('web-0-a')).toHaveLength(1)
  expect(addReading(two, []).size).toBe(0)
})

it('makes rates of what came in and went out, and none of what is not known', () => {
  const bytes = (receivedBytes: number, sentBytes: number) => ({ receivedBytes, sentBytes })
  const one = addReading(new Map(), [{ ...reading(10, 1), ...bytes(1_000, 5) }])
  const two = addReading(one, [{ ...reading(12, 1), ...bytes(4_000, 5) }])
  const point = { receivedBytes: 4_000, receivedRate: 1_500, sentRate: 0 }
  expect(two.get('web-0-a')?.at(-1)).toMatchObject(point)
  const back = addReading(two, [{ ...reading(13, 1), ...bytes(10, 6) }])
  expect(back.get('web-0-a')?.at(-1)).toMatchObject({ receivedRate: 0, sentRate: 1 })
  const unknown = addReading(back, [reading(14, 1)])
    .get('web-0-a')
    ?.at(-1)
  expect(unknown).toMatchObject({ cpuMillis: 0 })
  expect([unknown?.receivedRate, unknown?.sentBytes]).toEqual([undefined, undefined])
})

it('keeps a bounded past', () => {
  let history: UseHistory = new Map()
  for (let at = 0; at < POINTS_MAX * 2; at++) history = addReading(history, [reading(at, at)])
  expect(history.get('web-0-a')).toHaveLength(POINTS_MAX)
})

it('draws against the most there may be', () => {
  expect(heights([1, 2], 4)).toEqual([0.25, 0.5])
  expect(heights([8], 4)).toEqual([1])
  expect(heights([0], 0)).toEqual([0])
})
