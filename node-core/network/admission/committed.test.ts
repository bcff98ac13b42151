/** Owners in a network with a Primary: what the registry says stands above the shared state. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Permission } from '../../identity/index.ts'
import { askToBeLetIn } from './index.ts'
import { entryOf, joinWith, targetOf } from './testing/steps.ts'
import { createWorld, type World, type WorldNode } from './testing/world.ts'

let world: World
let bob: WorldNode
beforeEach(async () => {
  world = await createWorld(1, { registry: true })
  bob = await joinWith(world, world.founder, ['deploy', 'use'])
})

const registry = () => world.registry ?? never()
const founder = () => world.founder.admission
const committed = (): readonly Permission[] | undefined =>
  registry().view.member(bob.owner)?.permissions
const said = (key = `net/member/${bob.owner}`) => world.records.get(key)?.value

async function pass(ms: number): Promise<void> {
  world.clock.advance(ms)
  await world.calm()
}

describe('with a quorum', () => {
  it('a grant is committed, and goes into the shared state with it', async () => {
    world.clock.advance(60_000)
    await founder().grant(bob.owner, ['use', 'invite'])
    expect(committed()).toEqual(['invite', 'use'])
    expect(said()).toMatchObject({ permissions: ['invite', 'use'] })
    await world.calm()
    expect([...bob.admission.permissions()]).toEqual(['invite', 'use'])
  })

  it('a grant that the registry refuses changes nothing', async () => {
    await joinWith(world, world.founder, ['admin', 'use'], 'Eve')
    registry().execute(world.founder.ownerKey, {
      kind: 'member.remove',
      body: { owner: bob.owner },
    })
    await expect(founder().grant(bob.owner, ['use'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(said()).toMatchObject({ permissions: ['deploy', 'use'] })
  })

  it('a removal is committed, and goes into the shared state with it', async () => {
    await founder().remove(bob.owner)
    expect(registry().view.removed(bob.owner)).toBeDefined()
    expect(said(`net/removed/${bob.owner}`)).toMatchObject({ at: expect.any(String) })
  })

  it('an approval admits in both', async () => {
    const carol = world.newcomer('Carol')
    await askToBeLetIn(carol, targetOf(world))
    const { owner } = entryOf(world, carol) ?? never()
    await founder().approve(owner, ['use'])
    expect(registry().view.member(owner)).toMatchObject({ name: 'Carol', permissions: ['use'] })
    expect(entryOf(world, carol)).toMatchObject({ state: 'member', permissions: ['use'] })
  })
})

describe('what the registry says', () => {
  it('is what an owner may do, whatever the shared state says', () => {
    const body = { owner: bob.owner, permissions: ['use' as const] }
    registry().execute(world.founder.ownerKey, { kind: 'member.grant', body })
    expect([...bob.admission.permissions()]).toEqual(['use'])
    expect(entryOf(world, bob)).toMatchObject({ permissions: ['use'] })
  })

  it('is written into the shared state by a node of an admin, and that is told', async () => {
    const body = { owner: bob.owner, permissions: ['use' as const] }
    registry().execute(world.founder.ownerKey, { kind: 'member.grant', body })
    expect(said()).toMatchObject({ permissions: ['deploy', 'use'] })
    await pass(10_000)
    expect(said()).toMatchObject({ permissions: ['use'] })
    expect(world.warnings.map(({ fields }) => fields)).toEqual([
      { owner: bob.owner, said: ['deploy', 'use'], committed: ['use'] },
    ])
  })

  it('is who is an admin, whom none but a founder removes, before anything is done about it', async () => {
    const eve = await joinWith(world, world.founder, ['admin', 'use'], 'Eve')
    const body = { owner: bob.owner, permissions: ['admin' as const, 'use' as const] }
    registry().execute(world.founder.ownerKey, { kind: 'member.grant', body })
    let done = 0
    const before = async (): Promise<void> => void done++
    const removal = eve.admission.remove(bob.owner, { before })
    await expect(removal).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(done).toBe(0)
    await founder().remove(bob.owner, { before })
    expect(done).toBe(1)
  })

  it('removes an owner everywhere, at once and for those who go by the shared state', async () => {
    registry().execute(world.founder.ownerKey, {
      kind: 'member.remove',
      body: { owner: bob.owner },
    })
    expect(entryOf(world, bob)).toMatchObject({ state: 'removed' })
    expect([...bob.admission.permissions()]).toEqual([])
    expect(said(`net/removed/${bob.owner}`)).toBeUndefined()
    await pass(10_000)
    expect(said(`net/removed/${bob.owner}`)).toMatchObject({ at: expect.any(String) })
  })

  it('is written by nobody while no quorum is in reach', async () => {
    const body = { owner: bob.owner, permissions: ['use' as const] }
    registry().execute(world.founder.ownerKey, { kind: 'member.grant', body })
    registry().inForce = false
    await pass(10_000)
    expect(said()).toMatchObject({ permissions: ['deploy', 'use'] })
  })
})

describe('without a quorum', () => {
  beforeEach(() => {
    registry().inForce = false
  })

  it('rights stay as they were committed', async () => {
    const grant = founder().grant(bob.owner, ['use'])
    await expect(grant).rejects.toMatchObject({ code: 'NO_QUORUM' })
    expect(said()).toMatchObject({ permissions: ['deploy', 'use'] })
  })

  it('somebody is kept out all the same', async () => {
    await founder().remove(bob.owner)
    expect(registry().view.removed(bob.owner)).toBeUndefined()
    expect(entryOf(world, bob)).toMatchObject({ state: 'removed' })
    expect([...bob.admission.permissions()]).toEqual([])
  })

  it('newcomers are let in all the same', async () => {
    const carol = world.newcomer('Carol')
    await askToBeLetIn(carol, targetOf(world))
    const { owner } = entryOf(world, carol) ?? never()
    await founder().approve(owner, ['use'])
    expect(entryOf(world, carol)).toMatchObject({ state: 'member', permissions: ['use'] })
  })
})

function never(): never {
  throw new Error('There is none.')
}
