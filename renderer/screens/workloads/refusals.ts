import type { Outputs } from '../../transport/index.ts'

export type Slot = Outputs['workloads']['why']['slots'][number]

export interface RefusalGroup {
  /** Of the copies, from 0. Absent where it is said of every one. */
  copies?: number[]
  refused: Slot['refused']
}

/** Copies of which all nodes say the same are told together: most of the time that is all of them. */
export function refusalGroups(slots: readonly Slot[]): RefusalGroup[] {
  const groups = new Map<string, { copies: number[]; refused: Slot['refused'] }>()
  for (const { index, refused } of slots) {
    const key = JSON.stringify(refused.map(({ node, reason }) => [node, reason.message]).sort())
    const group = groups.get(key)
    if (group) group.copies.push(index)
    else groups.set(key, { copies: [index], refused })
  }
  return [...groups.values()].flatMap(({ copies, refused }) => {
    if (refused.length === 0) return []
    return groups.size === 1 ? [{ refused }] : [{ copies, refused }]
  })
}
