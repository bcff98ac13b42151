import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MyceliumError } from '../../base/errors/index.ts'
import { place } from '../placement/index.ts'
import { workloadStatus } from './index.ts'
import { createHouse, during, type House, type HouseNode, openHouse } from './testing/house.ts'

const WEB = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }

/** Who keeps what is wanted: nobody in particular, or so many voters. */
const WAYS = [
  ['in the shared state', 0],
  ['with three voters', 3],
  ['with one voter', 1],
] as const

let house: House
let voters = 0
afterEach(() => house.stopAll())

async function open(nodes: number): Promise<HouseNode[]> {
  house = await openHouse(nodes, Math.min(nodes, voters))
  return [...house.nodes]
}

/** As an engine does that has too much to do. */
function refuseFirstEnd({ engine }: HouseNode): void {
  const { runner } = engine
  let refusals = 1
  Object.assign(engine, {
    runner(options: Parameters<typeof runner>[0]) {
      const real = runner(options)
      return {
        ...real,
        async end(...[id, how]: Parameters<typeof real.end>) {
          if (refusals-- > 0) throw new MyceliumError('START_FAILED', 'It does not end.')
          return real.end(id, how)
        },
      }
    },
  })
}

/** What it runs is told a while after it was asked. */
function listSlowly({ engine }: HouseNode): void {
  const { runner } = engine
  Object.assign(engine, {
    runner(options: Parameters<typeof runner>[0]) {
      const real = runner(options)
      return {
        ...real,
        async list() {
          await new Promise<void>((resolve) => house.clock.timer(100, resolve))
          return real.list()
        },
      }
    },
  })
}

const serves = (workload: string, replicas: number) => (): boolean =>
  house.serves(workload, replicas)

