import type { NodeId } from './node-id.ts'

/**
 * The network as an argument: what a protocol may ask of the mesh, without knowing libp2p.
 *
 * The mesh in `network/mesh` implements it over libp2p; the simulator implements it in memory with
 * faults. Both pass `net.suite.ts`. Peers named here are admitted members: the implementation
 * refuses everyone else before a handler is called.
 *
 * A protocol is named without prefix and version of the network (`state/1`); the implementation
 * adds the network's id, so that two networks never mix.
 */
export interface Net {
  readonly self: NodeId
  /** Admitted peers with a live connection. */
  peers(): readonly NodeId[]
  /**
   * When a peer last said anything at all, by the monotonic clock; undefined while it is no peer. A
   * busy machine answers late and speaks all the same.
   */
  heardAtMs(peer: NodeId): number | undefined
  /** `up` after admission, `down` when the last connection has closed. */
  onPeer(listener: (peer: NodeId, change: 'up' | 'down') => void): () => void
  /**
   * One question, one answer. Throws NET_UNREACHABLE (no connection could be made),
   * NET_TIMEOUT, NET_TOO_LARGE, or NET_REFUSED (the peer does not speak it or reset the stream).
   */
  request(
    peer: NodeId,
    protocol: string,
    body: Uint8Array,
    options?: RequestOptions,
  ): Promise<Uint8Array>
  /** Answers questions. A thrown error resets the stream: the asker sees NET_REFUSED. */
  onRequest(protocol: string, handler: RequestHandler, limits?: MessageLimits): () => void
  /** A two-way byte stream for bodies too large or too long for a request. */
  openStream(peer: NodeId, protocol: string, options?: RequestOptions): Promise<NetStream>
  onStream(protocol: string, handler: (stream: NetStream, peer: NodeId) => void): () => void
  /**
   * Hands a small message to every member, at most once each, best effort. The same bytes are the same
   * message for a while, whoever publishes them.
   */
  publish(topic: string, message: Uint8Array): Promise<void>
  /**
   * `from` is the peer that handed it over, which need not be who wrote it. The verdict decides about
   * forwarding and about that peer's standing.
   */
  subscribe(topic: string, handler: (message: Uint8Array, from: NodeId) => Verdict): () => void
}

export type RequestHandler = (body: Uint8Array, peer: NodeId) => Promise<Uint8Array> | Uint8Array

/** accept: fine, pass it on. ignore: not the sender's fault. reject: penalise the sender. */
export type Verdict = 'accept' | 'ignore' | 'reject'

export interface RequestOptions {
  signal?: AbortSignal
  /** Default 5,000. */
  timeoutMs?: number
  /** Largest answer taken. Default 1 MiB. */
  answerBytesMax?: number
}

export interface MessageLimits {
  /** Largest question taken. Default 1 MiB. */
  requestBytesMax?: number
}

/** A byte stream with back-pressure. Reading ends when the other side has closed its writing end. */
export interface NetStream extends AsyncIterable<Uint8Array> {
  /** Resolves when there is room for more. Rejects when the stream was reset. */
  write(bytes: Uint8Array): Promise<void>
  /** Ends writing; reading goes on. */
  closeWrite(): Promise<void>
  /** Ends both directions at once; the other side sees a reset. */
  abort(reason: Error): void
}

export type NetErrorCode =
  /** No connection to the peer could be made. */
  | 'NET_UNREACHABLE'
  /** No answer in time. */
  | 'NET_TIMEOUT'
  /** The message or the answer is over its limit. */
  | 'NET_TOO_LARGE'
  /** The peer does not speak the protocol, or reset the stream. */
  | 'NET_REFUSED'

export { DEFAULT_PORTS } from './default-ports.ts'
export {
  type Allocate,
  createFrameReader,
  emptyFrame,
  type FrameReader,
  framed,
  unframed,
} from './framing.ts'
export type { NodeId } from './node-id.ts'
export { parseNodeId, shortId } from './node-id.ts'
export { questionOn } from './question.ts'
export {
  createSimNetwork,
  type SimFaults,
  type SimNetwork,
  type SimNetworkDeps,
} from './sim-net.ts'
