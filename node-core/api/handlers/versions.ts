/** What a workload was before, and the way back to it. */
import { isUnderWay } from '../../work/rollout/index.ts'
import { type DesiredWorkload, templateOf, type Workload } from '../../work/spec/index.ts'
import type { PastVersion } from '../contract/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts } from './index.ts'
import { isLost, ownerNameOf, partView, sourceView } from './workload-view.ts'

type Past = ReturnType<NetworkParts['desired']['past']>[number]

export function pastView(parts: NetworkParts, past: Past): PastVersion {
  const { workload, generation, by, untilMs } = past
  return {
    generation,
    ...sourceView(workload.parts[0]),
    parts: workload.parts.map(partView),
    by: { id: by, name: ownerNameOf(parts, by) },
    until: new Date(untilMs).toISOString(),
  }
}

/** What serves already is no change to be taken back. Throws CONFLICT. */
export function mustBeUnderWay(
  parts: NetworkParts,
  name: string,
  existing: DesiredWorkload | undefined,
): void {
  const inSight = parts.placementInput().instances.filter((one) => !isLost(parts, one))
  if (existing && isUnderWay(existing, inSight)) return
  const message = `No change of “${name}” is under way. An earlier version comes back by: mycelium rollback ${name}`
  throw failure('CONFLICT', message, { reason: 'NOTHING_UNDER_WAY' })
}

/**
 * The version that is asked for, or the latest that differs from the present one. As many copies stay
 * wanted as are now, in the way that rollouts go now. Throws NOT_FOUND.
 */
export function earlierVersion(
  parts: NetworkParts,
  asked: { name: string; generation?: number | undefined },
  existing: DesiredWorkload | undefined,
): Workload {
  const past = parts.desired.past(asked.name)
  const now = existing && templateOf(existing.workload)
  const found = past.find(({ workload, generation }) =>
    asked.generation === undefined ? templateOf(workload) !== now : generation === asked.generation,
  )
  if (!found) throw failure('NOT_FOUND', notFoundText(asked, past))
  if (!existing) return found.workload
  const { replicas, rollout, autoscale } = existing.workload
  const isScaled = autoscale !== undefined || found.workload.autoscale !== undefined
  return {
    ...found.workload,
    ...(!isScaled && { replicas }),
    rollout: { ...rollout, paused: false },
  }
}

function notFoundText(
  { name, generation }: { name: string; generation?: number | undefined },
  past: readonly Past[],
): string {
  if (past.length === 0) return `No earlier version of “${name}” is kept.`
  const kept = past.map((one) => one.generation).join(', ')
  if (generation === undefined) return `No kept version of “${name}” differs from this one.`
  return `Version ${generation} of “${name}” is not kept; kept are ${kept}.`
}
