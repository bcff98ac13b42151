/** What one look sees: of each copy at somebody else's node, whether it was up as promised. Pure. */
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { isHealthy, type PlacementInput, type PlacementNode } from '../placement/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  isCurrent,
  parseSlot,
  type Slot,
} from '../spec/index.ts'
import { LOOKED_AT_MAX } from './limits.ts'

/** A copy that a node of another owner has promised to run. */
export interface Promised {
  slot: Slot
  workload: string
  node: NodeId
  owner: OwnerId
}

/** `unclear`: nothing follows from it, for or against. */
export type Seen = 'kept' | 'broken' | 'absent' | 'unclear'

export type LookInput = Pick<PlacementInput, 'nodes' | 'workloads' | 'instances' | 'committed'>

/** By the registry's assignments: without any nobody has promised anything. */
export function promisedTo(owner: OwnerId, { nodes, workloads, committed }: LookInput): Promised[] {
  if (!committed) return []
  const own = new Set(
    workloads.flatMap((one) => {
      return one.owner === owner && one.workload.job === undefined ? [one.workload.name] : []
    }),
  )
  if (own.size === 0) return []
  const ownerOf = new Map(nodes.map((node) => [node.id, node.owner]))
  const promised: Promised[] = []
  for (const [slot, node] of committed.assignments) {
    const workload = parseSlot(slot)?.workload
    const of = ownerOf.get(node)
    if (workload === undefined || !own.has(workload) || of === undefined || of === owner) continue
    promised.push({ slot, workload, node, owner: of })
    if (promised.length === LOOKED_AT_MAX) break
  }
  return promised
}

/** Whether a copy was taken from a node that is silent without a word, and is wanted still. */
export function isOwed({ node, workload }: Promised, { nodes, workloads }: LookInput): boolean {
  const held = nodes.find(({ id }) => id === node)
  const isWanted = workloads.some((one) => one.workload.name === workload)
  return isWanted && held !== undefined && !held.live && !isExcused(held)
}

/** In the order of `promised`. */
export function look(promised: readonly Promised[], input: LookInput): Seen[] {
  const nodes = new Map(input.nodes.map((node) => [node.id, node]))
  const workloads = new Map(input.workloads.map((one) => [one.workload.name, one]))
  const instances = new Map<string, Instance[]>()
  for (const one of input.instances) {
    const list = instances.get(one.workload)
    if (list) list.push(one)
    else instances.set(one.workload, [one])
  }
  return promised.map((one) => {
    const [node, desired] = [nodes.get(one.node), workloads.get(one.workload)]
    if (!node || !desired || isExcused(node)) return 'unclear'
    return seenOf(one, node, { desired, instances: instances.get(one.workload) ?? [] })
  })
}

/** It said so before: nobody relies on it. Saying goodbye is as good as saying that it sleeps. */
function isExcused({ draining, asleep, left }: PlacementNode): boolean {
  return draining || asleep === true || left
}

function seenOf(
  { slot, node }: Promised,
  { live }: PlacementNode,
  { desired, instances }: { desired: DesiredWorkload; instances: readonly Instance[] },
): Seen {
  if (!live) return 'broken'
  const index = parseSlot(slot)?.index
  const here = instances.filter((one) => one.node === node && one.index === index)
  if (here.some(isHealthy)) return 'kept'
  if (here.length === 0) return 'absent'
  // What runs nowhere may be broken itself, and what is on its way is judged once it is there.
  const fails = here.some(({ status, health }) => status === 'Failed' || health === 'unhealthy')
  const runsElsewhere = instances.some((one) => {
    return one.node !== node && isHealthy(one) && isCurrent(one, desired)
  })
  return fails && runsElsewhere ? 'broken' : 'unclear'
}
