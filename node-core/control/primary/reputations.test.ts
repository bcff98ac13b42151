/** What a node says of another owner goes through the log, and every copy makes the same of it. */
import { afterEach, expect, it } from 'vitest'
import { RELEASE } from '../registry/index.ts'
import { bytes, createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())

it('an owner’s word on another is one figure at every node, and counts from who had work there alone', async () => {
  world = await createTestNetwork(55)
  const [ann] = world.nodes as [TestNode]
  const bob = await world.add('deploy', 'use')
  const both = [ann, bob]
  world.detect()
  await world.until('the rules are in force, and both registered', () =>
    both.every(({ primary }) => {
      const view = primary.view()
      return view?.version === RELEASE.version && both.every(({ id }) => view.node(id))
    }),
  )
  const spec = { name: 'web', spec: bytes('spec') }
  await world.run('it', ann.primary.execute({ kind: 'workload.apply', body: spec }))
  const plan = { workload: 'web', generation: 1, release: [] }
  const assign = ann.primary.execute({
    kind: 'workload.assign',
    body: { ...plan, assign: [[0, bob.id]] },
  })
  await world.run('is placed', assign)
  const say = (by: TestNode, of: TestNode) => {
    const body = { node: of.id, workload: 'web', ppm: 1_000_000 }
    return world.run('a word', by.primary.execute({ kind: 'reputation.observe', body }))
  }
  expect(await say(ann, bob)).toEqual({ reputation: 550_000 })
  await expect(say(bob, ann)).rejects.toMatchObject({ code: 'NOT_WITNESSED' })
  const owner = bob.primary.view()?.node(bob.id)?.owner
  await world.until('both know', () =>
    both.every(({ primary }) => owner && primary.view()?.reputation(owner) === 550_000),
  )
})
