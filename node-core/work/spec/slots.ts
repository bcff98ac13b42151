import type { Slot } from './index.ts'

export function slotOf(workload: string, index: number): Slot {
  return `${workload}/${index}` as Slot
}

export function parseSlot(text: string): { workload: string; index: number } | undefined {
  const match = /^([a-z0-9-]{1,63})\/(\d{1,6})$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return { workload: match[1], index: Number(match[2]) }
}

/**
 * What a copy of a workload is called wherever people read of it: `web-0`. The id of each of its
 * instances begins so. The contract has the same rule for those who read its answers.
 */
export function copyName(workload: string, index: number): string {
  return `${workload}-${index}`
}

/** Whether an id is that of an instance at this slot: its name, and one word behind it. */
export function isIdOf(id: string, workload: string, index: number): boolean {
  const at = id.lastIndexOf('-')
  return id.slice(0, at) === copyName(workload, index) && at < id.length - 1
}
