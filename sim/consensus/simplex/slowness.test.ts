/** Partial synchrony: every message arrives, after a time that nobody knows beforehand (Simplex §2). */
import { describe, expect, it } from 'vitest'
import { createWorld, type World } from '../world.ts'
import { simplexKind } from './kind.ts'

const SEEDS = [1, 2, 5]
/** In which something becomes final while all is slow, patience having grown before. */
const WINDOW_MS = 30_000
const WINDOWS = 3

function slowWorld(seed: number, voters: number, delayMs: number): World {
  const world = createWorld({ seed, kind: simplexKind(), voters, spare: 0 })
  for (const machine of world.machines) machine.start()
  world.clients.start()
  world.advance(2_000)
  world.links.sieve = () => delayMs
  return world
}

describe.each([3, 4, 5])('%i voters of whom everything is heard late', (voters) => {
  it.each([
    // More than the whole patience of a first view, and more than twice of it.
    ...SEEDS.map((seed) => ({ seed, delayMs: 1_500 })),
    ...SEEDS.map((seed) => ({ seed, delayMs: 2_500 })),
  ])('go on by growing more patient: $delayMs ms, seed $seed', ({ seed, delayMs }) => {
    const world = slowWorld(seed, voters, delayMs)
    const { invariants } = world
    world.advance(WINDOW_MS)
    const progress = Array.from({ length: WINDOWS }, () => {
      const before = invariants.committed()
      world.advance(WINDOW_MS)
      return invariants.committed() - before
    })
    expect(invariants.failures).toEqual([])
    expect(Math.min(...progress)).toBeGreaterThan(0)
  })
})
