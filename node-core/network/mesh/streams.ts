/** `openStream` and `onStream`. */
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../base/clock/index.ts'
import type { NetStream, NodeId, RequestOptions } from '../../base/net/index.ts'
import { createDeadline, within } from './deadline.ts'
import { netError, unreachable } from './errors.ts'
import { STREAM_OPEN_TIMEOUT_MS } from './limits.ts'
import { createNetStream } from './net-stream.ts'
import { createWindowedStream } from './windowed-stream.ts'

/** Both ends of a connection know how it is multiplexed, and so speak the same way. */
export function wrapStream(stream: Stream, connection: Connection): NetStream {
  const bytes = createNetStream(stream)
  return connection.multiplexer === 'quic' ? createWindowedStream(bytes) : bytes
}

/** Opens a stream; `timeoutMs` bounds the opening, `signal` the opening too. */
export async function openNetStream(
  clock: Clock,
  connect: (signal: AbortSignal) => Promise<Connection>,
  protocol: string,
  options: RequestOptions = {},
): Promise<NetStream> {
  const timeoutMs = options.timeoutMs ?? STREAM_OPEN_TIMEOUT_MS
  const deadline = createDeadline(clock, timeoutMs, options.signal)
  const { signal } = deadline
  let reached = false
  try {
    const connection = await within(signal, connect(signal))
    reached = true
    const opening = connection.newStream(protocol, { signal })
    const stream = await within(signal, opening, (reason) => {
      opening.then((late) => late.abort(reason)).catch(() => {})
    })
    return wrapStream(stream, connection)
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason
    throw reached ? netError(cause, 'NET_REFUSED') : unreachable(cause)
  } finally {
    deadline.clear()
  }
}

export type StreamHandler = (stream: NetStream, peer: NodeId) => void
