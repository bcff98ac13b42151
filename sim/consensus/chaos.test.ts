import { describe, expect, it } from 'vitest'
import { createChaos } from './chaos.ts'
import { raftKind } from './raft/kind.ts'
import { createWorld } from './world.ts'

const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1)
const STRIKES_MAX = 60

describe('chaos', () => {
  it('is over when it ends, with what it had still in mind', () => {
    let planned = 0
    for (const seed of SEEDS) {
      const world = createWorld({ seed, kind: raftKind(), voters: 3, spare: 3 })
      for (const id of world.invariants.members().voters) world.machine(id).start()
      world.advance(2_000)
      const chaos = createChaos(world)
      // A split that is to come a moment after members were asked for.
      for (let n = 0; n < STRIKES_MAX && !world.counts.changeAndSplit; n++) chaos.strike()
      planned += world.counts.changeAndSplit ?? 0
      chaos.end()
      world.advance(100)
      expect(world.links.isWhole(), `seed ${seed}`).toBe(true)
    }
    expect(planned).toBeGreaterThan(0)
  })
})
