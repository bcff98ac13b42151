/** When an instance has its door to this node: from before it starts until it has ended. */
import { afterEach, describe, expect, test } from 'vitest'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

const WEB = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }

let house: House
afterEach(() => house.stopAll())

async function served(): Promise<{ node: HouseNode; id: string }> {
  house = await openHouse(1)
  const [node] = house.nodes as [HouseNode]
  await house.deploy(node, WEB)
  await house.until('it serves', () => house.serves('web', 1), 1_000)
  return { node, id: house.running('web')[0]?.id ?? '' }
}

describe('the door of an instance', () => {
  test('is open when it starts, and its runner is told of it', async () => {
    const { node, id } = await served()
    expect([...node.doors.open]).toEqual([id])
    expect(node.doors.said).toEqual(['keep 0', 'open web/0'])
    expect(node.engine.held.get(id)?.access).toEqual({
      folder: `/doors/${id}`,
      token: `token of ${id}`,
      secrets: {},
    })
  })

  test('is shut when it has exited, and open again when it was started again', async () => {
    const { node, id } = await served()
    node.doors.said.length = 0
    node.engine.exit(id, 1)
    await house.until('it serves again', () => house.serves('web', 1), 1_000)
    expect(node.doors.said).toEqual(['close', 'open web/0'])
    expect([...node.doors.open]).toEqual([id])
  })

  test('is shut when somebody removed it, and when it no longer passes its check', async () => {
    const { node, id } = await served()
    node.engine.remove(id)
    await house.until('it is seen', () => node.doors.said.includes('close'), 30_000)
    await house.until('it serves again', () => house.serves('web', 1), 30_000)
    node.doors.said.length = 0
    node.healthy = () => false
    await house.until('it is given up', () => node.doors.said.includes('close'), 60_000)
    node.healthy = () => true
    await house.until('it serves again', () => house.serves('web', 1), 60_000)
    expect(node.doors.open.size).toBe(1)
  })

  test('is shut when the workload is deleted, and when the node stops', async () => {
    const { node } = await served()
    await node.map.delete('net/workload/web')
    await house.until('it has ended', () => house.running('web').length === 0, 2_000)
    await house.pass(100)
    expect(node.doors.open.size).toBe(0)
    await house.deploy(node, WEB)
    await house.until('it serves', () => house.serves('web', 1), 2_000)
    expect(node.doors.open.size).toBe(1)
    await during(house, node.stop())
    expect(node.doors.open.size).toBe(0)
  })

  test('is open again after the node was killed, for what went on running', async () => {
    const { node, id } = await served()
    node.kill()
    await house.pass(500)
    expect(node.doors.open.size).toBe(0)
    node.doors.said.length = 0
    await during(house, node.start())
    await house.until('it is taken up', () => node.doors.open.size === 1, 5_000)
    expect([...node.doors.open]).toEqual([id])
    expect(node.engine.startCount).toBe(1)
    expect([...node.doors.said].sort()).toEqual(['keep 1', 'open web/0'])
  })

  test('is not left open by a start that failed', async () => {
    house = await openHouse(1)
    const [node] = house.nodes as [HouseNode]
    node.engine.failStarts('IMAGE_NOT_FOUND')
    await house.deploy(node, WEB)
    await house.until('it has failed', () => node.doors.said.includes('close'), 2_000)
    expect(node.doors.open.size).toBe(0)
  })
})
