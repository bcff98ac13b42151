/**
 * HTTP/2 on connections that TLS has agreed on it for (RFC 9113). Node's library bounds what one frame
 * may do; here stands what one connection may: its streams, its resets, and how long it may be idle.
 */
import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { http2ArrivalOf } from './arrival.ts'
import * as limits from './limits.ts'
import { onRequest } from './requests.ts'
import type { Traffic } from './traffic.ts'

export interface Http2Sessions {
  /** Serves the connection from here on. */
  take(socket: TLSSocket): void
  /** Each ends after its streams (RFC 9113 §6.8). */
  end(): void
  /** Cuts what is left. */
  destroy(): void
}

export function createHttp2Sessions(traffic: Traffic): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({
    // CVE-2023-44487: streams that are reset as fast as they are opened.
    streamResetBurst: limits.HTTP2_RESETS_BURST,
    streamResetRate: limits.HTTP2_RESETS_PER_SECOND,
    maxSettings: limits.HTTP2_SETTINGS_MAX,
    maxSessionInvalidFrames: limits.HTTP2_INVALID_FRAMES_MAX,
    maxSessionRejectedStreams: limits.HTTP2_REJECTED_STREAMS_MAX,
    maxSessionMemory: limits.HTTP2_SESSION_MEGABYTES_MAX,
    maxHeaderListPairs: limits.HTTP2_HEADERS_MAX,
    settings: {
      enablePush: false,
      maxConcurrentStreams: limits.HTTP2_STREAMS_MAX,
      maxHeaderListSize: limits.HEADER_BYTES_MAX,
    },
  })
  const take = (awaitsContinue: boolean) => {
    return (request: Http2ServerRequest, response: Http2ServerResponse): void => {
      // The library holds to the bound once the client has taken it, which one may never do.
      if (sizeOf(request.rawHeaders) > limits.HEADER_BYTES_MAX) response.writeHead(431).end()
      else onRequest(traffic, http2ArrivalOf(request, response, awaitsContinue))
    }
  }
  server.on('request', take(false))
  server.on('checkContinue', take(true))
  server.on('sessionError', (error) => {
    traffic.deps.logger.debug('an HTTP/2 connection broke', { error })
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    boundTimes(session, traffic)
  })

  return {
    take: (socket) => void server.emit('connection', socket),
    end: () => {
      for (const session of sessions) session.close()
    },
    destroy: () => {
      for (const session of sessions) session.destroy()
    },
  }
}

/** RFC 9113 §6.5.2: 32 bytes for each field besides its letters. */
function sizeOf(raw: readonly string[]): number {
  return raw.reduce((bytes, text) => bytes + text.length + 16, 0)
}

/**
 * A connection on which nothing is under way ends as one of HTTP/1.1 does, whatever frames come on it;
 * so does one whose first request is never whole, and a request whose body never is.
 */
function boundTimes(session: ServerHttp2Session, { deps: { clock } }: Traffic): void {
  let open = 0
  let cancel = clock.timer(limits.HEADERS_TIMEOUT_MS, endSession)
  function endSession(): void {
    session.close()
    // Whoever does not read that it is over holds it no longer than a stop would.
    cancel = clock.timer(limits.STOP_GRACE_MS, () => session.destroy())
  }
  session.on('stream', (stream) => {
    open++
    cancel()
    const cancelUpload = stream.endAfterHeaders
      ? undefined
      : clock.timer(limits.REQUEST_TIMEOUT_MS, () => stream.close(constants.NGHTTP2_CANCEL))
    if (cancelUpload) stream.once('end', cancelUpload)
    stream.once('close', () => {
      cancelUpload?.()
      open--
      if (open > 0 || session.destroyed) return
      cancel = session.closed
        ? clock.timer(limits.STOP_GRACE_MS, () => session.destroy())
        : clock.timer(limits.CLIENT_KEEP_ALIVE_MS, endSession)
    })
  })
  session.once('close', () => cancel())
}
