import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { Gathering, type Held } from './gathering.ts'
import { GATHER_BYTES } from './limits.ts'

const [A, B, C] = ['A', 'B', 'C'] as NodeId[] as [NodeId, NodeId, NodeId]
const AWAY = { bytes: 10, isUnderway: false, mayWait: true }

const held = (from: readonly NodeId[], more: Partial<Held> = {}): Held => ({
  from,
  ...AWAY,
  ...more,
})

describe('what is proposed', () => {
  it('waits while entries are under way, no longer than to the next tick', () => {
    const gathering = new Gathering()
    const underway = held([A], { isUnderway: true })
    expect(gathering.holds(held([A]))).toBe(false)
    expect(gathering.holds(underway)).toBe(true)
    expect(gathering.holds(underway)).toBe(true)
    gathering.tick()
    expect(gathering.holds(underway)).toBe(false)
    expect(gathering.holds(underway)).toBe(true)
    expect(gathering.holds(held([A]))).toBe(false)
  })

  it('does not wait when it is much', () => {
    const gathering = new Gathering()
    const underway = held([A], { isUnderway: true })
    expect(gathering.holds({ ...underway, bytes: GATHER_BYTES })).toBe(false)
    // A tick long before the first wait ends none.
    gathering.tick()
    expect(gathering.holds(underway)).toBe(true)
  })

  /** The next round begins with theirs. */
  const rounds = (...each: readonly (readonly NodeId[])[]): Gathering => {
    const gathering = new Gathering()
    for (const from of each) gathering.begun(from)
    return gathering
  }

  it('waits for whoever proposed in the last round and before, until all of them have', () => {
    const gathering = rounds([A, B], [A, B])
    expect(gathering.holds(held([A]))).toBe(true)
    expect(gathering.waitsForOthers).toBe(true)
    expect(gathering.holds(held([A, C]))).toBe(true)
    expect(gathering.holds(held([A, B]))).toBe(false)
    expect(gathering.waitsForOthers).toBe(false)
    // A round between, in which one was missing, is forgiven.
    expect(rounds([A, B], [A], [A, B]).holds(held([A]))).toBe(true)
  })

  it('waits for nobody who comes now and then', () => {
    expect(rounds([A], [A, B]).holds(held([A]))).toBe(false)
    expect(rounds([A, B], [A], [A], [A, B]).holds(held([A]))).toBe(false)
    expect(rounds([A, B], [A, B], [A]).holds(held([A]))).toBe(false)
  })

  it('waits for others no longer than it may, than to the next tick, and not when it is much', () => {
    const gathering = rounds([A, B], [A, B])
    expect(gathering.holds(held([A], { mayWait: false }))).toBe(false)
    expect(gathering.holds(held([A], { bytes: GATHER_BYTES }))).toBe(false)
    expect(gathering.holds(held([A]))).toBe(true)
    gathering.tick()
    expect(gathering.holds(held([A]))).toBe(false)
  })

  it('does not wait while there is nothing to go', () => {
    const gathering = rounds([A, B], [A, B])
    expect(gathering.holds(held([]))).toBe(false)
    expect(gathering.waitsForOthers).toBe(false)
  })

  it('says that it waits for others where nothing else is waited for', () => {
    const gathering = rounds([A, B], [A, B])
    expect(gathering.holds(held([A], { isUnderway: true }))).toBe(true)
    expect(gathering.waitsForOthers).toBe(false)
  })
})
