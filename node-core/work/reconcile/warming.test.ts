/** A change whose copies warm up, in a house of whole nodes. */
import { afterEach, expect, test } from 'vitest'
import { type House, openHouse } from './testing/house.ts'

let house: House
afterEach(() => house.stopAll())

const WARM_UP_MS = 20_000

test.each([
  ['rolling', 2 * WARM_UP_MS],
  ['blueGreen', WARM_UP_MS],
] as const)(
  '%s: all old copies serve until the new ones were ready for long enough',
  async (kind, leastMs) => {
    house = await openHouse(2, 1)
    const [first] = house.nodes
    const version = (image: string) => ({
      name: 'web',
      replicas: 2,
      rollout: { kind, warmUpMs: WARM_UP_MS },
      containers: [{ image, ports: [{ containerPort: 80 }] }],
    })
    await house.deploy(first!, version('a'))
    // There is nothing before it to wait for.
    await house.until('it serves', () => house.serves('web', 2), 5_000)
    await house.pass(WARM_UP_MS)
    await house.deploy(first!, version('b'))
    const old = () => house.running('web').filter(({ generation }) => generation === 1).length
    let passedMs = 0
    for (; old() > 0 && passedMs < 120_000; passedMs += 500) {
      if (passedMs < WARM_UP_MS) expect(old()).toBe(2)
      await house.pass(500)
    }
    expect(passedMs).toBeGreaterThanOrEqual(leastMs)
    expect(passedMs).toBeLessThan(leastMs + 20_000)
    await house.until('all serve', () => house.serves('web', 2), 5_000)
  },
)
