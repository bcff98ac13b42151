/** `request` and `onRequest`: one question channel to each peer, one from each peer. */
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { MessageLimits, NodeId, RequestHandler, RequestOptions } from '../../base/net/index.ts'
import { type AskChannel, createAskChannel, serveChannel } from './channel.ts'
import { createDeadline, within } from './deadline.ts'
import { netError, unreachable } from './errors.ts'
import {
  KNOWN_NODES_MAX,
  MESSAGE_BYTES_DEFAULT,
  MESSAGE_BYTES_MAX,
  QUESTIONS_BURST_MAX,
  QUESTIONS_PER_SECOND_MAX,
  REQUEST_TIMEOUT_DEFAULT_MS,
} from './limits.ts'
import { createNetStream } from './net-stream.ts'
import { createKeyedRate } from './token-bucket.ts'

export interface Requests {
  request(
    peer: NodeId,
    protocol: string,
    body: Uint8Array,
    options?: RequestOptions,
  ): Promise<Uint8Array>
  onRequest(protocol: string, handler: RequestHandler, limits?: MessageLimits): () => void
  /** Serves a channel that an admitted peer has opened. */
  serve(stream: Stream, peer: NodeId): Promise<void>
  /** Ends the channel to a peer that is gone. */
  forget(peer: NodeId): void
}

export interface RequestsDeps {
  clock: Clock
  /** Protocol id of a question channel. */
  channelProtocol: string
  connectionTo(peer: NodeId, signal: AbortSignal): Promise<Connection>
  isAdmitted(peer: NodeId): boolean
  onHeard(peer: NodeId): void
}

export function createRequests(deps: RequestsDeps): Requests {
  const { clock, channelProtocol, connectionTo, isAdmitted, onHeard } = deps
  const channels = new Map<NodeId, Promise<AskChannel>>()
  const handlers = new Map<string, { handler: RequestHandler; bytesMax: number }>()
  const rate = createKeyedRate(QUESTIONS_PER_SECOND_MAX, QUESTIONS_BURST_MAX, KNOWN_NODES_MAX)

  const openChannel = async (peer: NodeId, signal: AbortSignal): Promise<AskChannel> => {
    const connection = await connectionTo(peer, signal)
    const stream = await connection.newStream(channelProtocol, { signal })
    return createAskChannel(createNetStream(stream), () => onHeard(peer))
  }
  const channelTo = async (peer: NodeId, signal: AbortSignal): Promise<AskChannel> => {
    const known = channels.get(peer)
    // Whoever opens the channel may be called off while others wait for it; they try again.
    const channel = await known?.catch(() => undefined)
    if (channel?.open) return channel
    if (channels.get(peer) !== known) return channelTo(peer, signal)
    const opening = openChannel(peer, signal)
    channels.set(peer, opening)
    try {
      return await opening
    } catch (error) {
      if (channels.get(peer) === opening) channels.delete(peer)
      throw error
    }
  }
  const forget = (peer: NodeId): void => {
    const channel = channels.get(peer)
    channels.delete(peer)
    const gone = new MyceliumError('NET_UNREACHABLE', 'The connection to the peer was lost.')
    channel?.then(
      (open) => open.close(gone),
      () => {},
    )
  }

  return {
    forget,
    async request(peer, protocol, body, options = {}) {
      const deadline = createDeadline(
        clock,
        options.timeoutMs ?? REQUEST_TIMEOUT_DEFAULT_MS,
        options.signal,
      )
      const { signal } = deadline
      let reached = false
      try {
        const channel = await within(signal, channelTo(peer, signal))
        reached = true
        const answerBytesMax = options.answerBytesMax ?? MESSAGE_BYTES_DEFAULT
        return await channel.ask(protocol, body, { answerBytesMax, signal })
      } catch (cause) {
        if (options.signal?.aborted) throw options.signal.reason
        if (!reached && !isAdmitted(peer)) throw unreachable(cause)
        throw netError(cause, isAdmitted(peer) ? 'NET_REFUSED' : 'NET_UNREACHABLE')
      } finally {
        deadline.clear()
      }
    },
    onRequest(protocol, handler, limits = {}) {
      const bytesMax = Math.min(limits.requestBytesMax ?? MESSAGE_BYTES_DEFAULT, MESSAGE_BYTES_MAX)
      const entry = { handler, bytesMax }
      handlers.set(protocol, entry)
      return () => {
        if (handlers.get(protocol) === entry) handlers.delete(protocol)
      }
    },
    serve: (stream, peer) =>
      serveChannel(createNetStream(stream), {
        onHeard: () => onHeard(peer),
        allow: () => rate.take(peer, clock.monotonicMs()),
        bytesMax: (protocol) => handlers.get(protocol)?.bytesMax,
        async answer(protocol, body) {
          const entry = handlers.get(protocol)
          if (!entry) throw new MyceliumError('NET_REFUSED', 'Nobody here speaks this protocol.')
          return entry.handler(body, peer)
        },
      }),
  }
}
