/** What is to be assigned otherwise than it is committed. Pure: every voter comes to the same. */
import type { NodeId } from '../../base/net/index.ts'
import { mayStandInAgain, type Placement, type PlacementInput, place } from '../placement/index.ts'
import { type DesiredWorkload, type Instance, type Slot, slotOf } from '../spec/index.ts'

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
  const extra = slotsBeyond(input, committed, placement)
  const standing = standInsIn(input, placement)

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
    const regained = (standing.get(workload.name) ?? []).filter(({ index, node }) => {
      return (
        node !== committed.get(slotOf(workload.name, index)) && circumstances.isRegistered(node)
      )
    })
    const assign = [
      ...assignOf(desired),
      ...regained.map(({ index, node }): [index: number, node: NodeId] => [index, node]),
    ]
    const release = extra.get(workload.name) ?? []
    if (assign.length + release.length === 0) return []
    return [{ workload: workload.name, generation, assign, release }]
  })
}

/** Who stands in, by workload. Where its slot was taken from it, it is given back: edges ask nobody else. */
function standInsIn(
  { instances, nodes }: PlacementInput,
  { stays, surplusReasons }: Placement,
): Map<string, Instance[]> {
  const live = new Set(nodes.flatMap((node) => (node.live ? [node.id] : [])))
  const standing = instances.filter((one) => {
    if (stays.get(slotOf(one.workload, one.index)) !== 'STANDS_IN') return false
    return one.status === 'Running' && live.has(one.node) && !surplusReasons.has(one.id)
  })
  return Map.groupBy(standing, ({ workload }) => workload)
}

/** Committed slots that a lower replica count has left over, by workload, but for those that somebody stands in with. */
function slotsBeyond(
  { workloads, instances, nodes }: PlacementInput,
  committed: ReadonlyMap<Slot, NodeId>,
  { stays }: Placement,
): Map<string, number[]> {
  const wanted = new Map(workloads.map((desired) => [desired.workload.name, desired]))
  const nodeById = new Map(nodes.map((node) => [node.id, node]))
  const extra = new Map<string, number[]>()
  for (const slot of committed.keys()) {
    const at = slot.lastIndexOf('/')
    const name = slot.slice(0, at)
    const index = Number(slot.slice(at + 1))
    const desired = wanted.get(name)
    if (!desired || index < desired.workload.replicas || stays.get(slot) === 'STANDS_IN') continue
    const own = instances.filter(({ workload }) => workload === name)
    if (mayStandInAgain(desired, own, nodeById).has(slot)) continue
    extra.set(name, [...(extra.get(name) ?? []), index])
  }
  return extra
}
