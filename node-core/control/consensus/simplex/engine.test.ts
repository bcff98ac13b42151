import { describe, expect, it } from 'vitest'
import { createCluster, EVEN } from './cluster.fixture.ts'

const even = (count: number) => Array.from({ length: count }, () => EVEN)

describe.each([1, 2, 3, 4, 5, 6, 7, 10])('a committee of %i', (count) => {
  it('delivers what anybody proposes in one order, and tells each fate once', () => {
    const cluster = createCluster({ seed: count, standings: even(count) })
    const ids = cluster.nodes.map((node, at) => cluster.propose(node, `entry ${at}`))
    const all = () => cluster.nodes.every((node) => node.log.length === count)
    expect(cluster.until(all, 200)).toBe(true)
    for (const [at, node] of cluster.nodes.entries()) {
      expect(node.log).toEqual(cluster.canon)
      const index = node.log.indexOf(`entry ${at}`) + 1
      expect(node.fates).toEqual([{ id: ids[at], outcome: 'committed', index }])
    }
  })
})
