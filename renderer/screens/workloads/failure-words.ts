import type { InstanceView, WorkloadView } from '../../../node-core/api/contract/index.ts'

/** What the window has words of its own for; of all else the node's own words stay under the details. */
const CAUSES = [
  'IMAGE_NOT_FOUND',
  'BLOB_NOT_FOUND',
  'DIGEST_MISMATCH',
  'NOT_RUNNABLE',
  'EXITED',
  'EXITED_AT_ONCE',
  'UNHEALTHY',
  'MEMORY_EXCEEDED',
  'DISK_EXCEEDED',
  'PORT_TAKEN',
  'SECRET_MISSING',
] as const
export type Cause = (typeof CAUSES)[number] | 'OTHER'

export interface Failure {
  cause: Cause
  /** What the computers say of it, each once. */
  said: string[]
  /** What is to be said beside it. */
  rest: WorkloadView['conditions']
}

export function causeOf(code: string): Cause {
  return CAUSES.find((each) => each === code) ?? 'OTHER'
}

/** Why nothing of it runs; nothing where some of it does, or where no copy says why. */
export function failureOf(workload: WorkloadView): Failure | undefined {
  const { status, job, instances, conditions } = workload
  if (status !== 'Failed' || job) return undefined
  const reasons = instances.filter(isTold).flatMap(({ reason }) => reason ?? [])
  const [first] = reasons
  if (!first) return undefined
  const codes = new Set(reasons.map(({ code }) => code))
  return {
    cause: causeOf(first.code),
    said: [...new Set(reasons.map(({ message }) => message))],
    rest: conditions.filter(({ code }) => !codes.has(code)),
  }
}

/** What its copies do not say themselves; of the workload it may stand behind the computer's name. */
export function untold({
  conditions,
  instances,
}: Pick<WorkloadView, 'conditions' | 'instances'>): WorkloadView['conditions'] {
  const told = instances.flatMap(({ reason }) => reason?.message ?? [])
  return conditions.filter(({ message }) => !told.some((one) => message.endsWith(one)))
}

function isTold({ lost, unassigned, earlier }: InstanceView): boolean {
  return !lost && !unassigned && !earlier
}
