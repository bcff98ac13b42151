/** What is kept here for the network, over every door. */
import type { Kept } from '../../work/space/index.ts'
import type { KeptView } from '../contract/index.ts'
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
      const { freedBytes, dropped } = await here().reclaim()
      return { freedBytes, dropped: dropped.map(viewOf) }
    }),
  }
}

function viewOf({ usedAtMs, ...rest }: Kept): KeptView {
  return { ...rest, usedAt: new Date(Math.trunc(usedAtMs)).toISOString() }
}
