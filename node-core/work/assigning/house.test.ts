/** Whole nodes on one clock: who assigns, what is bound by it, and what goes on without a quorum. */
import { afterEach, describe, expect, test } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { during, type House, type HouseNode, openHouse } from '../reconcile/testing/house.ts'
import { type Instance, instanceKey, slotOf, storedForm } from '../spec/index.ts'

const WEB = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }

let house: House
afterEach(() => house.stopAll())

async function open(nodes: number, voters: number): Promise<HouseNode[]> {
  house = await openHouse(nodes, voters)
  return [...house.nodes]
}

const serves = (replicas: number) => (): boolean => house.serves('web', replicas)
const living = (): HouseNode[] =>
  house
    .running('web')
    .filter(({ node }) => node.up)
    .map(({ node }) => node)

/** Node by slot, as a node's copy has it. */
function assigned(seenBy: HouseNode): Map<string, NodeId> {
  return new Map(seenBy.desired.committed()?.assignments)
}

/** Every slot is assigned to where it runs, in the copy of everybody who is up. */
const committedAsItRuns = () =>
  house.nodes
    .filter(({ up }) => up)
    .every((seenBy) =>
      house.running('web').every(({ slot, node }) => {
        return assigned(seenBy).get(slotOf('web', slot)) === node.id
      }),
    )

describe('the leader', () => {
  test('commits where each slot runs, once', async () => {
    const [, second] = await open(3, 3)
    await house.deploy(second!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves(3), 1_000)
    expect(committedAsItRuns()).toBe(true)
    const height = house.committee!.registryOf(second!.id).index
    await house.pass(20_000)
    expect(house.committee!.registryOf(second!.id).index).toBe(height)
  })

  test('that dies is followed by one that goes on with the work of both', async () => {
    const [first, second] = await open(5, 5)
    await house.deploy(second!, { ...WEB, replicas: 5 })
    await house.until('all serve', serves(5), 1_000)
    first!.kill()
    await house.until('what it ran runs elsewhere', () => living().length === 5, 10_000)
    await house.until(
      'it is committed',
      () => [...assigned(second!).values()].every((node) => node !== first!.id),
      2_000,
    )
    await house.deploy(second!, { ...WEB, replicas: 6 })
    await house.until('one more runs', () => living().length === 6, 2_000)
    await during(house, first!.start())
    await house.until('nothing runs twice', serves(6), 10_000)
    await house.until('the word follows', committedAsItRuns, 2_000)
  })

  test('takes slots back from a smaller count, and from a workload that was ended', async () => {
    const [first] = await open(3, 3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves(3), 1_000)
    await house.deploy(first!, { ...WEB, replicas: 1 })
    await house.until('one serves', serves(1), 6_000)
    expect([...assigned(first!).keys()]).toEqual(['web/0'])
    await house.end(first!, 'web')
    expect(assigned(first!).size).toBe(0)
  })
})

describe('voters of whom one may lie', () => {
  const open4 = async (): Promise<HouseNode[]> => {
    house = await openHouse(4, 4, 'simplex')
    return [...house.nodes]
  }

  test('commit what two of them propose alike, and a dead one’s work elsewhere', async () => {
    const [first, second] = await open4()
    // It could decide alone, as an admin's.
    await second!.assigner.stop()
    await house.deploy(second!, { ...WEB, replicas: 4 })
    await house.until('all serve', serves(4), 3_000)
    expect(committedAsItRuns()).toBe(true)
    const height = house.committee!.registryOf(second!.id).index
    await house.pass(20_000)
    expect(house.committee!.registryOf(second!.id).index).toBe(height)
    first!.kill()
    await house.until('what it ran runs elsewhere', () => living().length === 4, 10_000)
    await during(house, first!.start())
    await house.until('nothing runs twice', serves(4), 10_000)
    await house.until('the word follows', committedAsItRuns, 5_000)
  })

  test('start nothing on the word of one', async () => {
    const [first, second, third] = await open4()
    for (const { assigner } of house.nodes) await assigner.stop()
    await house.deploy(second!, WEB)
    const assign = [[0, first!.id]] as [number, NodeId][]
    const body = { workload: 'web', generation: 1, assign, release: [] }
    const word = { kind: 'workload.assign' as const, body }
    const alone = await house.committee!.primaryOf(first!.id).execute(word)
    expect(alone).toEqual({ applied: false })
    await house.pass(1_000)
    expect(house.running('web')).toEqual([])
    await house.committee!.primaryOf(third!.id).execute(word)
    await house.until('it runs', () => house.running('web')[0]?.node === first, 1_000)
  })
})

