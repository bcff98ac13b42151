/** What is known of each peer, and what it was given. None of it is believed, only used. */
import type { NodeId } from '../../../base/net/index.ts'
import {
  ANSWERS_PER_TICK_MAX,
  ASK_TICKS,
  HEARD_TICKS,
  SERVED_BYTES_PER_TICK_MAX,
} from './limits.ts'
import type { Standpoint } from './messages.ts'
import type { BlockDigest } from './numbering.ts'

/** A piece of a snapshot that was asked for. */
export interface Piece {
  digest: BlockDigest
  offset: number
}

/** What a peer asked for when its share was used up: the latest of each kind. */
export interface Owed {
  peer: NodeId
  standpoint: Standpoint | undefined
  piece: Piece | undefined
}

export interface Peers {
  heard(peer: NodeId, tick: number): void
  unreachable(peer: NodeId): void
  isActive(peer: NodeId, tick: number): boolean
  /** Silent for long, or known to be gone; nobody is before there was time to be heard. */
  isAbsent(peer: NodeId, tick: number): boolean
  /** Where the peer says it stands. */
  standpoint(peer: NodeId): Standpoint | undefined
  setStandpoint(peer: NodeId, standpoint: Standpoint): void
  /** Whether it is time to ask this peer for what is missing; counts as asked if so. */
  mayAsk(peer: NodeId, tick: number): boolean
  /** Whether to answer this standpoint: not the same one again at once. */
  mayAnswer(peer: NodeId, standpoint: Standpoint, tick: number): boolean
  /** Whether the peer's share of our answers in this tick has room; uses it up if so. */
  maySend(peer: NodeId, sizeBytes: number, tick: number): boolean
  /** Whether its standpoint is to be answered in the next tick. */
  oweAnswer(peer: NodeId, isOwed: boolean): void
  owePiece(peer: NodeId, piece: Piece): void
  takeOwed(): Owed[]
  /** Forgets whoever is no longer a member. */
  keepOnly(members: ReadonlySet<NodeId>): void
}

interface Peer {
  heardTick: number | undefined
  askedTick: number
  standpoint: Standpoint | undefined
  answered: Standpoint | undefined
  answeredTick: number
  servedTick: number
  servedBytes: number
  servedAnswers: number
  owesAnswer: boolean
  owedPiece: Piece | undefined
}

export function createPeers(): Peers {
  const peers = new Map<NodeId, Peer>()

  function of(node: NodeId): Peer {
    const known = peers.get(node)
    if (known) return known
    const peer: Peer = {
      heardTick: undefined,
      askedTick: Number.NEGATIVE_INFINITY,
      standpoint: undefined,
      answered: undefined,
      answeredTick: Number.NEGATIVE_INFINITY,
      servedTick: 0,
      servedBytes: 0,
      servedAnswers: 0,
      owesAnswer: false,
      owedPiece: undefined,
    }
    peers.set(node, peer)
    return peer
  }

  return {
    heard(node, tick) {
      of(node).heardTick = tick
    },
    unreachable(node) {
      of(node).heardTick = Number.NEGATIVE_INFINITY
    },
    isActive: (node, tick) => tick - (peers.get(node)?.heardTick ?? -HEARD_TICKS) < HEARD_TICKS,
    isAbsent: (node, tick) => tick - (peers.get(node)?.heardTick ?? 0) >= HEARD_TICKS,
    standpoint: (node) => peers.get(node)?.standpoint,
    setStandpoint(node, standpoint) {
      of(node).standpoint = standpoint
    },
    mayAsk(node, tick) {
      const peer = of(node)
      if (tick - peer.askedTick < ASK_TICKS) return false
      peer.askedTick = tick
      return true
    },
    mayAnswer(node, standpoint, tick) {
      const peer = of(node)
      const { answered } = peer
      const same =
        answered?.height === standpoint.height &&
        answered.epoch === standpoint.epoch &&
        answered.isEmpty === standpoint.isEmpty &&
        answered.lacking === standpoint.lacking
      if (same && tick - peer.answeredTick < ASK_TICKS) return false
      peer.answered = standpoint
      peer.answeredTick = tick
      return true
    },
    maySend(node, sizeBytes, tick) {
      const peer = of(node)
      if (peer.servedTick !== tick) {
        peer.servedTick = tick
        peer.servedBytes = 0
        peer.servedAnswers = 0
      }
      if (peer.servedBytes + sizeBytes > SERVED_BYTES_PER_TICK_MAX) return false
      if (peer.servedAnswers === ANSWERS_PER_TICK_MAX) return false
      peer.servedBytes += sizeBytes
      peer.servedAnswers++
      return true
    },
    oweAnswer(node, isOwed) {
      of(node).owesAnswer = isOwed
    },
    owePiece(node, piece) {
      of(node).owedPiece = piece
    },
    takeOwed() {
      const owed: Owed[] = []
      for (const [peer, state] of peers) {
        const { owesAnswer, owedPiece: piece } = state
        if (!owesAnswer && !piece) continue
        owed.push({ peer, standpoint: owesAnswer ? state.standpoint : undefined, piece })
        state.owesAnswer = false
        state.owedPiece = undefined
      }
      return owed
    },
    keepOnly(members) {
      for (const node of peers.keys()) if (!members.has(node)) peers.delete(node)
    },
  }
}
