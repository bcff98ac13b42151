/** Where every voter was put back from a copy nobody may vote: an admin goes on from one of the logs. */
import { afterEach, describe, expect, it } from 'vitest'
import type { ConsensusEngine } from '../../identity/index.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())
const { put, get, codeOf, recover, planOf } = createPeople(() => world)

const votes = ({ primary }: TestNode): boolean =>
  ['leader', 'voter'].includes(primary.status().role)
const leads = ({ primary }: TestNode): boolean => {
  const { inForce, era } = primary.status()
  return inForce && era > 0
}
const isDamaged = ({ primary }: TestNode): boolean =>
  primary.status().trouble?.code === 'LOG_DAMAGED'

async function committee(consensus: ConsensusEngine, seed: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed, consensus)
  for (let at = 1; at < (consensus === 'raft' ? 3 : 4); at++) {
    const node = await world.add('admin', 'deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', world.nodes[0]!.primary.change('promote', node.id))
    await world.until('all vote', () => world.nodes.every(votes))
  }
  return world.nodes
}

/** All homes as they were, one of them from a little later. */
async function putBack(voters: readonly TestNode[], newest: TestNode): Promise<void> {
  await put(voters[0]!, 'shop/x', '1')
  await world.advance(2_000)
  const copies = new Map(voters.map((node) => [node, node.disk.copyOut()]))
  await put(voters[0]!, 'shop/x', '2')
  await world.advance(2_000)
  copies.set(newest, newest.disk.copyOut())
  await put(voters[0]!, 'shop/x', '3')
  for (const node of voters) await node.kill()
  for (const [node, copy] of copies) node.disk.putBack(copy)
  for (const node of voters) await node.start()
  await world.until('all say so', () => voters.every(isDamaged))
}

describe.each(['raft', 'simplex'] as const)('a network put back from copies (%s)', (consensus) => {
  it('goes on by an admin’s word from the newest of them, and the others learn', async () => {
    const voters = await committee(consensus, 61)
    const [older, newest] = voters as [TestNode, TestNode]
    await putBack(voters, newest)
    const plan = await planOf(newest)
    expect(plan).toMatchObject({ era: 0, follows: false, forgets: true, mayLose: true })
    expect(plan).toMatchObject({ mayBeHidden: true, missing: [], later: [], unproven: [] })
    expect(plan.voters.toSorted()).toEqual(voters.map(({ id }) => id).toSorted())
    expect(await planOf(older)).toMatchObject({ forgets: true, later: [newest.id] })
    expect(await codeOf(older.primary.recovery.recover())).toBe('LATER_COPY')
    expect(older.primary.status().era).toBe(0)
    expect(await recover(newest)).toEqual({ era: 1 })
    await world.until('it leads', () => leads(newest))
    expect(await get(newest, 'shop/x')).toBe('2')
    await world.until('nothing is damaged', () => !voters.some(isDamaged))
    await put(older, 'shop/y', '1')
    expect(await get(newest, 'shop/y')).toBe('1')
    await newest.restart()
    await world.until('it leads again', () => leads(newest))
    expect(await get(older, 'shop/x')).toBe('2')
  })
})

it('a copy that was put back is not gone on from while a majority answers', async () => {
  const voters = await committee('raft', 62)
  const copied = voters.at(-1)!
  await put(voters[0]!, 'shop/x', '1')
  const copy = copied.disk.copyOut()
  await copied.kill()
  copied.disk.putBack(copy)
  await copied.start()
  await world.until('it says so', () => isDamaged(copied))
  await world.advance(1_000)
  expect(await codeOf(copied.primary.recovery.recover())).toBe('QUORUM_STANDS')
})

it('a recovery from a copy that was put back is carried out, whenever power fails', async () => {
  for (let at = 0; at < 12; at++) {
    const voters = await committee('raft', 63)
    const [node] = voters as [TestNode]
    await putBack(voters, node)
    let isTold = false
    void node.primary.recovery.recover().then(
      () => {
        isTold = true
      },
      () => {},
    )
    await world.advance(at * 3)
    await node.kill()
    await node.start()
    await world.advance(15_000)
    if (isTold) expect(leads(node)).toBe(true)
    if (!leads(node)) {
      expect(isDamaged(node)).toBe(true)
      await recover(node)
      await world.until('it leads', () => leads(node))
    }
    expect(await get(node, 'shop/x')).toBe('2')
    await world.end()
  }
})
