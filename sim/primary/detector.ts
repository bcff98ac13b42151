/** What one node knows of the others by their connections, for a committee that fills itself. */
import type { Clock } from '../../node-core/base/clock/index.ts'
import type { Net, NodeId } from '../../node-core/base/net/index.ts'
import type { NodeFacts } from '../../node-core/control/primary/index.ts'

export function createDetector(
  { self, peers, onPeer }: Pick<Net, 'self' | 'peers' | 'onPeer'>,
  clock: Clock,
  ids: readonly NodeId[],
): () => NodeFacts[] {
  const bornMs = clock.monotonicMs()
  const upSinceMs = new Map<NodeId, number>([...peers(), self].map((peer) => [peer, bornMs]))
  onPeer((peer, change) => {
    if (change === 'up') upSinceMs.set(peer, clock.monotonicMs())
    else upSinceMs.delete(peer)
  })
  return () =>
    ids.map((node) => {
      const since = upSinceMs.get(node)
      const upMs = since === undefined ? 0 : clock.monotonicMs() - since
      return { ...EVERYWHERE, node, upMs }
    })
}

const EVERYWHERE = {
  ...{ role: 'rhizomorph' as const, labels: {}, addresses: [] },
  ...{ cpuMillis: 4_000, memoryBytes: 8e9 },
}
