/** What is asked of a node while it recovers has an end, whatever the recovery waits for. */
import { afterEach, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
let witnessAnswers: () => void
afterEach(() => world.end())
const { put, codeOf } = createPeople(() => world)

/** One that is left, and a witness that does not answer yet. */
async function left(seed: number): Promise<TestNode> {
  world = await createTestNetwork(seed)
  const [first] = world.nodes as [TestNode]
  const second = await world.add('admin', 'deploy', 'use')
  await world.advance(100)
  await world.run('it is promoted', first.primary.change('promote', second.id))
  await put(first, 'n0/x', '1')
  await second.kill()
  await world.until('no quorum', () => !first.primary.status().inForce)
  world.claim = () =>
    new Promise((resolve) => {
      const lostTo = { node: 'c'.repeat(64) as NodeId, era: 1, atMs: 0 }
      witnessAnswers = () => resolve({ lostTo })
    })
  return first
}

it('a recovery whose turn has not come when its node stops is refused', async () => {
  const node = await left(71)
  const asked = [0, 1].map(() => codeOf(node.primary.recovery.recover()))
  await world.advance(2_000)
  const stopped = node.primary.stop()
  witnessAnswers()
  expect(await Promise.all(asked)).toEqual(['OVERRULED', 'NOT_RUNNING'])
  await world.run('the stop', stopped)
})

it('a read is given up in its time while the witness is asked', async () => {
  const node = await left(72)
  const recovering = codeOf(node.primary.recovery.recover())
  await world.advance(2_000)
  expect(await codeOf(node.primary.key('n0/x', { stale: true }))).toBe('NO_QUORUM')
  witnessAnswers()
  expect(await recovering).toBe('OVERRULED')
})
