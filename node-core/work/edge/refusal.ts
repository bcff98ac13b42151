/** Answers that the edge gives itself: a plain reason as text, or JSON for who asks for JSON. */
import type { Arrival } from './arrival.ts'

export interface Refusal {
  status: 400 | 401 | 403 | 404 | 408 | 429 | 500 | 502 | 503 | 504
  code:
    | 'VALIDATION_ERROR'
    | 'UNAUTHORIZED'
    | 'FORBIDDEN'
    | 'NOT_FOUND'
    | 'NO_PORT'
    | 'RATE_LIMITED'
    | 'INTERNAL_ERROR'
    | 'UNAVAILABLE'
    | 'PAUSED'
    | 'TIMED_OUT'
  reason: string
  headers?: Record<string, string>
}

export function refuse(arrival: Arrival, refusal: Refusal): void {
  const { answer, headers, method } = arrival
  const { type, body } = bodyOf(refusal, headers.accept)
  const said = {
    'content-type': type,
    'content-length': String(body.byteLength),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(refusal.status === 503 ? { 'retry-after': '1' } : {}),
    ...refusal.headers,
  }
  arrival.begin(refusal.status, REASONS[refusal.status], Object.entries(said).flat())
  arrival.bodyBytes = method === 'HEAD' ? 0 : body.byteLength
  answer.end(method === 'HEAD' ? undefined : body)
}

export function bodyOf(refusal: Refusal, accept = ''): { type: string; body: Buffer } {
  if (/\bapplication\/(\w+\+)?json\b/i.test(accept)) {
    const text = JSON.stringify({ error: refusal.reason, code: refusal.code })
    return { type: 'application/json; charset=utf-8', body: Buffer.from(text) }
  }
  return { type: 'text/plain; charset=utf-8', body: Buffer.from(`${refusal.reason}\n`) }
}

/** RFC 9110 §15. */
export const REASONS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const satisfies Record<Refusal['status'], string>
