/**
 * Peers that sent something else than they said: passed over for a while, whatever is fetched. And those
 * that sent too slowly while others were left to be asked: those come first for a while.
 */
import type { NodeId } from '../../base/net/index.ts'
import { SUSPECT_MS, SUSPECTS_MAX } from './limits.ts'

export interface Suspects {
  blame(peer: NodeId, nowMs: number): void
  has(peer: NodeId, nowMs: number): boolean
  /** What several transfers that ran at a time say of it counts once. */
  lag(peer: NodeId, run: { sinceMs: number; nowMs: number }): void
  /** How often it was too slow. */
  lagged(peer: NodeId, nowMs: number): number
}

export function createSuspects(): Suspects {
  const blamed = createMemory()
  const slow = createMemory()
  return {
    blame: blamed.note,
    has: (peer, nowMs) => blamed.times(peer, nowMs) > 0,
    lag(peer, { sinceMs, nowMs }) {
      if (!slow.within(peer, nowMs, nowMs - sinceMs)) slow.note(peer, nowMs)
    },
    lagged: slow.times,
  }
}

function createMemory() {
  const known = new Map<NodeId, { times: number; atMs: number }>()
  const within = (peer: NodeId, nowMs: number, spanMs: number): boolean => {
    const noted = known.get(peer)
    return noted !== undefined && nowMs - noted.atMs < spanMs
  }
  const times = (peer: NodeId, nowMs: number): number =>
    within(peer, nowMs, SUSPECT_MS) ? (known.get(peer)?.times ?? 0) : 0
  return {
    times,
    within,
    note(peer: NodeId, nowMs: number): void {
      const before = times(peer, nowMs)
      known.delete(peer)
      known.set(peer, { times: before + 1, atMs: nowMs })
      const [oldest] = known.keys()
      if (oldest !== undefined && known.size > SUSPECTS_MAX) known.delete(oldest)
    },
  }
}
