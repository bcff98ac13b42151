/** Which protocols this node serves on its host, and who may speak them. */
import type { Connection, StreamHandler as RawStreamHandler } from '@libp2p/interface'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { nodeIdOfConnection } from './greeter.ts'
import type { MemberHost } from './host.ts'
import { JOIN_PROTOCOL } from './join-door.ts'
import {
  CHANNELS_PER_CONNECTION_MAX,
  JOIN_STREAMS_MAX,
  STREAMS_PER_PROTOCOL_MAX,
} from './limits.ts'
import type { MeshParts } from './parts.ts'
import { type StreamHandler, wrapStream } from './streams.ts'

export interface Serving {
  /** Registers everything on a host that is about to start. */
  start(host: MemberHost): Promise<void>
  stop(): void
  onStream(protocol: string, handler: StreamHandler): () => void
}

export function createServing(prefix: string, parts: MeshParts, logger: Logger): Serving {
  const { greeter, doorman, requests, keeper, joinDoor } = parts
  const streamHandlers = new Map<string, StreamHandler>()
  let running: MemberHost | undefined

  const serveStreams = (host: MemberHost, protocol: string): Promise<void> => {
    const receive: RawStreamHandler = (stream, connection) => {
      const handler = streamHandlers.get(protocol)
      if (!handler) throw new MyceliumError('NET_REFUSED', 'Nobody here speaks this protocol.')
      handler(wrapStream(stream, connection), nodeIdOfConnection(connection))
    }
    return serve(host, prefix + protocol, doorman(receive), STREAMS_PER_PROTOCOL_MAX)
  }
  const answer: RawStreamHandler = (stream, connection) =>
    requests.serve(stream, nodeIdOfConnection(connection))
  const join: RawStreamHandler = (stream, connection: Connection) => {
    keeper.spoke(connection)
    return joinDoor.open(stream, connection)
  }
  const failed = (error: unknown): void => {
    logger.error('A protocol could not be served.', { reason: messageOf(error) })
  }
  return {
    async start(host) {
      running = host
      await serve(host, `${prefix}hello/1`, greeter.hear, 1)
      await serve(host, JOIN_PROTOCOL, join, JOIN_STREAMS_MAX)
      await serve(host, `${prefix}ask/1`, doorman(answer), CHANNELS_PER_CONNECTION_MAX)
      for (const protocol of streamHandlers.keys()) await serveStreams(host, protocol)
    },
    stop() {
      running = undefined
    },
    onStream(protocol, handler) {
      streamHandlers.set(protocol, handler)
      if (running) serveStreams(running, protocol).catch(failed)
      return () => {
        if (streamHandlers.get(protocol) !== handler) return
        streamHandlers.delete(protocol)
        running?.unhandle(prefix + protocol).catch(failed)
      }
    },
  }
}

/** libp2p applies the outbound bound of a protocol from its inbound handler. */
function serve(host: MemberHost, protocol: string, handler: RawStreamHandler, inboundMax: number) {
  return host.handle(protocol, handler, {
    maxInboundStreams: inboundMax,
    maxOutboundStreams: STREAMS_PER_PROTOCOL_MAX,
    force: true,
  })
}