describe.each(WAYS)('%s', (_, voting) => {
  beforeEach(() => {
    voters = voting
  })

  describe('a deploy', () => {
    test('spreads three replicas over three nodes, healthy in the eyes of all', async () => {
      const [first] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 3 })
      const tookMs = await house.until('all serve', serves('web', 3), 1_000)
      expect(tookMs).toBeLessThanOrEqual(100)
      expect(house.nodesOf('web')).toBe(3)
    })

    test('that is deleted ends everywhere, and leaves no record', async () => {
      const [first, second] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 3 })
      await house.until('all serve', serves('web', 3), 1_000)
      await house.end(second!, 'web')
      await house.until('all ended', () => house.running('web').length === 0, 1_000)
      await house.pass(100)
      for (const { view } of house.nodes) expect(view.instances()).toEqual([])
    })

    test('that is scaled keeps what runs', async () => {
      const [first] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 2 })
      await house.until('two serve', serves('web', 2), 1_000)
      const before = house.running('web').map(({ id }) => id)
      await house.deploy(first!, { ...WEB, replicas: 5 })
      await house.until('five serve', serves('web', 5), 1_000)
      expect(house.running('web').map(({ id }) => id)).toEqual(expect.arrayContaining(before))
      await house.deploy(first!, { ...WEB, replicas: 1 })
      await house.until('one serves', serves('web', 1), 2_000)
      expect(house.running('web')[0]?.slot).toBe(0)
    })

    test('of a new version replaces one slot at a time and never serves with less', async () => {
      const [first] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 3 })
      await house.until('all serve', serves('web', 3), 1_000)
      await house.deploy(first!, { ...WEB, replicas: 3, env: { VERSION: '2' } })
      let least = 3
      const renewed = (): boolean => {
        const running = house.running('web')
        least = Math.min(least, new Set(running.map(({ slot }) => slot)).size)
        return serves('web', 3)() && running.every(({ generation }) => generation === 2)
      }
      await house.until('all are new', renewed, 10_000)
      expect(least).toBe(3)
    })
  })

  test('an old version is checked as it was deployed until the new one serves', async () => {
    const [first] = await open(1)
    const ports = (containerPort: number) => [{ image: 'a', ports: [{ containerPort }] }]
    await house.deploy(first!, { name: 'web', containers: ports(80) })
    await house.until('it serves', serves('web', 1), 1_000)
    const [old] = house.running('web')
    const oldPort = Object.values(first!.view.instances()[0]?.ports ?? {})[0]
    first!.healthy = (hostPort) => hostPort === oldPort
    await house.deploy(first!, { name: 'web', containers: ports(81) })
    await house.pass(30_000)
    const told = first!.view.instances().find(({ id }) => id === old?.id)
    expect(told).toMatchObject({ status: 'Running', health: 'healthy', restarts: 0 })
    first!.healthy = () => true
    await house.until('the new one serves alone', serves('web', 1), 5_000)
    expect(house.running('web')[0]?.id).not.toBe(old?.id)
  })

  describe('an instance', () => {
    test('that is killed comes back at once under the same id', async () => {
      const [only] = await open(1)
      await house.deploy(only!, WEB)
      await house.until('it serves', serves('web', 1), 1_000)
      const [{ id } = { id: '' }] = house.running('web')
      only!.engine.exit(id, 137)
      await house.until('it serves again', serves('web', 1), 100)
      expect(house.running('web')[0]?.id).toBe(id)
      expect(only!.view.instances()).toMatchObject([{ id, restarts: 1 }])
    })

    test('that keeps failing says why and is tried ever more rarely', async () => {
      const [only] = await open(1)
      only!.engine.failStarts('IMAGE_NOT_FOUND')
      const starts: number[] = []
      only!.reconciler.subscribe((instance) => {
        if (instance.status === 'Starting' && !instance.progress)
          starts.push(house.clock.monotonicMs())
      })
      await house.deploy(only!, WEB)
      await house.pass(20_000)
      expect(only!.view.instances()).toMatchObject([
        { status: 'Failed', reason: { code: 'IMAGE_NOT_FOUND' } },
      ])
      const gaps = starts
        .slice(1)
        .map((at, index) => Math.round((at - (starts[index] ?? 0)) / 1_000))
      expect(gaps).toEqual([1, 2, 4, 8])
      only!.engine.failStarts(undefined)
      await house.until('it serves', serves('web', 1), 20_000)
      expect(only!.view.instances()[0]?.reason).toBeUndefined()
    })

    test('that no longer passes its check is started again', async () => {
      const [only] = await open(1)
      await house.deploy(only!, WEB)
      await house.until('it serves', serves('web', 1), 1_000)
      only!.healthy = () => false
      const unhealthy = (): boolean => only!.view.instances()[0]?.reason?.code === 'UNHEALTHY'
      await house.until('it is held unhealthy', unhealthy, 10_000)
      only!.healthy = () => true
      await house.until('it serves again', serves('web', 1), 3_000)
    })

    test('that never passes its check says so while it runs, until it passes', async () => {
      const [only] = await open(1)
      only!.healthy = () => false
      await house.deploy(only!, WEB)
      const told = () => only!.view.instances()[0]
      const isTold = (): boolean => told()?.reason?.code === 'NOT_HEALTHY_YET'
      await house.until('it is told', isTold, 13_000)
      expect(told()).toMatchObject({ status: 'Running', health: 'unknown' })
      only!.healthy = () => true
      await house.until('it serves', serves('web', 1), 3_000)
      expect(told()?.reason).toBeUndefined()
    })

    test('that someone removed by hand is started again', async () => {
      const [only] = await open(1)
      await house.deploy(only!, WEB)
      await house.until('it serves', serves('web', 1), 1_000)
      only!.engine.remove(house.running('web')[0]?.id ?? '')
      await house.until('it serves again', serves('web', 1), 20_000)
    })
  })

  test('what could not be ended at first is gone once its successor has ended it', async () => {
    house = createHouse({ nodes: 1, voters: Math.min(1, voters) })
    const [only] = house.nodes
    refuseFirstEnd(only!)
    await during(house, only!.start())
    await house.pass(4_000)
    const version = (image: string) => {
      return {
        name: 'web',
        containers: [{ image, ports: [{ containerPort: 80, hostPort: 8_080 }] }],
      }
    }
    await house.deploy(only!, version('a'))
    await house.until('it serves', serves('web', 1), 1_000)
    await house.deploy(only!, version('b'))
    // The old one has the port until it is ended, which the new one sees to before it comes.
    await house.until('the new one serves alone', serves('web', 1), 10_000)
    await house.pass(20_000)
    expect(only!.view.instances()).toMatchObject([{ status: 'Running', generation: 2 }])
  })

  describe('an engine', () => {
    test('that went on without its daemon goes on when that is back, whatever is planned then', async () => {
      house = createHouse({ nodes: 1, voters: Math.min(1, voters) })
      const [only] = house.nodes
      listSlowly(only!)
      await during(house, only!.start())
      await house.deploy(only!, { name: 'mute', containers: [{ image: 'a' }] })
      await house.until('it to run', () => house.running('mute').length === 1, 10_000)
      only!.engine.turn(false, { keeps: true })
      const told = () => only!.view.instances().find(({ workload }) => workload === 'mute')
      await house.until('nobody to know', () => told()?.status === 'Pending', 20_000)
      only!.engine.turn(true)
      await house.pass(20)
      await house.deploy(only!, WEB)
      await house.until('it to be found', () => told()?.status === 'Running', 5_000)
      await house.until('the other to serve', serves('web', 1), 5_000)
      expect(only!.started.filter((id) => id.startsWith('mute'))).toHaveLength(1)
    })

    test('that stops says so on every instance, and all recover when it returns', async () => {
      const [only] = await open(1)
      await house.deploy(only!, { ...WEB, replicas: 2 })
      await house.until('both serve', serves('web', 2), 1_000)
      only!.healthy = () => only!.engine.up
      only!.engine.turn(false)
      const told = (): boolean =>
        only!.view
          .instances()
          .every(
            ({ status, reason }) => status === 'Pending' && reason?.code === 'ENGINE_UNAVAILABLE',
          )
      await house.until('it says why', told, 10_000)
      await house.pass(30_000)
      expect(only!.view.instances()).toHaveLength(2)
      only!.engine.turn(true)
      await house.until('both serve again', serves('web', 2), 2_000)
    })

    test('that stops on one of two nodes gives its work to the other', async () => {
      const [first, second] = await open(2)
      await house.deploy(first!, { ...WEB, replicas: 2 })
      await house.until('both serve', serves('web', 2), 1_000)
      second!.healthy = () => second!.engine.up
      second!.engine.turn(false)
      const moved = (): boolean =>
        house.running('web').filter(({ node }) => node === first).length === 2
      await house.until('the other runs both', moved, 25_000)
      second!.engine.turn(true)
      await house.pass(5_000)
      expect(serves('web', 2)()).toBe(true)
    })

    test('that is away when a workload is deleted ends it when it returns', async () => {
      const [only] = await open(1)
      await house.deploy(only!, WEB)
      await house.until('it serves', serves('web', 1), 1_000)
      only!.engine.turn(false, { keeps: true })
      await house.end(only!, 'web')
      await house.pass(3_000)
      expect(only!.view.instances()).toMatchObject([
        { status: 'Stopping', reason: { code: 'ENGINE_UNAVAILABLE' } },
      ])
      only!.engine.turn(true)
      await house.until('it has ended', () => only!.engine.held.size === 0, 1_000)
      await house.pass(100)
      expect(only!.view.instances()).toEqual([])
    })

    test('that is absent at first holds the deploy back, and says why', async () => {
      house = createHouse({ nodes: 1, voters: Math.min(1, voters) })
      const [only] = house.nodes
      only!.engine.turn(false)
      await during(house, only!.start())
      expect(only!.facts.kinds).toEqual([])
      await house.deploy(only!, WEB)
      await house.pass(1_000)
      const desired = only!.view.desired('web')
      const { status, conditions } = workloadStatus(desired, [], place(only!.view.placementInput()))
      expect(status).toBe('Pending')
      expect(conditions).toEqual([
        {
          code: 'UNPLACED',
          message: '1 of 1 has no node: 1 node unable to run this kind of work now.',
        },
      ])
      only!.engine.turn(true)
      await house.until('it serves', serves('web', 1), 1_000)
    })
  })

  describe('a node', () => {
    test('leaves no timer behind that would keep its process from ending', async () => {
      await open(1)
      await house.stopAll()
      // The house itself looks around once more.
      house.clock.advance(500)
      expect(house.clock.runNext()).toBe(false)
    })

    test('that drains hands over one by one, and serves until it has', async () => {
      const [first, second] = await open(2)
      await house.deploy(first!, { ...WEB, replicas: 4 })
      await house.until('all serve', serves('web', 4), 1_000)
      second!.facts.draining = true
      let least = 4
      const drained = (): boolean => {
        const running = house.running('web')
        least = Math.min(least, new Set(running.map(({ slot }) => slot)).size)
        return running.length === 4 && running.every(({ node }) => node === first)
      }
      await house.until('it is empty', drained, 10_000)
      expect(least).toBe(4)
    })

    test('that says goodbye ends what it runs, and others take over', async () => {
      const [first, second] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 3 })
      await house.until('all serve', serves('web', 3), 1_000)
      second!.facts.left = true
      const moved = (): boolean =>
        serves('web', 3)() && house.running('web').every(({ node }) => node !== second)
      await house.until('others run all', moved, 3_000)
    })

    test('that stops in order hands over at once, though it is still in sight', async () => {
      const [first, second] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 3 })
      await house.until('all serve', serves('web', 3), 1_000)
      const stopped = during(house, second!.reconciler.stop())
      const moved = (): boolean =>
        house.running('web').filter(({ node }) => node !== second).length === 3
      await house.until('the others run all', moved, 1_000)
      await stopped
      expect(second!.engine.held.size).toBe(0)
    })

    test('that stops in order leaves nothing behind', async () => {
      const [first] = await open(1)
      await house.deploy(first!, { ...WEB, replicas: 2 })
      await house.until('both serve', serves('web', 2), 1_000)
      await during(house, first!.stop())
      expect(first!.engine.held.size).toBe(0)
      expect(first!.view.instances()).toEqual([])
    })

    // With a registry, losing it is losing what is wanted: nothing is ended for that.
    if (voting > 0) return
    test('that finds what nobody knows ends it, once it has heard from the network', async () => {
      const [first, second] = await open(2)
      await house.deploy(first!, { ...WEB, replicas: 2 })
      await house.until('both serve', serves('web', 2), 1_000)
      second!.kill()
      first!.kill()
      // Both homes are lost; what runs is left.
      first!.forget()
      second!.forget()
      await during(house, first!.start())
      await during(house, second!.start())
      await house.until('orphans end', () => house.running('web').length === 0, 5_000)
    })
  })
})
