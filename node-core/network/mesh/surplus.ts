/** Which peers to give up when there are more than the limit. Pure. */
import type { NodeId } from '../../base/net/index.ts'
import { RING_NEIGHBOURS } from './limits.ts'

export interface HeldPeer {
  nodeId: NodeId
  latencyMs: number | undefined
}

/**
 * Ring neighbours stay (they keep the network in one piece: every node holds the next of its id),
 * then the quickest. A peer that was never measured counts as slow.
 */
export function chooseSurplus(
  self: NodeId,
  peers: readonly HeldPeer[],
  peersMax: number,
): NodeId[] {
  if (peers.length <= peersMax) return []
  const ring = ringNeighbours(
    self,
    peers.map((peer) => peer.nodeId),
  )
  const rank = (peer: HeldPeer): number =>
    ring.has(peer.nodeId) ? -1 : (peer.latencyMs ?? Number.MAX_SAFE_INTEGER)
  return [...peers]
    .sort((a, b) => rank(a) - rank(b) || (a.nodeId < b.nodeId ? -1 : 1))
    .slice(peersMax)
    .map((peer) => peer.nodeId)
}

/** The nearest ids above and below ours, going round. */
export function ringNeighbours(
  self: NodeId,
  nodes: readonly NodeId[],
  each: number = RING_NEIGHBOURS,
): Set<NodeId> {
  const others = nodes.filter((node) => node !== self).sort()
  const above = [...others.filter((node) => node > self), ...others.filter((node) => node < self)]
  return new Set([...above.slice(0, each), ...above.slice(-each)])
}
