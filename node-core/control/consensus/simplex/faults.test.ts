/** Honest committees over networks that lose, delay and part, and nodes that crash at any effect. */
import { describe, expect, it } from 'vitest'
import { createCluster, EVEN } from './cluster.fixture.ts'
import { expectProgress, harass, heal } from './harassment.fixture.ts'

const even = (count: number) => Array.from({ length: count }, () => EVEN)
const SEEDS = Array.from({ length: 5 }, (_, at) => at + 1)

describe.each([3, 4, 5, 6, 7, 10])('%i honest nodes under faults', (count) => {
  it.each(SEEDS)('agree, and go on after the last one (seed %i)', (seed) => {
    const cluster = createCluster({
      seed: seed * 100 + count,
      standings: even(count),
      dropRate: 0.2,
      delayTicksMax: 5,
    })
    cluster.crashRate = 0.001
    harass(cluster, 400)
    expect(cluster.nodes.some((node) => node.crashes > 0)).toBe(true)
    heal(cluster)
    expectProgress(cluster, cluster.nodes, 300)
  })
})
