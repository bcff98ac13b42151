/** Whole nodes on one clock: an edge that is started again while a copy moves. */
import { afterEach, expect, test } from 'vitest'
import { during, type House, openHouse } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

test.each([
  ['follows the log', 3],
  ['has the whole log', 1],
])(
  'whose node %s asks the copy on a drained computer until its successor serves',
  async (_, edgeAt) => {
    house = await openHouse(4, 3)
    const edge = house.nodes[edgeAt]!
    // So that neither holds the copy.
    edge.facts.cordoned = true
    const body = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }
    await house.deploy(house.nodes[0]!, body)
    await house.until('it to serve', () => house.serves('web', 1), 5_000)
    const [first] = house.running('web')
    for (const node of house.nodes) if (node !== first!.node) node.healthy = () => false
    first!.node.facts.draining = true
    const led = () =>
      edge.view.assigned('web').filter(({ id, health }) => id === first!.id && health === 'healthy')
    await house.until('a successor', () => house.running('web').length === 2, 10_000)
    await house.pass(1_000)
    expect(led()).toHaveLength(1)
    await during(house, edge.stop())
    await during(house, edge.start())
    await house.pass(2_000)
    expect(led()).toHaveLength(1)
    for (const node of house.nodes) node.healthy = () => true
    await house.until('the move to be over', () => house.serves('web', 1), 20_000)
    expect(house.running('web')[0]?.id).not.toBe(first!.id)
  },
)
