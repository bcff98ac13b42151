/** What the parts of the simulated network know of each other. */
import type { Clock } from '../clock/index.ts'
import { MyceliumError } from '../errors/index.ts'
import type { Random } from '../random/index.ts'
import type { MessageLimits, NetErrorCode, NetStream, NodeId, RequestHandler } from './index.ts'

/** What a simulated node asks of the network it is in. */
export interface SimFabric {
  readonly clock: Clock
  readonly random: Random
  connectedTo(id: NodeId): NodeId[]
  session(id: NodeId): SimSession | undefined
  passable(from: NodeId, to: NodeId): boolean
  /** Runs it now, or when the node's pause is over. */
  whenAwake(id: NodeId, run: () => void): void
  /** Connects at once if both directions pass. */
  dial(from: NodeId, to: NodeId): boolean
  /** Runs `arrive` when the message gets there: never, once, or twice, as the faults decide. */
  send(from: NodeId, to: NodeId, arrive: () => void): void
  /** As `send`, in order and without loss, as a byte stream is; false when nothing passes. */
  sendInOrder(from: NodeId, to: NodeId, arrive: () => void): boolean
}

/** One life of a node in the network: from its first message to its crash. */
export interface SimSession {
  readonly id: NodeId
  peerChanged(peer: NodeId, change: 'up' | 'down'): void
  handlerOf(protocol: string): { handler: RequestHandler; limits: MessageLimits } | undefined
  acceptStream(protocol: string, stream: NetStream, peer: NodeId): boolean
  hear(topic: string, message: Gossip, from: NodeId): void
  /** Something of a peer's has arrived. */
  heardFrom(peer: NodeId): void
  end(): void
}

/** A published message; each node hears it once, whichever way it comes. */
export interface Gossip {
  bytes: Uint8Array
  origin: NodeId
}

export function simError(code: NetErrorCode, message: string): MyceliumError<NetErrorCode> {
  return new MyceliumError(code, message)
}
