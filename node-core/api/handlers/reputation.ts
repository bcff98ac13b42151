import { toTimestamp } from '../../base/clock/index.ts'
import type { RegistryView } from '../../control/registry/index.ts'
import { HOUR_MS, PPM_MAX, reputeOf } from '../../economy/reputation/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { OwnerReputation } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { ownersNow } from './present.ts'
import { ownerNameOf } from './workload-view.ts'

/** How well owners keep what they promise, and who saw it. */
export function reputationHandlers({ reputation }: Builder, deps: ApiDeps) {
  return {
    list: reputation.list.handler(() => {
      const parts = inNetwork(deps)
      const view = parts.primary.view()
      if (!view) return { owners: [] }
      const members = ownersNow(parts).filter(({ state }) => state === 'member')
      return { owners: members.map((member) => viewOf(parts, view, member)) }
    }),
  }
}

/** From 0 to 1; undefined where there is no registry that would have it. */
export function reputationOf({ primary }: NetworkParts, owner: OwnerId): number | undefined {
  const ppm = primary.view()?.reputation(owner)
  return ppm === undefined ? undefined : ppm / PPM_MAX
}

function viewOf(
  parts: NetworkParts,
  view: RegistryView,
  { owner, name }: { owner: OwnerId; name: string },
): OwnerReputation {
  const ppm = view.reputation(owner)
  const observations = view
    .observations(owner)
    .sort(([, left], [, right]) => right.hour - left.hour)
    .map(([by, said]) => ({
      by: { id: by, name: ownerNameOf(parts, by) },
      ...{ kept: said.ppm / PPM_MAX, at: toTimestamp(said.hour * HOUR_MS) },
    }))
  return {
    owner: { id: owner, name },
    ...{ reputation: ppm / PPM_MAX, repute: reputeOf(ppm), observations },
  }
}
