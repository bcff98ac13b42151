import { describe, expect, it } from 'vitest'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import { ANSWER_ENTRIES_BYTES, TRAIL_BYTES_MAX, TRAIL_ENTRIES_MAX } from './limits.ts'
import { createTrail } from './trail.ts'

const index = (value: number): LogIndex => value as LogIndex
const entry = (at: number, sizeBytes = 1): CommittedEntry => {
  return { index: index(at), payload: new Uint8Array(sizeBytes) }
}
const indices = (entries: readonly CommittedEntry[] | undefined) => entries?.map((one) => one.index)

describe('the trail', () => {
  it('goes on from any entry that it holds, after a snapshot too', () => {
    const trail = createTrail()
    expect(trail.after(index(0))).toEqual([])
    trail.restart(index(7))
    expect(trail.after(index(6))).toBeUndefined()
    trail.add(entry(8))
    trail.add(entry(9))
    expect(indices(trail.after(index(7)))).toEqual([8, 9])
    expect(indices(trail.after(index(8)))).toEqual([9])
    expect(trail.after(index(9))).toEqual([])
    expect(trail.after(index(6))).toBeUndefined()
  })

  it('forgets the oldest beyond its bounds, in entries and in bytes', () => {
    const trail = createTrail()
    for (let at = 1; at <= TRAIL_ENTRIES_MAX + 10; at++) trail.add(entry(at))
    expect(trail.after(index(9))).toBeUndefined()
    expect(trail.after(index(10))?.[0]?.index).toBe(11)
    trail.restart(index(0))
    for (let at = 1; at <= 5; at++) trail.add(entry(at, TRAIL_BYTES_MAX / 4))
    expect(trail.after(index(0))).toBeUndefined()
    expect(indices(trail.after(index(1)))).toEqual([2])
    trail.add(entry(6, TRAIL_BYTES_MAX + 1))
    expect(indices(trail.after(index(5)))).toEqual([6])
    expect(trail.after(index(4))).toBeUndefined()
  })

  it('hands out some at a time, and at least one', () => {
    const trail = createTrail()
    for (let at = 1; at <= 3; at++) trail.add(entry(at, ANSWER_ENTRIES_BYTES / 2))
    trail.add(entry(4, ANSWER_ENTRIES_BYTES * 2))
    expect(indices(trail.after(index(0)))).toEqual([1, 2])
    expect(indices(trail.after(index(2)))).toEqual([3])
    expect(indices(trail.after(index(3)))).toEqual([4])
  })
})
