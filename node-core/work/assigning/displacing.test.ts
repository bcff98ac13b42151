/** What counts more takes the room of what counts less: over whole nodes, with and without a committee. */
import { afterEach, describe, expect, test } from 'vitest'
import { during, type House, openHouse } from '../reconcile/testing/house.ts'

let house: House
afterEach(() => house.stopAll())

/** A node of the house has room for one of these. */
const big = (name: string, more: object = {}) => ({
  ...{ name, containers: [{ image: 'a', resources: { cpu: '3' } }] },
  ...more,
})
const count = (name: string): number => house.running(name).length

describe.each([
  ['committed', 3],
  ['by each node alone', 0],
])('room that is needed, %s', (_, voters) => {
  test('is given up by what counts less, which comes back once there is room', async () => {
    house = await openHouse(3, voters)
    const [first] = house.nodes
    await house.deploy(first!, big('batch', { replicas: 3, priority: 'low' }))
    await house.until('all of it serves', () => house.serves('batch', 3), 3_000)
    await house.deploy(first!, big('web', { replicas: 2 }))
    await house.until('what counts more serves', () => house.serves('web', 2), 10_000)
    expect(count('batch')).toBe(1)
    // And that is that: nobody is displaced in turn, nothing starts to be ended again.
    const starts = house.startCount()
    await house.pass(20_000)
    expect([count('batch'), count('web'), house.startCount()]).toEqual([1, 2, starts])
    await house.end(first!, 'web')
    await house.until('the displaced is back', () => house.serves('batch', 3), 10_000)
  })

  test('is not taken below what must go on serving', async () => {
    house = await openHouse(3, voters)
    const [first] = house.nodes
    const disruption = { minAvailable: 2 }
    await house.deploy(first!, big('batch', { replicas: 3, priority: 'low', disruption }))
    await house.until('all of it serves', () => house.serves('batch', 3), 3_000)
    await house.deploy(first!, big('web', { replicas: 3 }))
    await house.until('one has room', () => count('web') === 1, 10_000)
    await house.pass(20_000)
    expect([count('batch'), count('web')]).toEqual([2, 1])
  })

  test('left by a node that died goes to what counts more', async () => {
    house = await openHouse(3, voters)
    const [first] = house.nodes
    await house.deploy(first!, big('batch', { priority: 'low' }))
    await house.deploy(first!, big('web', { replicas: 2 }))
    await house.until('both serve', () => house.serves('web', 2) && house.serves('batch', 1), 3_000)
    const [{ node }] = house.running('web') as [ReturnType<House['running']>[number]]
    node.kill()
    const alive = (): number => house.running('web').filter((one) => one.node.up).length
    await house.until('it runs twice again', () => alive() === 2, 10_000)
    expect(house.running('batch').filter((one) => one.node.up)).toEqual([])
  })
})

describe.each([
  ['committed', 1],
  ['by a node alone', 0],
])('room for an image that nobody has, %s', (_, voters) => {
  const full = async (): Promise<House['nodes'][number]> => {
    house = await openHouse(1, voters)
    const [only] = house.nodes
    await house.deploy(only!, big('blog'))
    await house.until('it serves', () => house.serves('blog', 1), 3_000)
    only!.engine.failStarts('IMAGE_NOT_FOUND', 'shop')
    await house.deploy(only!, big('shop', { priority: 'high' }))
    const shop = () => only!.view.instances().find(({ workload }) => workload === 'shop')
    await house.until('why is told', () => shop()?.reason?.code === 'IMAGE_NOT_FOUND', 5_000)
    return only!
  }

  test('is given by nobody until it is there', async () => {
    const only = await full()
    const starts = house.startCount()
    await house.pass(60_000)
    expect([count('blog'), count('shop'), house.startCount()]).toEqual([1, 0, starts])
    expect(house.serves('blog', 1)).toBe(true)
    only.engine.failStarts(undefined)
    await house.until('it serves', () => house.serves('shop', 1), 70_000)
    expect(count('blog')).toBe(0)
  })

  test('is given to another that has its image, and kept by that', async () => {
    const only = await full()
    await house.deploy(only, big('cart', { priority: 50 }))
    await house.until('it serves', () => house.serves('cart', 1), 10_000)
    await house.pass(70_000)
    expect([count('blog'), count('cart'), count('shop')]).toEqual([0, 1, 0])
    only.engine.failStarts(undefined)
    await house.until('what comes first has it', () => house.serves('shop', 1), 70_000)
    expect(count('cart')).toBe(0)
  })

  test('is not taken when what serves is down for a moment', async () => {
    const only = await full()
    only.engine.exit(house.running('blog')[0]!.id, 1)
    await house.until('it serves again', () => house.serves('blog', 1), 5_000)
    await house.pass(20_000)
    expect([count('blog'), count('shop')]).toEqual([1, 0])
  })

  test('is not taken by a node that is killed and comes back', async () => {
    const only = await full()
    only.kill()
    await house.pass(1_000)
    await during(house, only.start())
    await house.pass(30_000)
    expect([count('blog'), count('shop')]).toEqual([1, 0])
    expect(only.started.filter((id) => id.startsWith('blog'))).toHaveLength(1)
  })

  test('is left when nobody wants it', async () => {
    const only = await full()
    await house.end(only, 'shop')
    const told = () => only.view.instances().map(({ workload }) => workload)
    await house.until('nothing is left of it', () => !told().includes('shop'), 5_000)
    expect([count('blog'), told()]).toEqual([1, ['blog']])
  })
})

