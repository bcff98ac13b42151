/** Two releases in one network: nodes say which rules they know, and the network takes up the next. */
import { afterEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { RELEASE, type Release } from '../registry/index.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'
import { isUntold, nextRules } from './rules.ts'

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [NodeId, NodeId, NodeId]

describe('which rules come next', () => {
  const view = (version: number, known: Record<string, number>, registered = [a, b, c]) => ({
    version,
    supports: (node: NodeId) => known[node] ?? 1,
    node: (node: NodeId) => (registered.includes(node) ? ({} as never) : undefined),
  })
  const next = (of: ReturnType<typeof view>, present: NodeId[] = [a, b, c]) =>
    nextRules(of, { newest: 3, members: [a, b], present })

  it('are those that all members know, and all others that are here', () => {
    expect(next(view(1, { [a]: 3, [b]: 3, [c]: 3 }))).toBe(3)
    expect(next(view(1, { [a]: 3, [b]: 2, [c]: 3 }))).toBe(2)
    expect(next(view(1, { [a]: 3, [b]: 3 }))).toBeUndefined()
    expect(next(view(1, { [a]: 3, [b]: 3 }), [a, b])).toBe(3)
    // Whoever is no node of the network yet is not asked for.
    expect(next(view(1, { [a]: 3, [b]: 3 }, [a, b]))).toBe(3)
    expect(next(view(3, { [a]: 4, [b]: 4, [c]: 4 }))).toBeUndefined()
  })

  it('are told of where they are newer than what is in force, once', () => {
    expect(isUntold(view(1, {}), a, 1)).toBe(false)
    expect(isUntold(view(1, {}), a, 2)).toBe(true)
    expect(isUntold(view(1, { [a]: 2 }), a, 2)).toBe(false)
    expect(isUntold(view(2, {}), a, 2)).toBe(false)
  })
})

describe.each(['raft', 'simplex'] as const)('a network of two releases (%s)', (consensus) => {
  let world: TestNetwork
  afterEach(() => world.end())
  const NEXT: Release = { ...RELEASE, version: RELEASE.version + 1 }
  const versionAt = ({ primary }: TestNode) => primary.view()?.version

  it('takes the next rules up once the last node knows them, and not before', async () => {
    world = await createTestNetwork(51, consensus, RELEASE)
    const [founder] = world.nodes as [TestNode]
    const voter = await world.add('deploy', 'use')
    const guest = await world.add('use')
    world.detect()
    await world.run('a vote', founder.primary.change('promote', voter.id))
    await world.until('they follow', () => versionAt(guest) !== undefined)
    for (const node of [founder, voter]) {
      node.release = NEXT
      await node.restart()
    }
    await world.until('both say so', () =>
      [founder, voter].every(({ id }) => founder.primary.view()?.supports(id) === NEXT.version),
    )
    await world.advance(5_000)
    expect(versionAt(founder)).toBeLessThan(NEXT.version)
    guest.release = NEXT
    await guest.restart()
    await world.until('all go by them', () =>
      world.nodes.every((node) => versionAt(node) === NEXT.version),
    )
  })

  it('does not wait for a node that is away, which says what it needs when it is back', async () => {
    world = await createTestNetwork(52, consensus, RELEASE)
    const [founder] = world.nodes as [TestNode]
    const guest = await world.add('use')
    world.detect()
    await world.until('it follows', () => versionAt(guest) !== undefined)
    await guest.kill()
    founder.release = NEXT
    await founder.restart()
    await world.until('they are in force', () => versionAt(founder) === NEXT.version)
    await guest.start()
    await world.until('it stops', () => guest.primary.status().trouble !== undefined)
    expect(guest.primary.status().trouble?.message).toContain('install the newer release')
    guest.release = NEXT
    await guest.restart()
    await world.until('it goes on', () => versionAt(guest) === NEXT.version)
    expect(guest.primary.status().trouble).toBeUndefined()
  })
})
