import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createPieceSet, createSwarm, type PieceSet, type SwarmEffect } from './index.ts'
import {
  ASKERS_MAX,
  LATE_MS,
  LATE_TIMES,
  SILENT_MS,
  WINDOW_MAX,
  WINDOW_MIN,
  WINDOW_START,
} from './limits.ts'
import { runCrowd } from './testing/crowd.ts'

const [ADA, BEN, CLEO] = ['a', 'b', 'c'].map((digit) => digit.repeat(64) as NodeId) as [
  NodeId,
  NodeId,
  NodeId,
]

function some(size: number, indexes: Iterable<number> = Array(size).keys()): PieceSet {
  const set = createPieceSet(size)
  for (const index of indexes) set.add(index)
  return set
}
const asked = (effects: SwarmEffect[], of: NodeId): number[] =>
  effects.flatMap((one) => (one.type === 'ask' && one.peer === of ? [one.index] : []))

describe('a fetcher', () => {
  it('asks for what is rarest first', () => {
    const swarm = createSwarm(6, [], 1)
    swarm.step(0, { type: 'offered', peer: BEN, has: some(6, [0, 1, 2, 3]) })
    // Four of six are at Ben's too, and he has been asked for three of them.
    const effects = swarm.step(0, { type: 'offered', peer: ADA, has: some(6) })
    expect(asked(effects, ADA).slice(0, 2).toSorted()).toEqual([4, 5])
  })

  it('asks two that begin together for different pieces first', () => {
    const first = [1, 2, 3, 4, 5].map((seed) => {
      const swarm = createSwarm(1_000, [], seed)
      return asked(swarm.step(0, { type: 'offered', peer: ADA, has: some(1_000) }), ADA)[0]
    })
    expect(new Set(first).size).toBe(first.length)
  })

  it('lets the window of a quick peer grow to its bound, and that of a slow one shrink', () => {
    const swarm = createSwarm(1_000, [], 1)
    let open = asked(swarm.step(0, { type: 'offered', peer: ADA, has: some(1_000) }), ADA)
    expect(open).toHaveLength(WINDOW_START)
    let nowMs = 0
    const arrive = (afterMs: number): void => {
      nowMs += afterMs
      const [index = -1, ...rest] = open
      const input = { type: 'arrived', peer: ADA, index, right: true } as const
      open = [...rest, ...asked(swarm.step(nowMs, input), ADA)]
    }
    for (let times = 0; times < 50; times++) arrive(10)
    expect(open).toHaveLength(WINDOW_MAX)
    for (let times = 0; times < 50; times++) arrive(20_000)
    expect(open).toHaveLength(WINDOW_MIN)
  })

  it('takes from another fetcher what it had asked of who has all', () => {
    const swarm = createSwarm(3, [], 1)
    const [first = -1, second = -1] = asked(
      swarm.step(0, { type: 'offered', peer: ADA, has: some(3) }),
      ADA,
    )
    swarm.step(1, { type: 'offered', peer: BEN, has: some(3, []) })
    // The first may be on its way: it is left where it is.
    expect(swarm.step(2, { type: 'gained', peer: BEN, indexes: [first] })).toEqual([])
    expect(swarm.step(3, { type: 'gained', peer: BEN, indexes: [second] })).toEqual([
      { type: 'cancel', peer: ADA, index: second },
      { type: 'ask', peer: BEN, index: second },
    ])
  })

  it('asks a second peer for what is late, no third, and takes it back when it came', () => {
    const swarm = createSwarm(1, [], 1)
    swarm.step(0, { type: 'offered', peer: ADA, has: some(1) })
    expect(swarm.step(1, { type: 'offered', peer: BEN, has: some(1) })).toEqual([])
    swarm.step(2, { type: 'offered', peer: CLEO, has: some(1) })
    const late = swarm.step(LATE_MS + 1, { type: 'tick' })
    expect(late).toHaveLength(ASKERS_MAX - 1)
    expect(swarm.step(10 * LATE_MS, { type: 'tick' })).toEqual([])
    const second = late[0]?.peer ?? ADA
    const came = swarm.step(LATE_MS + 2, { type: 'arrived', peer: second, index: 0, right: true })
    expect(came).toEqual([{ type: 'cancel', peer: ADA, index: 0 }])
    expect(swarm.complete()).toBe(true)
  })

  it('takes nothing for late that takes as long as all do', () => {
    const swarm = createSwarm(100, [], 1)
    let open = asked(swarm.step(0, { type: 'offered', peer: ADA, has: some(100) }), ADA)
    let nowMs = 0
    while (!swarm.held.has(0) || swarm.held.count < 90) {
      nowMs += LATE_MS
      const [index = -1, ...rest] = open
      const input = { type: 'arrived', peer: ADA, index, right: true } as const
      open = [...rest, ...asked(swarm.step(nowMs, input), ADA)]
      if (open.length === 0) break
    }
    // All but the last few have come, each a whole window after it was asked for.
    expect(open.length).toBeGreaterThan(0)
    swarm.step(nowMs, { type: 'offered', peer: BEN, has: some(100, open) })
    expect(swarm.step(nowMs + LATE_MS + 1, { type: 'tick' })).toEqual([])
    const longMs = nowMs + LATE_TIMES * (WINDOW_MAX * LATE_MS) + 1
    expect(asked(swarm.step(longMs, { type: 'tick' }), BEN).length).toBeGreaterThan(0)
  })

  it('gives up who owes a piece for too long, and who sends a wrong one, and asks others', () => {
    const swarm = createSwarm(2, [], 1)
    swarm.step(0, { type: 'offered', peer: ADA, has: some(2) })
    expect(swarm.step(SILENT_MS, { type: 'tick' })).toEqual([])
    const given = swarm.step(SILENT_MS + 1, { type: 'tick' })
    expect(given).toEqual([{ type: 'drop', peer: ADA, why: 'silent' }])
    const [index = -1] = asked(swarm.step(0, { type: 'offered', peer: BEN, has: some(2) }), BEN)
    swarm.step(0, { type: 'offered', peer: CLEO, has: some(2) })
    const wrong = swarm.step(1, { type: 'arrived', peer: BEN, index, right: false })
    expect(wrong[0]).toEqual({ type: 'drop', peer: BEN, why: 'lied' })
    expect(asked(wrong, CLEO).toSorted()).toEqual([0, 1])
    expect(swarm.held.count).toBe(0)
    // What the two say from now on counts for nothing.
    expect(swarm.step(2, { type: 'arrived', peer: BEN, index, right: true })).toEqual([])
    expect(swarm.held.count).toBe(0)
  })

  it('asks nobody for what it had before', () => {
    const swarm = createSwarm(3, [0, 2], 1)
    expect(asked(swarm.step(0, { type: 'offered', peer: ADA, has: some(3) }), ADA)).toEqual([1])
  })
})

