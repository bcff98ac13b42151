/**
 * Which piece of a blob is asked of whom: one fetcher's side of a swarm, as a synchronous machine. The
 * rarest piece first (Cohen, "Incentives build robustness in BitTorrent", §2.4.2), so that what only
 * the source has is spread before the source may go; in an order of each fetcher's own where several are
 * equally rare, so that those who begin together fetch different pieces and have something to exchange.
 *
 * A piece is asked of who has few questions open, and of those that are still fetching before those
 * that have the whole blob, so that the source's upload does not grow with the number of fetchers.
 */
import type { NodeId } from '../../base/net/index.ts'
import {
  ASKERS_MAX,
  FAST_MS,
  LATE_MS,
  LATE_TIMES,
  SILENT_MS,
  SLOW_MS,
  WINDOW_MAX,
  WINDOW_MIN,
  WINDOW_START,
} from './limits.ts'
import { createPieceSet, type PieceSet } from './piece-set.ts'
import { pieceRanks } from './ranks.ts'

export type SwarmInput =
  /** A peer offers what it has; a set that is full is a whole blob. */
  | { type: 'offered'; peer: NodeId; has: PieceSet }
  /** A peer has got more. */
  | { type: 'gained'; peer: NodeId; indexes: readonly number[] }
  /** A piece came, and was checked and kept, or is not what the list says. */
  | { type: 'arrived'; peer: NodeId; index: number; right: boolean }
  /** A peer does not have a piece any more. */
  | { type: 'refused'; peer: NodeId; index: number }
  | { type: 'gone'; peer: NodeId }
  | { type: 'tick' }

export type SwarmEffect =
  | { type: 'ask'; peer: NodeId; index: number }
  /** It came from another. */
  | { type: 'cancel'; peer: NodeId; index: number }
  /** The machine has forgotten this peer: it sent what is wrong, or owes a piece for too long. */
  | { type: 'drop'; peer: NodeId; why: 'lied' | 'silent' }

export interface Swarm {
  step(nowMs: number, input: SwarmInput): SwarmEffect[]
  /** What is here. */
  readonly held: PieceSet
  complete(): boolean
  /** Whether all that is missing is held by some peer that is there. */
  reachable(): boolean
}

interface Pick {
  index: number
  /** Who was asked for it, and is not any more. */
  insteadOf?: Peer
}

interface Peer {
  id: NodeId
  has: PieceSet
  window: number
  /** When each piece was asked for. */
  asked: Map<number, number>
  heardAtMs: number
}

