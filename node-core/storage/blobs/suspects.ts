/** Peers that sent something else than they said: passed over for a while, whatever is fetched. */
import type { NodeId } from '../../base/net/index.ts'
import { SUSPECT_MS, SUSPECTS_MAX } from './limits.ts'

export interface Suspects {
  blame(peer: NodeId, nowMs: number): void
  has(peer: NodeId, nowMs: number): boolean
}

export function createSuspects(): Suspects {
  const since = new Map<NodeId, number>()
  return {
    blame(peer, nowMs) {
      since.delete(peer)
      since.set(peer, nowMs)
      const [oldest] = since.keys()
      if (oldest !== undefined && since.size > SUSPECTS_MAX) since.delete(oldest)
    },
    has(peer, nowMs) {
      const blamedAtMs = since.get(peer)
      return blamedAtMs !== undefined && nowMs - blamedAtMs < SUSPECT_MS
    },
  }
}
