/**
 * What a copy of a workload is called wherever people read of it: `web-0`. The id of each of its
 * instances begins so, and `--instance` of the command line takes it.
 */
export function copyName(workload: string, index: number): string {
  return `${workload}-${index}`
}

/** Of a slot as placement writes it: `batch/0`. */
export function copyOfSlot(slot: string): string {
  return slot.replace(/\/(\d+)$/, '-$1')
}
