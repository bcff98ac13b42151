import { afterEach, describe, expect, it } from 'vitest'
import { RELEASE } from '../registry/index.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())

describe('a node', () => {
  it('registers by itself once its owner is known, and not again when it starts again', async () => {
    world = await createTestNetwork(44)
    const [founder] = world.nodes as [TestNode]
    const outsider = await world.add('use')
    const isKnown = () => founder.primary.view()?.node(outsider.id) !== undefined
    await world.until('it is registered', isKnown)
    await world.until('it follows', () => outsider.primary.view()?.node(outsider.id) !== undefined)
    // Which rules it knows is no news either, once those are in force.
    await world.until('the rules are in force', () => {
      return world.nodes.every(({ primary }) => primary.view()?.version === RELEASE.version)
    })
    const height = founder.primary.status().height
    await outsider.restart()
    await world.advance(5_000)
    expect(founder.primary.status().height).toBe(height)
  })

  it('that founds a network has its role there within a second of being known', async () => {
    world = await createTestNetwork(46)
    const [founder] = world.nodes as [TestNode]
    founder.role = 'sclerotia'
    const role = () => founder.primary.view()?.node(founder.id)?.role
    await world.until('it is registered', () => role() !== undefined)
    expect(role()).toBe('rhizomorph')
    await world.advance(1_000)
    expect(role()).toBe('sclerotia')
  })

  it('has the registry hold the role that its owner chose, or that an admin gave it', async () => {
    world = await createTestNetwork(45)
    const [founder] = world.nodes as [TestNode]
    const outsider = await world.add('use')
    const roleOf = (node: TestNode) => founder.primary.view()?.node(node.id)?.role
    await world.until('it is registered', () => roleOf(outsider) === 'rhizomorph')
    outsider.role = 'hypha'
    await world.until('it gives nothing', () => roleOf(outsider) === 'hypha')
    outsider.role = 'sclerotia'
    await world.advance(10_000)
    expect(roleOf(outsider)).toBe('hypha')
    outsider.role = 'rhizomorph'
    await world.until('it gives again', () => roleOf(outsider) === 'rhizomorph')
    const body = { node: outsider.id, role: 'sclerotia' as const }
    await world.run('it is given', founder.primary.execute({ kind: 'node.role', body }))
    await world.advance(10_000)
    expect(roleOf(outsider)).toBe('sclerotia')
    founder.role = 'sclerotia'
    await world.until('an admin takes it', () => roleOf(founder) === 'sclerotia')
  })
})
