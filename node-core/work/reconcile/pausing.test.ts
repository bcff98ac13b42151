/** What is paused has no copy anywhere, and as many as before once it goes on. */
import { afterEach, describe, expect, test } from 'vitest'
import { pausedFrom, resumedFrom, type Workload } from '../spec/index.ts'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

const WEB = {
  name: 'web',
  replicas: 3,
  containers: [{ image: 'a', ports: [{ containerPort: 80 }] }],
}
const SAID = { at: '2026-11-28T15:00:00.000Z', by: 'f'.repeat(64) as never }

let house: House
afterEach(() => house.stopAll())

describe.each([
  ['in the shared state', 0],
  ['with three voters', 3],
])('a workload that is paused, %s', (_, voters) => {
  async function become(node: HouseNode, change: (now: Workload) => Workload): Promise<void> {
    const before = node.desired.get('web')!
    const applied = node.desired.apply(change(before.workload), before)
    await house.until('it is said', () => node.desired.get('web') !== before, 5_000)
    await applied
  }

  test('ends everywhere, stays so though computers come and go, and comes back as it was', async () => {
    house = await openHouse(4, voters)
    const [first] = house.nodes
    await house.deploy(first!, WEB)
    await house.until('all serve', () => house.serves('web', 3), 5_000)
    await become(first!, (now) => pausedFrom(now, SAID))
    await house.until('none runs', () => house.running('web').length === 0, 15_000)
    house.nodes[3]!.kill()
    await house.pass(20_000)
    expect(house.running('web')).toEqual([])
    await become(first!, resumedFrom)
    await house.until('all serve again', () => house.serves('web', 3), 30_000)
  })
})

test('no load decides about what is paused: it goes on with as many as had been decided before', async () => {
  house = await openHouse(3, 3)
  const [first] = house.nodes
  const { replicas: _, ...rest } = WEB
  const autoscale = { min: 1, max: 4, requestsPerSecond: 10, upAfterMs: 0, downAfterMs: 3_600_000 }
  await house.deploy(first!, { ...rest, autoscale })
  await house.until('one serves', () => house.serves('web', 1), 5_000)
  let answers = 0
  const load = async (): Promise<void> => {
    answers += 30
    const versions = { v: { answers, errors: 0, latencies: { 5: answers } } }
    const asked = { web: { open: 0, waiting: 0, versions } }
    await first!.map.put(`node/${first!.id}/load`, { asked, processor: {} })
  }
  for (let second = 0; second < 30; second++) {
    await load()
    await house.pass(1_000, 20)
  }
  const before = first!.desired.get('web')!
  expect(before.workload.replicas).toBeGreaterThan(1)
  await during(house, first!.desired.apply(pausedFrom(before.workload, SAID), before))
  await house.until('none runs', () => house.running('web').length === 0, 15_000)
  for (let second = 0; second < 30; second++) {
    await load()
    await house.pass(1_000, 20)
  }
  // Long enough for what was asked to be forgotten.
  await house.pass(300_000, 100)
  const paused = first!.desired.get('web')!
  expect([paused.workload.replicas, house.running('web').length]).toEqual([0, 0])
  await during(house, first!.desired.apply(resumedFrom(paused.workload), paused))
  const count = before.workload.replicas
  await house.until('as many serve', () => house.serves('web', count), 15_000)
})
