/** Attempts at jobs that cannot be made where they were to be: over real reconcilers, assigners and a registry. */
import { afterEach, describe, expect, test } from 'vitest'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

describe('a job that a computer keeps from starting', () => {
  let house: House
  afterEach(() => house.stopAll())

  const deploy = (job: object = {}) =>
    house.deploy(house.nodes[0]!, {
      ...{ name: 'mill', containers: [{ image: 'a' }], job },
      restart: { backoffMs: 100, backoffMsMax: 100 },
    })
  const running = () => house.running('mill')
  const attempt = () => house.nodes[0]!.desired.job('mill')?.attempts.get(0)
  const isBegunOn = (node: HouseNode) => () => attempt()?.node === node.id

  test('is attempted on another, and not again where it could not', async () => {
    house = await openHouse(3, 3)
    const [first, second, third] = house.nodes as [HouseNode, HouseNode, HouseNode]
    for (const other of [second, third]) other.facts.cordoned = true
    for (const one of [first, second]) one.engine.failStarts('DISK_FULL')
    await deploy()
    await house.until('it to be begun', isBegunOn(first), 10_000)
    second.facts.cordoned = false
    await house.until('it to be begun elsewhere', isBegunOn(second), 10_000)
    const told = () => house.nodes[0]!.view.instances()
    expect(told().find(({ node }) => node === first.id)).toMatchObject({ unfit: true, ended: {} })
    first.kill()
    await during(house, first.start())
    await house.pass(5_000)
    third.facts.cordoned = false
    await house.until('it to run', () => running()[0]?.node === third, 10_000)
    await house.pass(5_000)
    expect([attempt()?.attempt, house.startCount()]).toEqual([3, 1])
    third.engine.exit(running()[0]!.id, 0)
    await house.until('it to be done', () => attempt()?.outcome === 'succeeded', 5_000)
    await house.pass(5_000)
    expect(house.startCount()).toBe(1)
  })

  test('is tried on where it is while no other takes it, or it may be attempted once only', async () => {
    house = await openHouse(2, 2)
    const [first, second] = house.nodes as [HouseNode, HouseNode]
    second.facts.cordoned = true
    first.engine.failStarts('DISK_FULL')
    await deploy({ retries: 0 })
    await house.until('it to be begun', isBegunOn(first), 10_000)
    await house.pass(60_000, 20)
    second.facts.cordoned = false
    await house.pass(30_000, 20)
    expect(attempt()).toMatchObject({ attempt: 1, node: first.id })
    expect(attempt()).not.toHaveProperty('outcome')
    first.engine.failStarts(undefined)
    await house.until('it to run', () => running()[0]?.node === first, 10_000)
  })

  test('is tried again where it could not once no other is left', async () => {
    house = await openHouse(2, 2)
    const [first, second] = house.nodes as [HouseNode, HouseNode]
    second.facts.cordoned = true
    first.engine.failStarts('DISK_FULL')
    await deploy()
    await house.until('it to be begun', isBegunOn(first), 10_000)
    await house.pass(5_000)
    second.facts.cordoned = false
    await house.until('it to run', () => running()[0]?.node === second, 10_000)
    second.facts.cordoned = true
    first.engine.failStarts(undefined)
    second.engine.exit(running()[0]!.id, 1)
    await house.until('it to run', () => running()[0]?.node === first, 10_000)
  })

  test('is attempted on another where its engine is gone for good', async () => {
    house = await openHouse(2, 2)
    const [first, second] = house.nodes as [HouseNode, HouseNode]
    second.facts.cordoned = true
    first.engine.turn(false)
    await deploy()
    await house.until('it to be begun', isBegunOn(first), 10_000)
    second.facts.cordoned = false
    await house.until('it to run', () => running()[0]?.node === second, 30_000)
    expect([attempt()?.attempt, house.startCount()]).toEqual([2, 1])
  })

  test('is begun on another where its computer drains while it waits for its turn', async () => {
    house = await openHouse(2, 2)
    const [first, second] = house.nodes as [HouseNode, HouseNode]
    second.facts.cordoned = true
    await house.deploy(first, {
      ...{ name: 'mill', containers: [{ image: 'a' }], job: {} },
      restart: { backoffMs: 20_000, backoffMsMax: 20_000 },
    })
    await house.until('it to run', () => running().length === 1, 10_000)
    first.engine.exit(running()[0]!.id, 1)
    const waits = () => first.view.instances().some(({ id }) => id.includes('a2n'))
    await house.until('the next to wait', waits, 10_000)
    first.facts.draining = true
    second.facts.cordoned = false
    await house.until('it to run', () => running()[0]?.node === second, 30_000)
    expect(attempt()).toMatchObject({ attempt: 2, node: second.id })
    expect(first.view.instances().filter(({ node }) => node === first.id)).toEqual([])
  })
})
