/** A computer that says that it will sleep: its work goes at once, and nothing is doubled when it is back. */
import { afterEach, describe, expect, test } from 'vitest'
import { volumeIdOf, volumeKey } from '../spec/index.ts'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

const WEB = { name: 'web', containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] }

let house: House
afterEach(() => house.stopAll())

describe.each([
  ['in the shared state', 0],
  ['with three voters', 3],
])('a computer that says it sleeps, %s', (_, voters) => {
  const others = (sleeper: HouseNode): number =>
    house.running('web').filter(({ node }) => node.up && node !== sleeper).length

  async function asleep(replicas = 3): Promise<HouseNode> {
    house = await openHouse(4, voters)
    await house.deploy(house.nodes[0]!, { ...WEB, replicas })
    await house.until('all serve', () => house.serves('web', replicas), 3_000)
    const sleeper = house
      .running('web')
      .map(({ node }) => node)
      .findLast((node) => node !== house.nodes[0])!
    sleeper.facts.asleep = { since: '2026-11-26T08:00:00.000Z' }
    return sleeper
  }

  test('hands its work over while it still serves, and takes none', async () => {
    const sleeper = await asleep()
    let least = 3
    const healthy = (): boolean => {
      least = Math.min(least, new Set(house.running('web').map(({ slot }) => slot)).size)
      return house.serves('web', 3) && others(sleeper) === 3
    }
    await house.until('the others run all of it', healthy, 5_000)
    expect(least).toBe(3)
    await house.deploy(house.nodes[0]!, { ...WEB, replicas: 6 })
    await house.until('more serve', () => house.serves('web', 6), 5_000)
    expect(others(sleeper)).toBe(6)
    // Awake, it takes new work, and what runs elsewhere stays there.
    delete sleeper.facts.asleep
    await house.deploy(house.nodes[0]!, { ...WEB, replicas: 7 })
    await house.until('one more serves', () => house.serves('web', 7), 5_000)
    expect(others(sleeper)).toBe(6)
  })

  test('is not waited for when it falls silent, and gives up what others run by the time it is back', async () => {
    const sleeper = await asleep()
    // As a machine whose lid is closed: it says nothing any more.
    sleeper.kill()
    const tookMs = await house.until('the others run all of it', () => others(sleeper) === 3, 5_000)
    // Anybody else is doubted for a second, and held dead after two and a half.
    expect(tookMs).toBeLessThan(1_000)
    delete sleeper.facts.asleep
    await during(house, sleeper.start())
    await house.until('nothing runs twice', () => house.serves('web', 3), 10_000)
    await house.pass(5_000)
    expect(house.serves('web', 3)).toBe(true)
  })

  test('is waited for by what keeps data there', async () => {
    house = await openHouse(3, voters)
    const mounts = [{ volume: 'data', path: '/data' }]
    const body = { name: 'web', containers: [{ image: 'a', mounts }], volumes: [{ name: 'data' }] }
    await house.deploy(house.nodes[0]!, body)
    await house.until('it serves', () => house.serves('web', 1), 3_000)
    const [{ node }] = house.running('web') as [ReturnType<House['running']>[number]]
    const { owner } = node.desired.get('web')!
    const kept = { owner, workload: 'web', index: 0, volume: 'data' }
    const facts = { sizeBytes: 2 ** 30, createdAt: '2026-11-26T08:00:00.000Z' }
    await node.map.put(volumeKey(node.id, volumeIdOf(kept)), { ...kept, ...facts })
    await house.pass(1_000)
    node.facts.asleep = { since: '2026-11-26T08:00:00.000Z' }
    await house.pass(5_000)
    expect(house.running('web').map((one) => one.node)).toEqual([node])
    node.kill()
    await house.pass(20_000)
    expect(others(node)).toBe(0)
  })
})
