/** Copies that came to stand together, over whole nodes, with and without a committee. */
import { afterEach, describe, expect, test } from 'vitest'
import { during, type House, openHouse } from '../reconcile/testing/house.ts'

const WEB = { name: 'web', replicas: 3 }
const image = (name: string) => [{ image: name, ports: [{ containerPort: 80 }] }]

let house: House
afterEach(() => house.stopAll())

/** All on the first, with the other two empty and ready again. */
async function bunched(voters: number): Promise<void> {
  house = await openHouse(3, voters)
  const [first, ...others] = house.nodes
  for (const one of others) one.facts = { ...one.facts, cordoned: true }
  await during(house, Promise.resolve())
  await house.deploy(first!, { ...WEB, containers: image('a') })
  await house.until('all serve', () => house.serves('web', 3), 5_000)
  for (const one of others) one.facts = { ...one.facts, cordoned: false }
  await house.pass(2_000)
  expect(house.nodesOf('web')).toBe(1)
}

describe.each([
  ['with a committee', 3],
  ['by each node alone', 0],
])('a change, %s', (_, voters) => {
  test.each([
    ['rolling', { kind: 'rolling' }],
    ['blue and green', { kind: 'blueGreen' }],
  ])(
    'that is %s spreads them, each started once and never fewer than there were',
    async (_, rollout) => {
      await bunched(voters)
      const starts = house.startCount()
      await house.deploy(house.nodes[0]!, { ...WEB, rollout, containers: image('b') })
      await house.until(
        'they are spread',
        () => {
          expect(new Set(house.running('web').map(({ slot }) => slot)).size).toBe(3)
          return house.serves('web', 3) && house.nodesOf('web') === 3
        },
        30_000,
      )
      expect(house.startCount() - starts).toBe(3)
      await house.pass(15_000)
      expect([house.startCount() - starts, house.nodesOf('web')]).toEqual([3, 3])
    },
  )
})
