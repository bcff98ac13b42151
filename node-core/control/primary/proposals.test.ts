/** How long members may vote is for the clocks of the committee to say, which say it unasked. */
import { afterEach, expect, it } from 'vitest'
import { RELEASE } from '../registry/index.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())

it('closes in a log that has nothing else to carry, which it leaves alone in between', async () => {
  world = await createTestNetwork(54)
  const [founder] = world.nodes as [TestNode]
  const voter = await world.add('deploy', 'use')
  world.detect()
  await world.run('a vote', founder.primary.change('promote', voter.id))
  await world.until('the rules are in force', () =>
    [founder, voter].every(({ primary }) => primary.view()?.version === RELEASE.version),
  )
  const body = { text: 'Shall we?', voteMs: 30_000, revealMs: 30_000 }
  await world.run('it is made', voter.primary.execute({ kind: 'proposal.make', body }))
  const motion = () => founder.primary.view()?.motion(1)
  await world.until('both have begun to count', () => motion()?.clocks.length === 2)
  const height = founder.primary.status().height
  await world.advance(20_000)
  expect(motion()?.closedMs).toBeUndefined()
  expect(founder.primary.status().height).toBe(height)
  await world.advance(20_000)
  expect(motion()?.ended).toMatchObject({ passed: false })
})
