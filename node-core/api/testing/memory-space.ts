/** The space of a node in memory: what a test has put there. */
import type { Kept, Stayed } from '../../work/space/index.ts'
import type { NetworkParts } from '../handlers/index.ts'

export function memorySpace(world: {
  keptSpace: Kept[]
  stayingSpace: Stayed[]
}): NetworkParts['space'] {
  const sum = (kept: Kept[]): number => kept.reduce((total, one) => total + one.sizeBytes, 0)
  const free = (): Kept[] => world.keptSpace.filter(({ use }) => use === undefined)
  return {
    usage: async () => ({
      budgetBytes: 20 * 2 ** 30,
      usedBytes: sum(world.keptSpace),
      reclaimableBytes: sum(free()),
      kept: world.keptSpace,
    }),
    async reclaim() {
      const stayed = world.stayingSpace
      const dropped = free().filter(({ id }) => !stayed.some((one) => one.id === id))
      world.keptSpace = world.keptSpace.filter((one) => !dropped.includes(one))
      return { freedBytes: sum(dropped), dropped, stayed }
    },
  }
}
