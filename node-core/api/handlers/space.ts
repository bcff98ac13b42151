/** What is kept here for the network, over every door. */
import type { Kept } from '../../work/space/index.ts'
import { type Builder, inNetwork } from './base.ts'
import type { ApiDeps } from './index.ts'

export function spaceHandlers({ space }: Builder, deps: ApiDeps) {
  const here = () => deps.leftSpace() ?? inNetwork(deps).space
  return {
    show: space.show.handler(async () => {
      const { kept, ...totals } = await here().usage()
      return { ...totals, kept: kept.map(viewOf) }
    }),
    reclaim: space.reclaim.handler(async () => {
      const { freedBytes, dropped, stayed } = await here().reclaim()
      return { freedBytes, dropped: dropped.map(viewOf), stayed: stayed.map(viewOf) }
    }),
  }
}

function viewOf<T extends Kept>({
  usedAtMs,
  ...rest
}: T): Omit<T, 'usedAtMs'> & { usedAt: string } {
  return { ...rest, usedAt: new Date(Math.trunc(usedAtMs)).toISOString() }
}
