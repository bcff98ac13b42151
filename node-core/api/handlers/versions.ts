/** What a workload was before, and the way back to it. */
import type { OwnerId } from '../../identity/index.ts'
import { isHealthy } from '../../work/placement/index.ts'
import { takenBackText } from '../../work/reconcile/index.ts'
import { isUnderWay } from '../../work/rollout/index.ts'
import {
  beforeAndBegin,
  type DesiredWorkload,
  type Difference,
  goneBack,
  isSameVersion,
  keepingCopies,
  servedBefore,
  takenBack,
  templateOf,
  versionDifferences,
  type Workload,
  withoutRestarts,
} from '../../work/spec/index.ts'
import type { PastVersion } from '../contract/index.ts'
import { failure } from './failures.ts'
import { instancesInSight } from './in-sight.ts'
import type { NetworkParts } from './index.ts'
import { ownerNameOf, partView, sourceView } from './workload-view.ts'

/** What `GET` of a workload does not show. */
const OF_ITS_OWNER = /^(containers\.[^.]+\.)?(env|command|args)(?=\.|$)/

type Past = ReturnType<NetworkParts['desired']['past']>[number]

/** The latest first, each with what was changed when another took its place. */
export function pastViews(
  parts: NetworkParts,
  past: readonly Past[],
  { now, reader }: { now: DesiredWorkload | undefined; reader: OwnerId },
): PastVersion[] {
  const failed = now?.canary?.failed
  return past.map((one, age) => {
    const next = past[age - 1] ?? now
    return {
      ...pastView(parts, one),
      ...(next && { changed: changeView(parts, one, next, reader) }),
      ...(failed?.generation === one.generation && { takenBack: takenBackText(failed) }),
    }
  })
}

function pastView(parts: NetworkParts, past: Past): PastVersion {
  const { workload, generation, by, untilMs } = past
  return {
    generation,
    ...sourceView(workload.parts[0]),
    parts: workload.parts.map(partView),
    by: { id: by, name: ownerNameOf(parts, by) },
    until: new Date(untilMs).toISOString(),
  }
}

function changeView(
  parts: NetworkParts,
  { workload, owner }: Past,
  next: DesiredWorkload,
  reader: OwnerId,
): PastVersion['changed'] {
  const all = versionDifferences(workload, next.workload)
  const isOwn = owner === reader || parts.permissions().has('admin')
  const replaces = templateOf(workload) !== templateOf(next.workload)
  return { changes: isOwn ? all : forOthers(all), replaces }
}

/** Names of variables, and what it is started with, are its owner's: of those that they changed. */
function forOthers(changes: readonly Difference[]): Difference[] {
  const shown = new Map<string, Difference>()
  for (const change of changes) {
    const field = OF_ITS_OWNER.exec(change.path)?.[0]
    if (field === undefined) shown.set(change.path, change)
    else shown.set(field, { path: field, before: '…', after: '…' })
  }
  return [...shown.values()]
}

/** What serves already is no change to be taken back. Throws CONFLICT. */
export function mustBeUnderWay(
  parts: NetworkParts,
  name: string,
  existing: DesiredWorkload | undefined,
): void {
  if (existing && isUnderWay(existing, instancesInSight(parts))) return
  const message = `No change of “${name}” is under way. An earlier version comes back by: mycelium rollback ${name}`
  throw failure('CONFLICT', message, { reason: 'NOTHING_UNDER_WAY' })
}

/**
 * The version that is asked for, or the latest that differs from the present one; of a change under
 * way, the one that serves, with the rules that were changed since. Throws NOT_FOUND.
 */
export function earlierVersion(
  parts: NetworkParts,
  asked: { name: string; generation?: number | undefined; underWay?: boolean | undefined },
  existing: DesiredWorkload | undefined,
): Workload {
  const past = parts.desired.past(asked.name)
  const now = existing?.workload
  if (asked.underWay && existing && now) {
    const healthy = instancesInSight(parts).filter(
      (one) => one.workload === asked.name && isHealthy(one),
    )
    const way = beforeAndBegin(now, past, servedBefore(existing, past, healthy))
    if (way) return goneBack(now, way.began, way.before.workload)
  }
  const found = past.find(({ workload, generation }) => {
    if (asked.generation !== undefined) return generation === asked.generation
    if (!now) return true
    // Nobody would have anything back by copies that are started anew a second time.
    return !asked.underWay && !isSameVersion(withoutRestarts(workload), withoutRestarts(now))
  })
  if (!found) throw failure('NOT_FOUND', notFoundText(asked, past))
  if (!now) return found.workload
  const back = takenBack(now, found.workload)
  return asked.generation === undefined ? keepingCopies(now, back) : back
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
