/**
 * A request as it came in, by HTTP/1.1 or by HTTP/2: from here on both are one. What HTTP/2 says in
 * pseudo-fields and in crumbs is brought into the form that HTTP/1.1 has (RFC 9113 §8.2.3, §8.3.1).
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { Readable, Writable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { hostOf } from './headers.ts'
import { KEPT_BODY_BYTES_MAX } from './limits.ts'

export interface Arrival {
  method: string
  /** As it was asked for: a path, or in HTTP/1.1 a whole address. */
  target: string
  /** Undefined when it names none, several, or two that differ. */
  host: string | undefined
  /** By name in lower case. */
  headers: IncomingHttpHeaders
  /** Names and values in turn, as they were on the wire. */
  rawHeaders: readonly string[]
  /** Of the client. */
  address: string
  /** It came over TLS. */
  secure: boolean
  bodyKind: BodyKind
  body: Readable
  answer: Answer
  /** The client sent `Expect: 100-continue` and holds its body back until told. */
  awaitsContinue: boolean
  /** Begins the answer: names and values in turn. */
  begin(status: number, statusText: string, headers: string[]): void
  /** Sends what `begin` said at once, though no body has come. */
  flush(): void
  /** Ends an answer that is not whole such that nobody takes it for whole. */
  cut(): void
  /** Once it is answered nothing more of its body is waited for. */
  readNoMore(): void
  /** Ends the client's connection, with all that is under way on it. */
  drop(): void
  /** Of the answer's body, so far. */
  bodyBytes: number
}

/** `kept`: small enough to be held until it is known who takes it. */
export type BodyKind = 'none' | 'kept' | 'stream'

/** What both kinds of answer can do. */
export interface Answer extends Writable {
  readonly headersSent: boolean
  readonly statusCode: number
  writeContinue(): void
}

export function arrivalOf(
  request: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
): Arrival {
  const { method = 'GET', url = '', headers, rawHeaders, socket } = request
  return {
    ...{ method, target: url, host: hostOf(rawHeaders), headers, rawHeaders },
    ...{ address: socket.remoteAddress ?? '', secure: isSecure(request) },
    ...{ bodyKind: bodyKind(headers), body: request, answer: response, awaitsContinue },
    begin: (status, statusText, fields) => void response.writeHead(status, statusText, fields),
    flush: () => response.flushHeaders(),
    cut: () => void response.destroy(),
    readNoMore: () => {
      // Where a body ends, only its end tells: no other request comes on this connection.
      response.shouldKeepAlive = false
    },
    drop: () => void socket.destroy(),
    bodyBytes: 0,
  }
}

/** The one question to a socket that HTTP/1.1 has a copy of for both ports. */
export function isSecure({ socket }: Pick<IncomingMessage, 'socket'>): boolean {
  return socket instanceof TLSSocket
}

/** By the headers alone. A body of unknown length is always a stream. */
export function bodyKind(headers: IncomingHttpHeaders): BodyKind {
  if (headers['transfer-encoding'] !== undefined) return 'stream'
  const length = Number(headers['content-length'] ?? 0)
  if (length === 0) return 'none'
  return length <= KEPT_BODY_BYTES_MAX ? 'kept' : 'stream'
}

export function http2ArrivalOf(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  awaitsContinue: boolean,
): Arrival {
  const { method, url, headers, stream } = request
  const rawHeaders = withoutPseudoFields(request.rawHeaders)
  const unknownLength = headers['content-length'] === undefined && !stream.endAfterHeaders
  return {
    ...{ method, target: url, host: http2HostOf(headers, rawHeaders), headers, rawHeaders },
    ...{ address: stream.session?.socket.remoteAddress ?? '', secure: true },
    bodyKind: unknownLength ? 'stream' : bodyKind(headers),
    ...{ body: request, answer: response, awaitsContinue },
    begin: (status, _, fields) => void response.writeHead(status, fields),
    // The head is a frame of its own, which has left.
    flush: () => {},
    cut: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    readNoMore: () => void stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR)),
    drop: () => stream.session?.destroy(),
    bodyBytes: 0,
  }
}

/** The cookie's crumbs are one field again; other fields stay as they came. */
function withoutPseudoFields(raw: readonly string[]): string[] {
  const fields: string[] = []
  const crumbs: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    if (name === 'cookie') crumbs.push(value)
    else if (!name.startsWith(':')) fields.push(name, value)
  }
  if (crumbs.length > 0) fields.push('cookie', crumbs.join('; '))
  return fields
}

/** RFC 9113 §8.3.1: a Host field that says something else is malformed; so is another scheme here. */
function http2HostOf(headers: IncomingHttpHeaders, raw: readonly string[]): string | undefined {
  if (headers[':scheme'] !== 'https') return undefined
  const authority = headers[':authority']
  if (typeof authority !== 'string') return hostOf(raw)
  const named = raw.includes('host') ? hostOf(raw) : authority
  return named?.toLowerCase() === authority.toLowerCase() ? authority : undefined
}