/** Twenty milliseconds for a piece: 50 MB/s up for each. */
const crowd = { pieces: 200, pieceMs: 20 }

describe('a crowd', () => {
  it('takes little more from the source than one copy, and little longer than one transfer', () => {
    for (const fetchers of [1, 2, 10, 20]) {
      const { completed, sourcePieces, endMs } = runCrowd({ ...crowd, fetchers, seed: 5 })
      expect(completed).toBe(fetchers)
      expect(sourcePieces, `${fetchers} fetchers`).toBeLessThan(1.3 * crowd.pieces)
      expect(endMs, `${fetchers} fetchers`).toBeLessThan(1.3 * crowd.pieces * crowd.pieceMs)
    }
  })

  it('moves hardly anything twice on slow lines, where each piece waits for others', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const slow = runCrowd({ pieces: 50, pieceMs: 1_000, fetchers: 10, spreadMs: 1_000, seed })
      expect(slow.completed).toBe(10)
      expect(slow.sourcePieces, `seed ${seed}`).toBeLessThan(1.3 * 50)
      expect(slow.wasted, `seed ${seed}`).toBeLessThan(0.04 * 10 * 50)
    }
  })

  it('is served by those who came before, where its members come one after the other', () => {
    const late = runCrowd({ ...crowd, fetchers: 10, spreadMs: 20_000, seed: 6 })
    expect(late.completed).toBe(10)
    expect(late.sourcePieces).toBeLessThan(3 * crowd.pieces)
  })

  it('ends in every seed with liars, mutes and restarts, and blames nobody else', () => {
    for (let seed = 1; seed <= 25; seed++) {
      const faults = { fetchers: 10, liars: seed % 4, mutes: seed % 3, restarts: seed % 2 }
      const outcome = runCrowd({ ...faults, pieces: 60, pieceMs: 20, spreadMs: 500, seed })
      const honest = 10 - faults.liars - faults.mutes
      expect(outcome.completed, `seed ${seed}`).toBe(honest)
      expect(outcome.windowMax).toBeLessThanOrEqual(WINDOW_MAX)
      for (const id of outcome.dropped) {
        expect(Number.parseInt(id, 16), `seed ${seed}`).toBeLessThanOrEqual(10 - honest)
      }
    }
  })

  it('goes on without the source once one copy is out', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const gone = runCrowd({ ...crowd, fetchers: 8, sourceLeavesAfter: 260, seed })
      expect(gone.completed, `seed ${seed}`).toBe(8)
    }
  })

  it('does the same again from the same seed', () => {
    const run = () => runCrowd({ ...crowd, fetchers: 6, spreadMs: 1_000, liars: 1, seed: 9 })
    expect(run()).toEqual(run())
  })
})
