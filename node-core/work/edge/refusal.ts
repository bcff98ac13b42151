/** Answers that the edge gives itself: a plain reason as text, or JSON for who asks for JSON. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Refusal {
  status: 400 | 401 | 403 | 404 | 429 | 502 | 503 | 504
  code:
    | 'VALIDATION_ERROR'
    | 'UNAUTHORIZED'
    | 'FORBIDDEN'
    | 'NOT_FOUND'
    | 'RATE_LIMITED'
    | 'UNAVAILABLE'
    | 'TIMED_OUT'
  reason: string
  headers?: Record<string, string>
}

export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { type, body } = bodyOf(refusal, request.headers.accept)
  response.writeHead(refusal.status, {
    'content-type': type,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(refusal.status === 503 ? { 'retry-after': '1' } : {}),
    ...refusal.headers,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

export function bodyOf(refusal: Refusal, accept = ''): { type: string; body: Buffer } {
  if (/\bapplication\/(\w+\+)?json\b/i.test(accept)) {
    const text = JSON.stringify({ error: refusal.reason, code: refusal.code })
    return { type: 'application/json; charset=utf-8', body: Buffer.from(text) }
  }
  return { type: 'text/plain; charset=utf-8', body: Buffer.from(`${refusal.reason}\n`) }
}
