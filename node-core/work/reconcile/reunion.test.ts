import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

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

const serves = (workload: string, replicas: number) => (): boolean =>
  house.serves(workload, replicas)

describe.each(WAYS)('%s', (_, voting) => {
  beforeEach(() => {
    voters = voting
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
      expect(house.nodesOf('web')).toBe(3)
      expect(house.startCount()).toBe(4)
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
      expect(house.startCount()).toBe(3)
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
      await house.end(first!, 'web')
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
        await house.end(first!, 'web')
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
      await house.pass(3_600_000, 1_000)
      expect(house.running('web').map(({ id }) => id)).toEqual(before)
    })

    test('stops where there is no quorum, or on the smaller side, when the workload says so', async () => {
      const [first] = await open(3)
      await house.deploy(first!, { ...WEB, replicas: 3, onPartition: 'stop' })
      await house.until('all serve', serves('web', 3), 1_000)
      house.split([first!])
      // The only voter has the quorum with it.
      const isFirsts = voting === 1
      const moved = (): boolean =>
        house.running('web').length === 3 &&
        house.running('web').every(({ node }) => (node === first) === isFirsts)
      await house.until('one side runs all', moved, 10_000)
      await house.pass(10_000)
      expect(moved()).toBe(true)
      house.mend()
      await house.pass(5_000)
      expect(serves('web', 3)()).toBe(true)
    })

    test('goes on with such a workload though most computers are dead, where the quorum is', async () => {
      const [first, ...others] = await open(4)
      await house.deploy(first!, { ...WEB, replicas: 2, onPartition: 'stop' })
      await house.until('both serve', serves('web', 2), 1_000)
      // As many as leave a quorum.
      for (const node of others.slice(voting === 3 ? 1 : 0)) node.kill()
      const lives = (): number => house.running('web').filter(({ node }) => node.up).length
      const wanted = voting === 0 ? 0 : 2
      await house.until('it runs where it may', () => lives() === wanted, 10_000)
      await house.pass(10_000)
      expect(lives()).toBe(wanted)
    })
  })
})
