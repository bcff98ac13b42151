/** What becomes of an attempt that got no answer: why, in words, and whose fault it is. */
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { Endpoint } from './index.ts'

export interface Failure {
  endpoint: Endpoint
  reason: string
  /** It was given its time and let it pass. */
  late: boolean
  /** It, or its node, has as much under way as it takes: nothing was sent, and nothing is wrong with it. */
  crowded: boolean
}

export function failureOf(endpoint: Endpoint, error: unknown): Failure {
  return { endpoint, reason: reasonOf(error), late: isLate(error), crowded: isCrowded(error) }
}

const LATE_CODES: ReadonlySet<string> = new Set([
  'ANSWER_TIMEOUT',
  'CONNECT_TIMEOUT',
  'NET_TIMEOUT',
  'TUNNEL_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
])

export function isLate(error: unknown): boolean {
  const code = errorCode(error)
  return code !== undefined && LATE_CODES.has(code)
}

export function isCrowded(error: unknown): boolean {
  if (isCode(error, 'NO_ROOM')) return true
  if (!isCode(error, 'TUNNEL_REFUSED') || !error.details) return false
  return 'reason' in error.details && error.details.reason === 'TOO_MANY'
}

/** What was granted for an answer is over: another endpoint would cost the client the same again. */
export function isSpent(error: unknown): boolean {
  return isCode(error, 'NO_ROOM') || isCode(error, 'ANSWER_TIMEOUT')
}

const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * The connection had answered before, and was closed as this request went out on it: a server lets go of
 * what idles whenever it likes (RFC 9112 §9.3.1), which says nothing of it.
 */
export function isIdleClosed(error: unknown): boolean {
  if (!CLOSED.has(errorCode(error) ?? '') || !(error instanceof Error)) return false
  const socket: unknown = 'socket' in error ? error.socket : undefined
  if (typeof socket !== 'object' || socket === null || !('bytesRead' in socket)) return false
  return typeof socket.bytesRead === 'number' && socket.bytesRead > 0
}

function reasonOf(error: unknown): string {
  if (isCode(error, 'NO_ROOM')) return 'all connections to it were in use'
  if (isCrowded(error)) return 'its node has as many connections as it takes'
  switch (errorCode(error)) {
    case 'CONNECT_TIMEOUT':
      return 'it could not be connected to in time'
    case 'ECONNREFUSED':
      return 'nothing listens on its port'
    case 'ANSWER_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'it did not answer in time'
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it closed the connection without an answer'
    case 'NET_UNREACHABLE':
    case 'NET_TIMEOUT':
      return 'its node cannot be reached'
  }
  if (isCode(error, 'TUNNEL_REFUSED') || isCode(error, 'TUNNEL_TIMEOUT')) return error.message
  const text = messageOf(error)
  if (!(error instanceof Error) || error.name !== 'HTTPParserError') return `it failed: ${text}`
  // The parser is not made lenient, or two readers of one answer could differ (docs/adr/0032).
  const [, broken = text] = /\((.+)\)/.exec(text) ?? []
  const rule = /\b(CR|LF)\b/.test(broken) ? '; every line of a head ends with CR LF' : ''
  return `what it answered is not valid HTTP (${broken}${rule})`
}

export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
