/** What a node finds running when it comes back, though something else is wanted by now. */
import { afterEach, expect, test } from 'vitest'
import { during, type House, openHouse } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

const web = (containerPort: number) => ({
  name: 'web',
  containers: [{ image: 'a', ports: [{ containerPort }] }],
})

/** A change that never becomes healthy is under way; the node is killed, and comes back. */
async function back(voters: number) {
  house = await openHouse(1, voters)
  const only = house.nodes[0]!
  await house.deploy(only, web(80))
  await house.until('it to serve', () => house.serves('web', 1), 5_000)
  const { id } = house.running('web')[0]!
  const told = () => only.view.instances().find((one) => one.id === id)
  const port = Object.values(told()!.ports)[0]
  only.healthy = (hostPort) => hostPort === port
  await house.deploy(only, web(81))
  await house.until('the new one to run', () => house.running('web').length === 2, 5_000)
  only.kill()
  only.healthy = () => false
  await during(house, only.start())
  await house.until('it to be found', () => told()?.status === 'Running', 5_000)
  return { only, told, heal: () => (only.healthy = (hostPort) => hostPort === port) }
}

test('an earlier version is asked by its own probes, and well once they pass', async () => {
  const { only, told, heal } = await back(1)
  await house.pass(5_000)
  expect(told()).toMatchObject({ status: 'Running', health: 'unknown' })
  heal()
  await house.until('it to be well', () => told()?.health === 'healthy', 5_000)
  only.healthy = () => false
  await house.until('it to be given up', () => told()?.status !== 'Running', 60_000)
})

test('what nobody knows how to ask is well while it runs', async () => {
  const { told } = await back(0)
  await house.until('it to be well', () => told()?.health === 'healthy', 5_000)
})
