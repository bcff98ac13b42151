/** What goes wrong between whole nodes, drawn from the seed: weather over all links, and who is parted from whom. */
import type { SimFaults } from '../node-core/base/net/index.ts'
import type { Random } from '../node-core/base/random/index.ts'

type Weather = Pick<SimFaults, 'dropRate' | 'duplicateRate' | 'slowRate' | 'delayMsMax'>

/** Everything works. */
export const FAIR: Weather = { dropRate: 0, duplicateRate: 0, slowRate: 0, delayMsMax: 5 }

export function drawWeather(random: Random): Weather {
  return {
    dropRate: random.float() * 0.3,
    duplicateRate: random.float() * 0.3,
    slowRate: random.float() * 0.1,
    delayMsMax: 5 + random.int(200),
  }
}

/** Each is on one of two sides: who then hears nothing from whom, both ways. */
export function partedBy<One>(random: Random, all: readonly One[]): (readonly [One, One])[] {
  const side = new Map(all.map((one) => [one, random.float() < 0.5]))
  return all.flatMap((from) =>
    all.filter((to) => side.get(from) !== side.get(to)).map((to) => [from, to] as const),
  )
}
