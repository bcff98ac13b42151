import { afterEach, describe, expect, test } from 'vitest'
import { place } from '../placement/index.ts'
import { workloadStatus } from './index.ts'
import { createHouse, during, type House, type HouseNode } from './testing/house.ts'

const WEB = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }

let house: House
afterEach(() => house.stopAll())

async function open(nodes: number): Promise<HouseNode[]> {
  house = createHouse({ nodes })
  for (const node of house.nodes) await during(house, node.start())
  await house.pass(4_000)
  return [...house.nodes]
}

/** Each slot runs exactly once, and is healthy in everybody's eyes. */
function serves(workload: string, replicas: number): () => boolean {
  return () => {
    const running = house.running(workload)
    const told = house.nodes
      .filter(({ up }) => up)
      .every(({ view }) => {
        const healthy = view
          .instances()
          .filter((one) => one.workload === workload && one.health === 'healthy')
        return running.every(({ id }) => healthy.some((one) => one.id === id))
      })
    return (
      told && running.length === replicas && new Set(running.map((r) => r.slot)).size === replicas
    )
  }
}

function startCount(): number {
  return house.nodes.reduce((sum, { engine }) => sum + engine.startCount, 0)
}

function nodesOf(workload: string): number {
  return new Set(house.running(workload).map(({ node }) => node)).size
}

describe('a deploy', () => {
  test('spreads three replicas over three nodes, healthy in the eyes of all', async () => {
    const [first] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    const tookMs = await house.until('all serve', serves('web', 3), 1_000)
    expect(tookMs).toBeLessThanOrEqual(100)
    expect(nodesOf('web')).toBe(3)
  })

  test('that is deleted ends everywhere, and leaves no record', async () => {
    const [first, second] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves('web', 3), 1_000)
    await second!.map.delete('net/workload/web')
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

describe('a node that is killed', () => {
  test('is replaced, and when it returns nothing runs twice and nothing is lost', async () => {
    const [first, second] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves('web', 3), 1_000)
    second!.kill()
    const lives = (): number => house.running('web').filter(({ node }) => node.up).length
    await house.until('replaced', () => lives() === 3, 10_000)
    await house.pass(2_000)
    expect(house.running('web')).toHaveLength(4)

    await during(house, second!.start())
    await house.until('nothing runs twice', serves('web', 3), 10_000)
    await house.pass(5_000)
    expect(serves('web', 3)()).toBe(true)
    expect(nodesOf('web')).toBe(3)
    expect(startCount()).toBe(4)
  })

  test('and is back before anyone noticed goes on with what it ran', async () => {
    const [first, second] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves('web', 3), 1_000)
    const before = house.running('web').map(({ id }) => id)
    second!.kill()
    await house.pass(300)
    await during(house, second!.start())
    await house.pass(8_000)
    expect(house.running('web').map(({ id }) => id)).toEqual(before)
    expect(serves('web', 3)()).toBe(true)
    expect(startCount()).toBe(3)
  })

  test('and starts again starts nothing before it has looked at what runs', async () => {
    const [only] = await open(1)
    await house.deploy(only!, { ...WEB, replicas: 2 })
    await house.until('both serve', serves('web', 2), 1_000)
    only!.kill()
    const started = only!.start()
    const told = new Set<string>()
    only!.reconciler.subscribe(({ id }) => told.add(id))
    // By now it listens for changes and waits for its engine's list.
    await new Promise(setImmediate)
    await house.deploy(only!, { ...WEB, replicas: 3 })
    await during(house, started)
    await house.until('all serve', serves('web', 3), 1_000)
    expect(told.size).toBe(3)
  })

  test('takes its programs along and comes back: each slot runs once', async () => {
    const [first, second] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves('web', 3), 1_000)
    second!.kill()
    for (const id of [...second!.engine.held.keys()]) second!.engine.remove(id)
    await house.pass(1_500)
    await during(house, second!.start())
    await house.until('all serve again', serves('web', 3), 10_000)
    await house.pass(5_000)
    expect(serves('web', 3)()).toBe(true)
  })

  test('while its workload is deleted ends it when it returns', async () => {
    const [first, second] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3 })
    await house.until('all serve', serves('web', 3), 1_000)
    second!.kill()
    await first!.map.delete('net/workload/web')
    await house.pass(5_000)
    expect(house.running('web')).toHaveLength(1)
    await during(house, second!.start())
    await house.until('all ended', () => house.running('web').length === 0, 3_000)
  })

  test('twenty times during a deploy loses no workload and leaves no orphan', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [first, second] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 6 })
      await house.pass(seed * 5)
      second!.kill()
      await house.pass((seed % 4) * 1_500)
      await during(house, second!.start())
      await house.until(`seed ${seed}: each slot runs once`, serves('web', 6), 15_000)
      await house.pass(3_000)
      expect(serves('web', 6)(), `seed ${seed}`).toBe(true)
      await first!.map.delete('net/workload/web')
      await house.until(`seed ${seed}: all ended`, () => house.running('web').length === 0, 3_000)
      await house.stopAll()
    }
  })
})

describe('a network in two halves', () => {
  test('heals on both sides, and ends the surplus after reunion', async () => {
    const [first, second] = await open(4)
    await house.deploy(first!, { ...WEB, replicas: 4 })
    await house.until('all serve', serves('web', 4), 1_000)
    house.split([first!, second!])
    await house.until('both sides heal', () => house.running('web').length === 8, 10_000)
    house.mend()
    await house.until('nothing runs twice', serves('web', 4), 10_000)
    await house.pass(5_000)
    expect(serves('web', 4)()).toBe(true)
  })

  test('ends nothing for an hour when the workload waits', async () => {
    const [first] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3, onPartition: 'keep' })
    await house.until('all serve', serves('web', 3), 1_000)
    const before = house.running('web').map(({ id }) => id)
    house.split([first!])
    await house.pass(60_000)
    expect(house.running('web').map(({ id }) => id)).toEqual(before)
  })

  test('stops on the smaller side when the workload says so', async () => {
    const [first] = await open(3)
    await house.deploy(first!, { ...WEB, replicas: 3, onPartition: 'stop' })
    await house.until('all serve', serves('web', 3), 1_000)
    house.split([first!])
    const moved = (): boolean =>
      house.running('web').length === 3 && house.running('web').every(({ node }) => node !== first)
    await house.until('the larger side runs all', moved, 10_000)
    house.mend()
    await house.pass(5_000)
    expect(serves('web', 3)()).toBe(true)
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
    const gaps = starts.slice(1).map((at, index) => Math.round((at - (starts[index] ?? 0)) / 1_000))
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

  test('that someone removed by hand is started again', async () => {
    const [only] = await open(1)
    await house.deploy(only!, WEB)
    await house.until('it serves', serves('web', 1), 1_000)
    only!.engine.remove(house.running('web')[0]?.id ?? '')
    await house.until('it serves again', serves('web', 1), 20_000)
  })
})

describe('an engine', () => {
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

  test('that is absent at first holds the deploy back, and says why', async () => {
    house = createHouse({ nodes: 1 })
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
        message: '1 of 1 have no node: 1 node unable to run this kind of work now.',
      },
    ])
    only!.engine.turn(true)
    await house.until('it serves', serves('web', 1), 1_000)
  })
})

describe('a node', () => {
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
