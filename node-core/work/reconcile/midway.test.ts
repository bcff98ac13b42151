/** Faults in the middle of something: an engine that goes during a change, a computer during its drain, a cut during both. */
import { afterEach, describe, expect, test } from 'vitest'
import { slotOf } from '../spec/index.ts'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

const WEB = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }
const NEXT = { ...WEB, replicas: 3, env: { VERSION: '2' } }

let house: House
afterEach(() => house.stopAll())

/** Three copies on four nodes, of which the first votes. */
async function serving(voters: number): Promise<HouseNode> {
  house = await openHouse(4, voters)
  const [first] = house.nodes as [HouseNode]
  await house.deploy(first, { ...WEB, replicas: 3 })
  await house.until('all serve', () => house.serves('web', 3), 5_000)
  return first
}

const generations = (): number[] => house.running('web').map(({ generation }) => generation)
const isRenewed = (): boolean =>
  house.serves('web', 3) && generations().every((generation) => generation === 2)

/** Of another node than the first. */
const oneElsewhere = (first: HouseNode): HouseNode => {
  const found = house.running('web').find(({ node }) => node !== first)
  if (!found) throw new Error('Something runs elsewhere.')
  return found.node
}

describe.each([
  ['in the shared state', 0],
  ['with three voters', 3],
])('%s', (_, voters) => {
  test('an engine that is started again in the middle of a change loses and doubles nothing', async () => {
    const first = await serving(voters)
    await house.deploy(first, NEXT)
    await house.until('the first to be new', () => generations().includes(2), 5_000)
    const { engine } = oneElsewhere(first)
    engine.turn(false)
    await house.pass(1_000)
    engine.turn(true)
    await house.until('all are new', isRenewed, 30_000)
    await house.pass(5_000)
    expect(isRenewed()).toBe(true)
  })

  test('a computer that is killed in the middle of its drain comes back empty, and nothing is missing meanwhile', async () => {
    const first = await serving(voters)
    const drained = oneElsewhere(first)
    drained.facts.draining = true
    await house.pass(50)
    drained.kill()
    const others = (): number =>
      new Set(house.running('web').flatMap(({ node, slot }) => (node === drained ? [] : [slot])))
        .size
    await house.until('the others run all of it', () => others() === 3, 10_000)
    await during(house, drained.start())
    const isEmpty = (): boolean => house.running('web').every(({ node }) => node !== drained)
    await house.until('it is empty', () => isEmpty() && house.serves('web', 3), 15_000)
    await house.pass(5_000)
    expect([isEmpty(), house.serves('web', 3)]).toEqual([true, true])
  })

  test('a change while the network is cut serves on both sides, and is everywhere once it is whole', async () => {
    const first = await serving(voters)
    const away = house.nodes.at(-1) as HouseNode
    house.split([away])
    await house.pass(5_000)
    await house.deploy(first, NEXT)
    const near = () => house.running('web').filter(({ node }) => node !== away)
    const isNew = (): boolean =>
      near().length === 3 && near().every(({ generation }) => generation === 2)
    await house.until('it is new on the larger side', isNew, 20_000)
    const old = house.running('web').filter(({ node }) => node === away)
    // What it ran before goes on there: nobody has told it of anything else.
    expect(old.every(({ generation }) => generation === 1)).toBe(true)
    house.mend()
    await house.until('all are new, once', isRenewed, 20_000)
    await house.pass(5_000)
    expect(isRenewed()).toBe(true)
  })
})

test('a copy on a drained computer is asked on when the computer of its successor dies', async () => {
  house = await openHouse(4, 3)
  const [first] = house.nodes as [HouseNode]
  await house.deploy(first, WEB)
  await house.until('it serves', () => house.serves('web', 1), 5_000)
  const drained = house.running('web')[0]!.node
  for (const node of house.nodes) node.healthy = () => node === drained
  drained.facts.draining = true
  const given = (by: HouseNode) => by.desired.committed()?.assignments.get(slotOf('web', 0))
  await house.until('a successor', () => given(drained) !== drained.id, 5_000)
  const successor = house.nodes.find(({ id }) => id === given(drained))!
  successor.kill()
  const seenBy = house.nodes.find((node) => node.up && node !== drained)!
  await house.until('another', () => given(seenBy) !== successor.id, 20_000)
  await house.pass(2_000)
  const asked = seenBy.view.assigned('web').filter(({ health }) => health === 'healthy')
  expect(asked.map(({ node }) => node)).toEqual([drained.id])
  expect(asked.every(seenBy.view.entrusted())).toBe(true)
})

describe('old copies that end by themselves in the middle of a change', () => {
  /** Of the new version none is ever healthy. */
  const breakNew = (): void => {
    for (const node of house.nodes) {
      node.healthy = (port) =>
        [...node.engine.held.values()].every(({ running }) => {
          return running.generation === 1 || !Object.values(running.ports).includes(port)
        })
    }
  }
  const oldSlots = (): number[] =>
    house
      .running('web')
      .filter(({ generation }) => generation === 1)
      .map(({ slot }) => slot)
      .sort()
  const crashOld = (): void => {
    for (const { node, id, generation } of house.running('web')) {
      if (generation === 1) node.engine.exit(id, 1)
    }
  }
  const restartEngines = async (): Promise<void> => {
    for (const { engine } of house.nodes) engine.turn(false)
    await house.pass(2_000)
    for (const { engine } of house.nodes) engine.turn(true)
  }
  const restartComputers = async (): Promise<void> => {
    for (const node of house.nodes) node.kill()
    for (const { engine } of house.nodes) engine.turn(false)
    await house.pass(2_000)
    for (const { engine } of house.nodes) engine.turn(true)
    await during(house, Promise.all(house.nodes.map((node) => node.start())))
  }

  test.each([
    ['each once', async () => crashOld()],
    ['with their engines', restartEngines],
    ['with their computers', restartComputers],
  ])('%s are started again from their version while the new one is stuck', async (_, end) => {
    const first = await serving(3)
    breakNew()
    await house.deploy(first, NEXT)
    await house.until('the first to be new', () => generations().includes(2), 5_000)
    await end()
    await house.until('all old ones again', () => oldSlots().length === 3, 40_000)
    await house.pass(10_000, 10)
    expect(oldSlots()).toEqual([0, 1, 2])
    expect(generations().filter((one) => one === 2)).toHaveLength(1)
  })

  test('are started again while the change is paused, and go when it goes on', async () => {
    const first = await serving(3)
    await house.deploy(first, { ...NEXT, rollout: { paused: true } })
    await house.pass(1_000)
    await restartEngines()
    await house.until('all old ones again', () => oldSlots().length === 3, 40_000)
    expect(generations()).toEqual([1, 1, 1])
    await house.deploy(first, NEXT)
    await house.until('all are new', () => generations().every((one) => one > 1), 30_000)
  })

  test('make room where their version is kept nowhere', async () => {
    const first = await serving(0)
    await house.deploy(first, { ...NEXT, rollout: { paused: true } })
    await house.pass(1_000)
    crashOld()
    await house.until('all are new', isRenewed, 30_000)
  })
})