test('a node that was stopped in order goes on with what ran, not with what has no image', async () => {
  house = await openHouse(1, 1)
  const [only] = house.nodes
  await house.deploy(only!, big('blog'))
  await house.until('it serves', () => house.serves('blog', 1), 3_000)
  only!.engine.failStarts('IMAGE_NOT_FOUND', 'shop')
  await house.deploy(only!, big('shop', { priority: 'high' }))
  await house.pass(5_000)
  await during(house, only!.stop())
  expect(count('blog')).toBe(0)
  await during(house, only!.start())
  await house.until('it serves again', () => house.serves('blog', 1), 10_000)
  await house.pass(20_000)
  expect([count('blog'), count('shop')]).toEqual([1, 0])
})

test('a job that waits for its image ends nothing, and is attempted once it is there', async () => {
  house = await openHouse(1, 1)
  const [only] = house.nodes
  await house.deploy(only!, big('blog'))
  await house.until('it serves', () => house.serves('blog', 1), 3_000)
  only!.engine.failStarts('IMAGE_NOT_FOUND', 'mill')
  await house.deploy(only!, big('mill', { job: { retries: 0 }, priority: 'high' }))
  await house.pass(30_000)
  expect([house.serves('blog', 1), only!.desired.job('mill')?.attempts.size]).toEqual([true, 0])
  only!.engine.failStarts(undefined)
  await house.until('it runs', () => count('mill') === 1, 70_000)
  expect(count('blog')).toBe(0)
  only!.engine.exit(house.running('mill')[0]!.id, 0)
  await house.until('what gave its room is back', () => house.serves('blog', 1), 10_000)
  expect(only!.desired.job('mill')?.runs[0]?.[1].ended?.outcome).toBe('succeeded')
})

test('a job that gives its room is attempted again, and nothing of it runs twice', async () => {
  house = await openHouse(1, 1)
  const [first] = house.nodes
  const job = { retries: 3 }
  const restart = { backoffMs: 100, backoffMsMax: 100 }
  await house.deploy(first!, big('mill', { job, restart, priority: 'low' }))
  await house.until('it runs', () => count('mill') === 1, 5_000)
  await house.deploy(first!, big('web'))
  await house.until('what counts more serves', () => house.serves('web', 1), 10_000)
  await house.pass(5_000)
  expect(count('mill')).toBe(0)
  expect(first!.desired.job('mill')?.attempts.get(0)).toMatchObject({
    attempt: 1,
    outcome: 'failed',
  })
  await house.end(first!, 'web')
  await house.until('it runs again', () => count('mill') === 1, 10_000)
  first!.engine.exit(house.running('mill')[0]!.id, 0)
  const outcome = () => first!.desired.job('mill')?.runs[0]?.[1].ended?.outcome
  await house.until('it is done', () => outcome() === 'succeeded', 5_000)
  expect(first!.started.filter((id) => id.startsWith('mill'))).toHaveLength(2)
})

test.each([
  ['goes on', false],
  ['is killed', true],
])(
  'a job that gave its room where nobody could be told is attempted again, though its node %s',
  async (_, dies) => {
    house = await openHouse(3, 3)
    const [first, second, third] = house.nodes
    for (const other of [first!, second!]) other.facts.cordoned = true
    const restart = { backoffMs: 100, backoffMsMax: 100 }
    await house.deploy(first!, big('mill', { job: { retries: 3 }, restart, priority: 'low' }))
    await house.until('it runs', () => count('mill') === 1, 5_000)
    await house.deploy(first!, big('web'))
    const told = () => third!.view.instances().find(({ workload }) => workload === 'mill')
    await house.until('it gives its room', () => told()?.status === 'Stopping', 5_000)
    house.split([third!])
    await house.until('it has ended', () => count('mill') === 0, 5_000)
    await house.pass(10_000)
    if (dies) third!.kill()
    house.mend()
    if (dies) await during(house, third!.start())
    const attempt = () => first!.desired.job('mill')?.attempts.get(0)
    await house.until('its end is told', () => attempt()?.outcome === 'failed', 15_000)
    await house.until('what counts more serves', () => house.serves('web', 1), 5_000)
    await house.end(first!, 'web')
    await house.until('it runs again', () => count('mill') === 1, 10_000)
    expect(third!.started.filter((id) => id.startsWith('mill'))).toHaveLength(2)
  },
)
