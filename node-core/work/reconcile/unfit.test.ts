/** A port of the computer that something else has: the copy goes to another computer, over whole nodes. */
import { afterEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

const ports = [{ containerPort: 80, hostPort: 8_080 }]

describe.each([
  ['with a committee', 3],
  ['by each node alone', 0],
])('a copy whose port something else has, %s', (_, voters) => {
  test('serves elsewhere after its tries, and once', async () => {
    house = await openHouse(3, voters)
    const [first, second] = house.nodes
    for (const one of [first!, second!]) one.engine.failStarts('PORT_TAKEN')
    await house.deploy(first!, { name: 'web', containers: [{ image: 'a', ports }] })
    await house.until('it serves', () => house.serves('web', 1), 60_000)
    expect(house.running('web')[0]?.node).toBe(house.nodes[2])
    await house.pass(5_000)
    const told = first!.view.instances().filter(({ workload }) => workload === 'web')
    expect(told.map(({ node }) => node)).toEqual([house.nodes[2]!.id])
  })
})
