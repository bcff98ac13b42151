/** What is to be assigned otherwise than it is committed. Pure: every voter comes to the same. */
import type { NodeId } from '../../base/net/index.ts'
import { type Placement, type PlacementInput, place } from '../placement/index.ts'
import { type DesiredWorkload, type Slot, slotOf } from '../spec/index.ts'

export interface AssignmentChange {
  workload: string
  generation: number
  assign: [index: number, node: NodeId][]
  release: number[]
}

export interface Circumstances {
  /** Only these may be given anything: the registry knows them. */
  isRegistered(node: NodeId): boolean
  /** Silence is believed: what was somebody's may be given to another. */
  settled: boolean
  /** Live nodes are about to register: what nobody has yet waits for them. */
  newcomers: boolean
}

const UNBOUND: ReadonlySet<string> = new Set()

/** Sorted by name. Of workloads that the registry does not hold too; those are the caller's to leave out. */
export function assignmentChanges(
  input: PlacementInput,
  circumstances: Circumstances,
): AssignmentChange[] {
  const committed = input.committed?.assignments ?? new Map<Slot, NodeId>()
  // Nobody is given anything new before the registry knows it; what runs there stays all the same.
  const nodes = input.nodes.map((node) => {
    return circumstances.isRegistered(node.id) ? node : { ...node, cordoned: true }
  })
  const placement = place({
    ...{ ...input, nodes },
    committed: { assignments: committed, bound: UNBOUND },
  })
  const { assignments, starts, awaits, prepares } = placement
  const held = new Set(input.instances.map(({ workload, index }) => slotOf(workload, index)))
  const extra = slotsBeyond(input.workloads, committed, placement)

  const assignOf = ({ workload: { name, replicas } }: DesiredWorkload) =>
    Array.from({ length: replicas }, (_, index) => index).flatMap(
      (index): [index: number, node: NodeId][] => {
        const slot = slotOf(name, index)
        const node = assignments.get(slot)
        if (!node || node === committed.get(slot) || !circumstances.isRegistered(node)) return []
        if ([starts, awaits, prepares].some((slots) => slots.has(slot))) {
          const wasSomebodys = committed.has(slot) || held.has(slot)
          if (wasSomebodys ? !circumstances.settled : circumstances.newcomers) return []
        }
        return [[index, node]]
      },
    )

  return input.workloads.flatMap((desired): AssignmentChange[] => {
    const { workload, generation } = desired
    const assign = assignOf(desired)
    const release = extra.get(workload.name) ?? []
    if (assign.length + release.length === 0) return []
    return [{ workload: workload.name, generation, assign, release }]
  })
}

/**
 * Committed slots that a lower replica count has left over, by workload. Who stands in stays assigned: edges ask
 * nobody else.
 */
function slotsBeyond(
  workloads: readonly DesiredWorkload[],
  committed: ReadonlyMap<Slot, NodeId>,
  { stays }: Pick<Placement, 'stays'>,
): Map<string, number[]> {
  const replicas = new Map(workloads.map(({ workload }) => [workload.name, workload.replicas]))
  const extra = new Map<string, number[]>()
  for (const slot of committed.keys()) {
    const at = slot.lastIndexOf('/')
    const name = slot.slice(0, at)
    const index = Number(slot.slice(at + 1))
    if (index < (replicas.get(name) ?? Number.POSITIVE_INFINITY)) continue
    if (stays.get(slot) === 'STANDS_IN') continue
    extra.set(name, [...(extra.get(name) ?? []), index])
  }
  return extra
}