/** @param seed Gives this fetcher's own order among pieces that are equally rare. */
export function createSwarm(size: number, here: Iterable<number>, seed: number): Swarm {
  const held = createPieceSet(size)
  for (const index of here) held.add(index)
  const ranks = pieceRanks(size, seed)
  const peers = new Map<NodeId, Peer>()
  /** How many of the peers have a piece. */
  const copies = new Uint16Array(size)
  const askers = new Uint8Array(size)
  /** A moving average of how long a piece takes here. */
  let pieceMs = 0
  /** Missing, and asked of nobody. */
  const open = new Set<number>()
  for (let index = 0; index < size; index++) if (!held.has(index)) open.add(index)

  function count(has: PieceSet, by: 1 | -1): void {
    for (let index = 0; index < size; index++) {
      if (has.has(index)) copies[index] = (copies[index] ?? 0) + by
    }
  }

  function release(peer: Peer, index: number): void {
    if (!peer.asked.delete(index)) return
    const left = (askers[index] ?? 0) - 1
    askers[index] = left
    if (left === 0 && !held.has(index)) open.add(index)
  }

  function forget(peer: Peer): void {
    peers.delete(peer.id)
    count(peer.has, -1)
    for (const index of [...peer.asked.keys()]) release(peer, index)
  }

  function take(peer: Peer, index: number, nowMs: number): SwarmEffect[] {
    const askedAtMs = peer.asked.get(index)
    release(peer, index)
    peer.heardAtMs = nowMs
    if (askedAtMs !== undefined) {
      const tookMs = nowMs - askedAtMs
      pieceMs += (tookMs - pieceMs) * PIECE_WEIGHT
      if (tookMs < FAST_MS) peer.window = Math.min(WINDOW_MAX, peer.window + 1)
      if (tookMs > SLOW_MS) peer.window = Math.max(WINDOW_MIN, peer.window - 1)
    }
    if (!held.add(index)) return []
    open.delete(index)
    const effects: SwarmEffect[] = []
    for (const other of peers.values()) {
      if (!other.asked.has(index)) continue
      release(other, index)
      effects.push({ type: 'cancel', peer: other.id, index })
    }
    return effects
  }

  /** The rarest of what nobody is asked for; else what another is asked for, and should not be. */
  function pick(peer: Peer, nowMs: number): Pick | undefined {
    let best: number | undefined
    for (const index of open) {
      if (!peer.has.has(index)) continue
      if (best === undefined || rarer(index, best)) best = index
    }
    if (best !== undefined) return { index: best }
    const taken = isWhole(peer) ? undefined : takenFromWhole(peer)
    return taken ?? lateElsewhere(peer, nowMs)
  }

  /** Spares who has everything what another fetcher can give by now; its oldest is on its way. */
  function takenFromWhole(peer: Peer): Pick | undefined {
    for (const other of peers.values()) {
      if (!isWhole(other)) continue
      const [, ...later] = other.asked.keys()
      const index = later.findLast((one) => peer.has.has(one) && !peer.asked.has(one))
      if (index !== undefined) return { index, insteadOf: other }
    }
    return undefined
  }

  function rarer(one: number, other: number): boolean {
    const difference = (copies[one] ?? 0) - (copies[other] ?? 0)
    return difference < 0 || (difference === 0 && (ranks[one] ?? 0) < (ranks[other] ?? 0))
  }

  function lateElsewhere(peer: Peer, nowMs: number): Pick | undefined {
    let best: Pick | undefined
    // Where all are slow a second one would be too, and what comes twice makes it slower for everybody.
    let since = nowMs - Math.max(LATE_MS, LATE_TIMES * pieceMs)
    for (const other of peers.values()) {
      if (other === peer) continue
      for (const [index, askedAtMs] of other.asked) {
        if (askedAtMs >= since || (askers[index] ?? 0) >= ASKERS_MAX) continue
        if (!peer.has.has(index) || peer.asked.has(index)) continue
        best = { index }
        since = askedAtMs
      }
    }
    return best
  }

  /** Asks those of these who have room, each for one piece in its turn, until there is nothing to ask. */
  function fill(nowMs: number, some: Iterable<Peer>): SwarmEffect[] {
    const effects: SwarmEffect[] = []
    // Those who still fetch come first: the others are asked for what is left.
    let ready = [...some].sort((a, b) => Number(isWhole(a)) - Number(isWhole(b)))
    while (ready.length > 0) {
      ready = ready.filter((peer) => {
        const picked = peer.asked.size < peer.window ? pick(peer, nowMs) : undefined
        if (picked) effects.push(...ask(peer, picked, nowMs))
        return picked !== undefined
      })
    }
    return effects
  }

  function ask(peer: Peer, { index, insteadOf }: Pick, nowMs: number): SwarmEffect[] {
    const effects: SwarmEffect[] = []
    if (insteadOf) {
      release(insteadOf, index)
      effects.push({ type: 'cancel', peer: insteadOf.id, index })
    }
    if (peer.asked.size === 0) peer.heardAtMs = nowMs
    peer.asked.set(index, nowMs)
    askers[index] = (askers[index] ?? 0) + 1
    open.delete(index)
    return [...effects, { type: 'ask', peer: peer.id, index }]
  }

  function dropSilent(nowMs: number): SwarmEffect[] {
    const silent = [...peers.values()].filter((peer) => {
      return peer.asked.size > 0 && nowMs - peer.heardAtMs > SILENT_MS
    })
    for (const peer of silent) forget(peer)
    return silent.map(({ id }) => ({ type: 'drop', peer: id, why: 'silent' }))
  }

  function handle(nowMs: number, input: SwarmInput): SwarmEffect[] {
    if (input.type === 'tick') return dropSilent(nowMs)
    if (input.type === 'offered') {
      if (input.has.size !== size || peers.has(input.peer)) return []
      const { peer: id, has } = input
      peers.set(id, { id, has, window: WINDOW_START, asked: new Map(), heardAtMs: nowMs })
      count(has, 1)
      return []
    }
    const peer = peers.get(input.peer)
    if (!peer) return []
    switch (input.type) {
      case 'gained':
        for (const index of input.indexes) {
          if (peer.has.add(index)) copies[index] = (copies[index] ?? 0) + 1
        }
        return []
      case 'arrived':
        if (input.right) return take(peer, input.index, nowMs)
        forget(peer)
        return [{ type: 'drop', peer: peer.id, why: 'lied' }]
      case 'refused':
        // It said that it has it. Whether it lost it or never had it: what else it has is as doubtful.
        forget(peer)
        return [{ type: 'drop', peer: peer.id, why: 'silent' }]
      case 'gone':
        forget(peer)
        return []
    }
  }

  return {
    held,
    step(nowMs, input) {
      const effects = handle(nowMs, input)
      // Where one peer has got room or pieces, nothing has changed for the others.
      const alone = input.type === 'gained' || (input.type === 'arrived' && input.right)
      const some = alone ? [input.peer, ...effects.map(({ peer }) => peer)] : peers.keys()
      const there = [...some].flatMap((id) => peers.get(id) ?? [])
      return [...effects, ...fill(nowMs, there)]
    },
    complete: () => held.count === size,
    reachable() {
      for (const index of open) if ((copies[index] ?? 0) === 0) return false
      return true
    },
  }
}

/** Of the latest piece in that average: as of a round trip in RFC 6298, §2. */
const PIECE_WEIGHT = 1 / 8

const isWhole = ({ has }: Peer): boolean => has.count === has.size
