/**
 * What a copy is called, as the contract says it: `web-0`, which the id of each of its instances begins
 * with. Said here once more, since to load the contract takes longer than most commands do.
 */
export function copyName(workload: string, index: number): string {
  return `${workload}-${index}`
}

/** Of a slot as placement writes it: `batch/0`. */
export function copyOfSlot(slot: string): string {
  return slot.replace(/\/(\d+)$/, '-$1')
}