describe('without a quorum', () => {
  test('what the only voter ran runs elsewhere, and once again when it is back', async () => {
    const [only, second] = await open(3, 1)
    await house.deploy(only!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves(3), 1_000)
    only!.kill()
    await house.until('the others run all', () => living().length === 3, 10_000)
    // What is committed is as it was: nobody could say otherwise.
    expect(assigned(second!).get('web/0')).toBeDefined()
    expect([...assigned(second!).values()]).toContain(only!.id)
    await during(house, only!.start())
    await house.until('nothing runs twice', serves(3), 10_000)
    await house.until('the word follows what runs', committedAsItRuns, 3_000)
    await house.pass(5_000)
    expect(serves(3)()).toBe(true)
  })

  test('nothing can be deployed or ended, and an hour of it ends nothing', async () => {
    const [first, second] = await open(3, 3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves(3), 1_000)
    const before = house.running('web').map(({ id }) => id)
    house.split([first!])
    await expect(house.end(first!, 'web')).rejects.toMatchObject({ code: 'NO_QUORUM' })
    await expect(house.deploy(first!, { ...WEB, name: 'api' })).rejects.toMatchObject({
      code: 'NO_QUORUM',
    })
    await house.pass(3_600_000, 2_000)
    expect(house.running('web').map(({ id }) => id)).toEqual(expect.arrayContaining(before))
    house.mend()
    await house.until('nothing runs twice', serves(3), 10_000)
    await house.end(second!, 'web')
    await house.until('all ended', () => house.running('web').length === 0, 3_000)
  })
})

describe('an instance that nobody was assigned', () => {
  const lie = (by: HouseNode): Instance => ({
    ...{ id: 'web-0-aaaaaa', workload: 'web', index: 0, generation: 1, node: by.id },
    ...{ status: 'Running', health: 'healthy', ports: { '80': 40_000 }, restarts: 0 },
  })
  const takers = (seenBy: HouseNode) => seenBy.view.assigned('web').map(({ node }) => node)

  test('gets no traffic while the assigned one serves', async () => {
    const [first, second, third] = await open(3, 3)
    await house.deploy(first!, WEB)
    await house.until('it serves', serves(1), 1_000)
    const at = house.running('web')[0]!.node
    const liar = [first!, second!, third!].find((node) => node !== at)!
    await liar.map.put(instanceKey(liar.id, 'web-0-aaaaaa'), storedForm(lie(liar)))
    await house.pass(50)
    expect(first!.view.instances()).toHaveLength(2)
    expect(takers(first!)).toEqual([at.id])
    // Nor commands.
    const entrusted = first!.view.instances().filter(first!.view.entrusted())
    expect(entrusted.map(({ node }) => node)).toEqual([at.id])
  })

  test('gets none when the slot was another’s before either', async () => {
    const [first, second] = await open(2, 2)
    await house.deploy(first!, { ...WEB, replicas: 1 })
    await house.until('it serves', serves(1), 1_000)
    const at = house.running('web')[0]!.node
    const other = at === first ? second! : first!
    at.facts.draining = true
    const both = () => takers(first!).length === 2
    await house.until('both are to serve while it moves', both, 3_000)
    await house.until('it has moved', () => house.running('web')[0]?.node === other, 5_000)
    await house.until('one serves', () => takers(first!).join() === other.id, 3_000)
    at.facts.draining = false
    await at.map.put(instanceKey(at.id, 'web-0-aaaaaa'), storedForm(lie(at)))
    await house.pass(50)
    expect(takers(first!)).toEqual([other.id])
  })
})
