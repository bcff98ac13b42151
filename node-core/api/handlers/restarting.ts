/** All copies of a workload started anew, as a version that takes over like any other. */
import { type DesiredWorkload, restartedFrom } from '../../work/spec/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts } from './index.ts'

/** Images stay what they were fixed to: it is no change. Throws CONFLICT for a job, which serves nothing. */
export async function restarted(
  { desired }: Pick<NetworkParts, 'desired'>,
  of: DesiredWorkload,
): Promise<DesiredWorkload> {
  const { name, job } = of.workload
  if (!job) return desired.apply(restartedFrom(of), of)
  const message = `“${name}” is a job, and ends by itself. It runs once more by: mycelium run ${name}`
  throw failure('CONFLICT', message, { reason: 'IS_JOB' })
}
