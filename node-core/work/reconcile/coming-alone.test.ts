/** What must end before its successor starts goes on until nothing but the room is missing. */
import { afterEach, describe, expect, test } from 'vitest'
import { type House, type HouseNode, openHouse } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

async function open(voters: number): Promise<HouseNode[]> {
  house = await openHouse(1, voters)
  return [...house.nodes]
}

const serves = (workload: string, replicas: number) => (): boolean =>
  house.serves(workload, replicas)

describe.each([0, 1])('a change of what comes alone, with %i voters', (voters) => {
  const version = (image: string) => {
    return {
      name: 'web',
      containers: [{ image, ports: [{ containerPort: 80, hostPort: 8_080 }] }],
    }
  }

  test('ends what serves only when its image is here', async () => {
    const [only] = await open(voters)
    await house.deploy(only!, version('a'))
    await house.until('it serves', serves('web', 1), 1_000)
    const [old] = house.running('web')
    only!.engine.failStarts('IMAGE_NOT_FOUND')
    await house.deploy(only!, version('mistyped'))
    await house.pass(60_000)
    expect(house.running('web')).toEqual([old])
    const told = only!.view.instances().find(({ id }) => id !== old?.id)
    expect(told?.reason?.code).toBe('IMAGE_NOT_FOUND')
    await house.deploy(only!, version('a'))
    await house.pass(5_000)
    expect(only!.view.instances()).toMatchObject([{ id: old?.id, health: 'healthy', restarts: 0 }])
    only!.engine.failStarts(undefined)
    await house.deploy(only!, version('b'))
    await house.until('the old one has ended', () => house.running('web')[0]?.id !== old?.id, 9_000)
    await house.until('the new one serves alone', serves('web', 1), 9_000)
  })

  test('ends what serves only when its secrets are here', async () => {
    const [only] = await open(voters)
    await house.deploy(only!, version('a'))
    await house.until('it serves', serves('web', 1), 1_000)
    const [old] = house.running('web')
    only!.doors.secretMissing = true
    await house.deploy(only!, version('b'))
    await house.pass(20_000)
    expect(house.running('web')).toEqual([old])
    only!.doors.secretMissing = false
    const isNew = () => house.running('web')[0]?.generation === 2
    await house.until('the new one runs', isNew, 30_000)
  })

  test('never has both run', async () => {
    const [only] = await open(voters)
    await house.deploy(only!, version('a'))
    await house.until('it serves', serves('web', 1), 1_000)
    await house.deploy(only!, version('b'))
    let most = 0
    await house.until(
      'the new one serves',
      () => {
        most = Math.max(most, house.running('web').length)
        return house.running('web')[0]?.generation === 2
      },
      10_000,
    )
    expect(most).toBe(1)
  })
})
