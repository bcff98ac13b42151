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

  it('that founds a network has its role there within a second of being known, and the newest rules soon', async () => {
    world = await createTestNetwork(46)
    const [founder] = world.nodes as [TestNode]
    founder.role = 'sclerotia'
    const role = () => founder.primary.view()?.node(founder.id)?.role
    await world.until('it is registered', () => role() !== undefined)
    expect(role()).toBe('rhizomorph')
    await world.advance(1_000)
    expect(role()).toBe('sclerotia')
    // Which rules it knows is said with that, and a look later they are in force.
    await world.advance(2_000)
    expect(founder.primary.view()?.version).toBe(RELEASE.version)
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

  it('that leaves is known to nobody, does not come back by itself, and is known again in a later life', async () => {
    world = await createTestNetwork(47)
    const [founder] = world.nodes as [TestNode]
    const leaver = await world.add('use')
    const isKnown = () => founder.primary.view()?.node(leaver.id) !== undefined
    await world.until('it is registered', isKnown)
    await world.until('all go by the rules that know the word', () => {
      return world.nodes.every(({ primary }) => primary.view()?.version === RELEASE.version)
    })
    await world.run('it leaves', leaver.primary.leave())
    expect(isKnown()).toBe(false)
    await world.advance(20_000)
    expect(isKnown()).toBe(false)
    await leaver.restart()
    await world.until('it is back', isKnown)
  })

  it('that votes is refused its leave until it has given its vote back', async () => {
    world = await createTestNetwork(48)
    const [founder] = world.nodes as [TestNode]
    const voter = await world.add('deploy', 'use')
    const isKnown = () => founder.primary.view()?.node(voter.id) !== undefined
    await world.run('a vote', founder.primary.change('promote', voter.id))
    await world.until('all go by the rules that know the word', () => {
      return world.nodes.every(({ primary }) => primary.view()?.version === RELEASE.version)
    })
    const refused = voter.primary.leave().catch((error: unknown) => error)
    expect(await world.run('a refusal', refused)).toMatchObject({ code: 'CONFLICT' })
    expect(isKnown()).toBe(true)
    await world.run('its vote is given back', voter.primary.change('withdraw', voter.id))
    await world.run('it leaves', voter.primary.leave())
    expect(isKnown()).toBe(false)
  })
})
