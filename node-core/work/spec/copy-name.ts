/**
 * What a copy of a workload is called wherever people read of it: `web-0`. The id of each of its
 * instances begins so. The contract has the same rule for those who read its answers.
 */
export function copyName(workload: string, index: number): string {
  return `${workload}-${index}`
}
