/** Which nodes have work of an owner, and with it what that work may use: also connections to instances here. */
import type { NodeId } from './base/net/index.ts'
import type { OwnerId } from './identity/index.ts'
import type { Gate, Service, TunnelServerDeps } from './work/edge/index.ts'
import type { WorkView } from './work/reconcile/index.ts'

export interface TunnelRightsDeps {
  view: Pick<WorkView, 'wanted' | 'assigned' | 'instances' | 'ownerOf'>
  /** Undefined for what nobody wants any more. */
  service(workload: string): Service | undefined
  gate: Pick<Gate, 'admits'>
  /** Whether the owner of that node may use the network at all. */
  mayUse(peer: NodeId): boolean
}

export function tunnelRights(deps: TunnelRightsDeps): Pick<TunnelServerDeps, 'mayUse' | 'mayKeep'> {
  const { view, gate } = deps
  return {
    mayUse(peer, workload) {
      const service = deps.service(workload)
      if (!deps.mayUse(peer) || !service) return false
      return gate.admits(peer, service) || isEntrusted(view, peer, service.owner)
    },
    mayKeep(peer, workload) {
      const service = deps.service(workload)
      if (!deps.mayUse(peer)) return false
      // What nobody wants any more ends with its instances, and in their time.
      if (!service || gate.admits(peer, service)) return true
      return hasWorkOf(view, peer, service.owner)
    },
  }
}

/** It is to run something of the same owner, which may need the other by name. */
function isEntrusted(
  view: Pick<WorkView, 'wanted' | 'assigned'>,
  node: NodeId,
  owner: OwnerId,
): boolean {
  return view.wanted().some((desired) => {
    if (desired.owner !== owner) return false
    return view.assigned(desired.workload.name).some((instance) => instance.node === node)
  })
}

/** A copy of that owner's work is there, be it one that is to end. */
function hasWorkOf(
  view: Pick<WorkView, 'instances' | 'ownerOf'>,
  peer: NodeId,
  owner: OwnerId,
): boolean {
  return view
    .instances()
    .some(({ node, workload }) => node === peer && view.ownerOf(workload) === owner)
}
