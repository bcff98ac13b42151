/** What has ended stays ended, or comes back, as its workload says; with real reconcilers. */
import { afterEach, describe, expect, test } from 'vitest'
import { during, type House, openHouse } from './testing/house.ts'

describe('a workload whose copies end by themselves', () => {
  let house: House
  afterEach(() => house.stopAll())

  const told = (node = 0) =>
    house.nodes[node]!.view.instances().filter(({ workload }) => workload === 'once')
  const deploy = (restart: object, more: object = {}) =>
    house.deploy(house.nodes[0]!, { name: 'once', containers: [{ image: 'a' }], restart, ...more })
  const running = () => house.running('once')
  const isEnded = (at = 0) => told(at).length === 1 && told(at)[0]!.ended !== undefined
  const exit = (code: number) => {
    const [one] = running()
    one!.node.engine.exit(one!.id, code)
  }

  test('is left as it is under never, whatever becomes of its node', async () => {
    house = await openHouse(3, 3)
    await deploy({ when: 'never' })
    await house.until('it to run', () => running().length === 1, 5_000)
    const [{ node }] = running() as [ReturnType<typeof running>[number]]
    exit(3)
    await house.until('its end to be told', () => isEnded(), 5_000)
    expect(told()[0]).toMatchObject({ status: 'Failed', ended: { exitCode: 3 }, restarts: 0 })

    await house.until('all to hear of it', () => house.nodes.every((_, at) => isEnded(at)), 5_000)

    node.kill()
    await house.pass(20_000)
    expect(house.startCount()).toBe(1)
    await during(house, node.start())
    await house.pass(20_000)
    expect(house.startCount()).toBe(1)
    expect(told(2)[0]).toMatchObject({ status: 'Failed', ended: { exitCode: 3 } })
  })

  test('is left as it is where its node is stopped in order, and says goodbye', async () => {
    house = await openHouse(3, 3)
    await deploy({ when: 'never' })
    await house.until('it to run', () => running().length === 1, 5_000)
    const [{ node }] = running() as [ReturnType<typeof running>[number]]
    exit(3)
    await house.until('all to hear of it', () => house.nodes.every((_, at) => isEnded(at)), 5_000)
    node.facts.left = true
    await during(house, node.stop())
    await house.pass(20_000)
    expect(house.startCount()).toBe(1)
    expect(node.engine.held.size).toBe(0)
    node.facts.left = false
    await during(house, node.start())
    await house.pass(20_000)
    expect(house.startCount()).toBe(1)
    expect(told()[0]).toMatchObject({ status: 'Failed', ended: { exitCode: 3 } })
  })

  test('ends well while its node is away, and is not started again', async () => {
    house = await openHouse(1, 1)
    const [node] = house.nodes
    await deploy({ when: 'onFailure' })
    await house.until('it to run', () => running().length === 1, 5_000)
    const [{ id }] = running() as [ReturnType<typeof running>[number]]
    node!.kill()
    node!.engine.exit(id, 0)
    await house.pass(1_000)
    await during(house, node!.start())
    await house.until('its end to be told', () => isEnded(), 20_000)
    expect(told()[0]).toMatchObject({ status: 'Stopped', ended: { exitCode: 0 } })
    expect(house.startCount()).toBe(1)
  })

  test('is not started twice where its engine forgot it while its node was away', async () => {
    house = await openHouse(1, 1)
    const [node] = house.nodes
    await deploy({ when: 'never' })
    await house.until('it to run', () => running().length === 1, 5_000)
    const [{ id }] = running() as [ReturnType<typeof running>[number]]
    node!.kill()
    node!.engine.remove(id)
    await house.pass(1_000)
    await during(house, node!.start())
    await house.until('its end to be told', () => isEnded(), 20_000)
    await house.pass(10_000)
    expect(house.startCount()).toBe(1)
    expect(told()[0]).toMatchObject({ status: 'Failed', reason: { code: 'GAVE_UP' } })
  })

  test('is started again as often as it may fail, and then says so', async () => {
    house = await openHouse(1, 1)
    await deploy({ when: 'onFailure', atMost: 2, backoffMs: 100, backoffMsMax: 200 })
    for (let run = 1; run <= 3; run++) {
      await house.until('it to run', () => running().length === 1, 5_000)
      exit(1)
      await house.until('it to end', () => running().length === 0, 5_000)
    }
    await house.until('it to be given up', () => isEnded(), 5_000)
    await house.pass(10_000)
    expect(house.startCount()).toBe(3)
    expect(told()[0]!.reason).toMatchObject({ code: 'GAVE_UP' })
  })

  test.each(['killed', 'stopped in order'])(
    'stays given up though its node is %s, until it may fail more often',
    async (how) => {
      house = await openHouse(1, 1)
      const [node] = house.nodes
      const restart = { when: 'onFailure', atMost: 1, backoffMs: 100, backoffMsMax: 200 }
      await deploy(restart)
      for (let run = 1; run <= 2; run++) {
        await house.until('it to run', () => running().length === 1, 5_000)
        exit(1)
      }
      await house.until('it to be given up', () => isEnded(), 5_000)
      for (let life = 1; life <= 2; life++) {
        if (how === 'killed') node!.kill()
        else await during(house, node!.stop())
        await house.pass(1_000)
        await during(house, node!.start())
        await house.pass(20_000)
      }
      expect(house.startCount()).toBe(2)
      expect(told()[0]).toMatchObject({ status: 'Failed', reason: { code: 'GAVE_UP' } })
      await deploy({ ...restart, atMost: 2 })
      await house.until('it to run', () => running().length === 1, 5_000)
      exit(1)
      await house.until('it to be given up', () => isEnded(), 5_000)
      expect(house.startCount()).toBe(3)
    },
  )

  test('say how they last ended when they run again, also after their node was away', async () => {
    house = await openHouse(1, 1)
    const [node] = house.nodes
    await deploy({ when: 'always', backoffMs: 100, backoffMsMax: 200 })
    await house.until('it to run', () => running().length === 1, 5_000)
    exit(143)
    const message = 'The program ended with exit code 143 (SIGTERM).'
    const lastEnd = { code: 'EXITED', message, exitCode: 143 }
    const isBack = () => told()[0]?.status === 'Running' && told()[0]?.restarts === 1
    await house.until('it to run again', isBack, 5_000)
    expect(told()[0]).toMatchObject({ lastEnd })

    node!.kill()
    await house.pass(1_000)
    await during(house, node!.start())
    await house.pass(5_000)
    expect(told()[0]).toMatchObject({ status: 'Running', restarts: 1, lastEnd })
  })

  test('comes anew with another version', async () => {
    house = await openHouse(1, 1)
    await deploy({ when: 'never' })
    await house.until('it to run', () => running().length === 1, 5_000)
    exit(0)
    await house.until('its end to be told', () => isEnded(), 5_000)
    await deploy({ when: 'never' }, { containers: [{ image: 'b' }] })
    await house.until('the new one to run', () => running().length === 1, 5_000)
    expect(told().filter(({ ended }) => ended)).toEqual([])
  })
})
