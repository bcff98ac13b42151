import { describe, expect, it } from 'vitest'
import type { LogIndex, PeerProgress } from '../consensus/index.ts'
import { id } from './backbone.fixture.ts'
import { HEADWAY_MS, LEARNER_SILENT_MS, STALLED_MS, UNSEEN_BYTES_PER_MS } from './limits.ts'
import { createMemberWatch } from './watch.ts'

const members = { voters: [id('a'), id('b')], learners: [id('c')] }
const seen = (committed: number, ...rows: [name: string, match: number, active: boolean][]) => ({
  ...{ members, committed },
  progress: rows.map(
    ([name, match, recentlyActive]): PeerProgress => ({
      ...{ node: id(name), match: match as LogIndex, recentlyActive },
    }),
  ),
})

describe('what a leader sees of its members', () => {
  it('counts silence from the first look without an answer, and forgets it at an answer', () => {
    const watch = createMemberWatch()
    const silence = [true, false, false, true, false].map((active, at) => {
      watch.look(seen(9, ['b', 9, active]), at * 1_000)
      return watch.silentMs(id('b'))
    })
    expect(silence).toEqual([0, 0, 1_000, 0, 0])
  })

  it('takes for caught up whoever answers and holds all but little', () => {
    const watch = createMemberWatch()
    for (const [match, active, expected] of [
      [0, true, false],
      [10, true, false],
      [937, true, true],
      [1_000, false, false],
    ] as const) {
      watch.look(seen(1_000, ['c', match, active]), 0)
      expect(watch.caughtUp().has(id('c'))).toBe(expected)
    }
  })

  it('gives a learner up that is silent, or takes nothing in, for a while', () => {
    const silent = createMemberWatch()
    for (const ms of [0, LEARNER_SILENT_MS - 1]) silent.look(seen(1_000, ['c', 0, false]), ms)
    expect(silent.isStalled(id('c'))).toBe(false)
    silent.look(seen(1_000, ['c', 0, false]), LEARNER_SILENT_MS)
    expect(silent.isStalled(id('c'))).toBe(true)
    silent.look(seen(1_000), LEARNER_SILENT_MS + STALLED_MS)
    expect(silent.isStalled(id('c'))).toBe(false)

    const slow = createMemberWatch()
    slow.look(seen(1_000, ['c', 1, true]), 0)
    slow.look(seen(1_000, ['c', 2, true]), HEADWAY_MS)
    expect(slow.isStalled(id('c'))).toBe(false)
    slow.look(seen(1_000, ['c', 2, true]), 2 * HEADWAY_MS)
    expect(slow.isStalled(id('c'))).toBe(true)
  })

  it('gives up no learner that a large snapshot is on its way to, while any of it arrives', () => {
    const watch = createMemberWatch()
    const look = (snapshotBytes: number, ms: number) => {
      const one = { node: id('c'), match: 0 as LogIndex, recentlyActive: true, snapshotBytes }
      watch.look({ members, committed: 1_000, progress: [one] }, ms)
      return watch.isStalled(id('c'))
    }
    for (let at = 0; at < 5; at++) expect(look(at * 1_000, at * (HEADWAY_MS - 1))).toBe(false)
    expect(look(4_000, 5 * HEADWAY_MS)).toBe(true)
  })

  it('waits for as long as a snapshot may take where it is not told how far it has come', () => {
    const unseenBytes = 1_000_000_000
    const watch = createMemberWatch()
    const looked = (ms: number, active = true) => {
      watch.look({ ...seen(1_000, ['c', 0, active]), unseenBytes }, ms)
      return watch.isStalled(id('c'))
    }
    const longMs = HEADWAY_MS + unseenBytes / UNSEEN_BYTES_PER_MS
    for (const ms of [0, longMs - 1]) expect(looked(ms)).toBe(false)
    expect(looked(longMs)).toBe(true)
  })

  it('never gives up one that has caught up, however idle the log', () => {
    const watch = createMemberWatch()
    for (const ms of [0, HEADWAY_MS, 9 * HEADWAY_MS]) watch.look(seen(5, ['c', 5, true]), ms)
    expect(watch.isStalled(id('c'))).toBe(false)
  })
})
