/** Which nodes have work of an owner, and with it what that work may use. */
import type { NodeId } from './base/net/index.ts'
import type { OwnerId } from './identity/index.ts'
import type { WorkView } from './work/reconcile/index.ts'

/** It is to run something of the same owner, which may need the other by name. */
export function isEntrusted(view: WorkView, node: NodeId, owner: OwnerId): boolean {
  return view.wanted().some((desired) => {
    if (desired.owner !== owner) return false
    return view.assigned(desired.workload.name).some((instance) => instance.node === node)
  })
}

/** A copy of that owner's work is there, be it one that is to end. */
export function hasWorkOf(view: WorkView, peer: NodeId, owner: OwnerId): boolean {
  return view
    .instances()
    .some(({ node, workload }) => node === peer && view.ownerOf(workload) === owner)
}
