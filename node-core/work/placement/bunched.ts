/** Which workloads stand on fewer computers than they could, for people: what runs is not moved for it. */
import type { NodeId } from '../../base/net/index.ts'
import { type DesiredWorkload, type Instance, isCurrent } from '../spec/index.ts'
import type { PlacementInput } from './index.ts'
import { evaluate } from './place.ts'
import { widerNodes } from './spreading.ts'

export interface Bunched {
  copies: number
  /** How many of them stand where most of those do that could stand elsewhere. */
  together: number
  node: NodeId
}

/** By name; nothing of what a change is about to replace anyway. */
export function bunchedIn(input: PlacementInput): Map<string, Bunched> {
  const running = Map.groupBy(
    input.instances.filter(({ status }) => status === 'Running'),
    ({ workload }) => workload,
  )
  const suspects = input.workloads.filter((one) =>
    mayBeBunched(input, one, running.get(one.workload.name) ?? []),
  )
  if (suspects.length === 0) return new Map()
  const table = evaluate(input)
  const { starts, awaits, prepares } = table
  const found = new Map<string, Bunched>()
  for (const { workload } of suspects) {
    const slots = [...table.assignments].filter(([slot]) => slot.startsWith(`${workload.name}/`))
    const crowded = slots.flatMap(([slot, from]) => {
      if ([starts, awaits, prepares].some((moving) => moving.has(slot))) return []
      return widerNodes(table, workload, slot, from).length > 0 ? [from] : []
    })
    const counts = [...new Set(crowded)].map((node) => {
      return { node, together: slots.filter(([, on]) => on === node).length }
    })
    const [most] = counts.sort((a, b) => b.together - a.together || (a.node < b.node ? -1 : 1))
    if (most) found.set(workload.name, { copies: slots.length, ...most })
  }
  return found
}

/** Cheap, and true of few: the others need not be looked at. */
function mayBeBunched(
  { nodes }: PlacementInput,
  desired: DesiredWorkload,
  running: readonly Instance[],
): boolean {
  const { job, placement } = desired.workload
  if (job || running.length < 2 || running.some((one) => !isCurrent(one, desired))) return false
  if (placement.spread !== 'node') return true
  const counts = new Map<NodeId, number>()
  for (const { node } of running) counts.set(node, (counts.get(node) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return nodes.some(({ id, live }) => live && (counts.get(id) ?? 0) <= most - 2)
}

/** For people. */
export function bunchedText(name: string, { copies, together }: Bunched, nodeName: string): string {
  return (
    `${together} of ${copies} copies stand on ${nodeName}, and other computers could take some: what ` +
    'runs is not moved for that. The copies of the next change go where fewer are; to have them go ' +
    `there now: mycelium restart ${name}`
  )
}
