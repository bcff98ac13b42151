/** Workloads by names that mean the same to everybody (docs/adr/0048). */
import type { WorkloadView } from '../../node-core/api/contract/index.ts'

/**
 * By its long name where the short one means one's own: whatever is asked of the node by it, an end too,
 * is asked of that one. What it is shown as follows, so that the two can be told apart.
 */
export function asSaid(workload: WorkloadView): WorkloadView {
  const { longName } = workload
  return longName === undefined ? workload : { ...workload, name: longName }
}

/** As its data and secrets bear it. */
export function keptName({ name, longName }: Pick<WorkloadView, 'name' | 'longName'>): string {
  return longName === undefined ? name : longName.replace(/-of-[0-9a-f]{10}$/, '')
}

/** Links to its data have the name that is kept. */
export function workloadNamed(
  workloads: readonly WorkloadView[],
  name: string,
): WorkloadView | undefined {
  return (
    workloads.find((one) => one.name === name) ?? workloads.find((one) => keptName(one) === name)
  )
}
