/** A workload of which nothing runs until it is resumed (docs/adr/0056). */
import { canariesUnderWay } from '../../work/rollout/index.ts'
import {
  type DesiredWorkload,
  type Paused,
  pausedFrom,
  resumedFrom,
} from '../../work/spec/index.ts'
import { failure } from './failures.ts'
import { instancesInSight } from './in-sight.ts'
import type { NetworkParts } from './index.ts'

/** Throws CONFLICT for a job, and while a canary is tried out. */
export async function paused(
  parts: NetworkParts,
  of: DesiredWorkload,
  said: Pick<Paused, 'at' | 'by'>,
): Promise<DesiredWorkload> {
  const { workload } = of
  if (workload.paused) return of
  mustServe(of)
  mustNotBeTried(parts, of)
  return parts.desired.apply(pausedFrom(workload, said), of)
}

export async function resumed(
  { desired }: Pick<NetworkParts, 'desired'>,
  of: DesiredWorkload,
): Promise<DesiredWorkload> {
  return of.workload.paused ? desired.apply(resumedFrom(of.workload), of) : of
}

function mustServe({ workload: { name, job } }: DesiredWorkload): void {
  if (!job) return
  const hint = job.schedule ? ` Its schedule is held by: mycelium schedule pause ${name}` : ''
  throw failure('CONFLICT', `“${name}” is a job, and ends by itself.${hint}`, { reason: 'IS_JOB' })
}

/** None of the old copies would be left, and what was on trial had all requests once it goes on. */
function mustNotBeTried(parts: NetworkParts, desired: DesiredWorkload): void {
  const { name } = desired.workload
  if (!canariesUnderWay([desired], () => instancesInSight(parts)).has(name)) return
  const message =
    `A change of “${name}” is being tried out, and would have all requests once it goes on. ` +
    `Promote it, or take it back, first: mycelium rollout promote ${name} --all, or mycelium rollout rollback ${name}. ` +
    `To hold its share as it is: mycelium rollout pause ${name}`
  throw failure('CONFLICT', message, { reason: 'CANARY_UNDER_WAY' })
}
