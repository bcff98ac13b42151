/** Work of another owner, on a node that cannot bound it and that others believe can. */
import { afterEach, expect, test } from 'vitest'
import { createHouse, during, type House, type HouseNode } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

const WEB = { name: 'web', replicas: 2, containers: [{ image: 'a' }] }

/** Two nodes of one owner. With a committee what is deployed belongs to its founder, a stranger to them. */
async function open({ voters }: { voters: number }): Promise<[HouseNode, HouseNode]> {
  house = createHouse({ nodes: 2, voters })
  const [bounding, lacking] = house.nodes
  if (!bounding || !lacking) throw new Error('no nodes')
  lacking.lacks = ['memory']
  for (const node of house.nodes) await during(house, node.start())
  await house.pass(4_000)
  await house.deploy(bounding, WEB)
  return [bounding, lacking]
}

test('is not started where a bound is missing, whoever assigned it, and why is told', async () => {
  const [bounding, lacking] = await open({ voters: 1 })
  const told = () => bounding.view.instances().filter(({ node }) => node === lacking.id)
  await house.until('it is told', () => told().some(({ reason }) => reason !== undefined), 5_000)
  expect(told().map(({ status, reason }) => [status, reason?.code])).toEqual([
    ['Pending', 'STRANGERS_REFUSED'],
  ])
  expect(told()[0]?.reason?.message).toMatch(/their memory/)
  await house.pass(60_000, 50)
  expect(lacking.started).toEqual([])
  expect(bounding.started).toHaveLength(1)
})

test("an owner's own is started there all the same", async () => {
  await open({ voters: 0 })
  await house.until('both run', () => house.serves('web', 2), 5_000)
  expect(house.nodesOf('web')).toBe(2)
})
