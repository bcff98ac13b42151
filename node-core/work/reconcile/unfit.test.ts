/** What something else on the computer has, a port or its graphics processor: the copy goes elsewhere, over whole nodes. */
import { afterEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

const ports = [{ containerPort: 80, hostPort: 8_080 }]

describe.each([
  { what: 'whose port something else has, with a committee', voters: 3, code: 'PORT_TAKEN' },
  { what: 'whose port something else has, by each node alone', voters: 0, code: 'PORT_TAKEN' },
  // A container of another network, whose node shares the engine.
  { what: 'whose processor something else has', voters: 3, code: 'DEVICE_TAKEN' },
] as const)('a copy $what', ({ voters, code }) => {
  test('serves elsewhere after its tries, and once', async () => {
    house = await openHouse(3, voters)
    const [first] = house.nodes
    const told = () => first!.view.instances().filter(({ workload }) => workload === 'web')
    for (const one of house.nodes) one.engine.failStarts(code)
    await house.deploy(first!, { name: 'web', containers: [{ image: 'a', ports }] })
    await house.until('it was tried', () => told()[0]?.reason?.code === code, 30_000)
    const tried = told()[0]!.node
    for (const one of house.nodes) if (one.id !== tried) one.engine.failStarts(undefined)
    await house.until('it serves', () => house.serves('web', 1), 60_000)
    const served = house.running('web')[0]!.node.id
    expect(served).not.toBe(tried)
    await house.pass(5_000)
    expect(told().map(({ node }) => node)).toEqual([served])
  })
})
