/** What befalls a house, by chance: nodes are killed and come back, the network is parted and mended. */
import type { Random } from '../../../base/random/index.ts'
import { during, type House, type HouseNode } from './house.ts'

/** How many there are for `befall`; from there on a number is the caller's own. */
export const MISFORTUNES = 5

/** Lets the one of that number happen, and says what it was. The last node that is up stays up. */
export async function befall(
  house: House,
  random: Random,
  which: number,
  onKill: (node: HouseNode) => void = () => {},
): Promise<'kill' | 'start' | 'split' | 'mend'> {
  switch (which) {
    case 0: {
      const up = house.nodes.filter((node) => node.up)
      const node = oneOf(up, random)
      if (!node || up.length === 1) return 'kill'
      node.kill()
      onKill(node)
      return 'kill'
    }
    case 1:
    case 2: {
      const node = oneOf(
        house.nodes.filter(({ up }) => !up),
        random,
      )
      if (node) await during(house, node.start())
      return 'start'
    }
    case 3:
      house.split(house.nodes.filter(() => random.int(2) === 0))
      return 'split'
    default:
      house.mend()
      return 'mend'
  }
}

/** Everybody is up and reaches everybody again. */
export async function recover(house: House): Promise<void> {
  house.mend()
  for (const node of house.nodes) if (!node.up) await during(house, node.start())
}

export const oneOf = <T>(list: readonly T[], random: Random): T | undefined =>
  list[random.int(list.length)]
