/** Answers that the door gives itself, in the contract's form. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  url: URL
  /** Tells a client that waits for leave to send its body (`Expect: 100-continue`) to go on. */
  goOn(): void
}

/** For every answer: nothing here is to be kept, framed, or guessed at. */
export const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body))
}

export function sendText(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string | Uint8Array,
): void {
  // With its length known, headers and body leave in one piece; else they would leave in five.
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength
  response.writeHead(status, { 'content-type': contentType, 'content-length': length })
  response.end(text)
}

export interface Failure {
  status: number
  code: string
  message: string
  data: unknown
}

export function sendFailure(response: ServerResponse, error: Failure): void {
  // A stream that has begun can only be cut: its reader must not take what came for the whole.
  if (response.headersSent) response.destroy()
  else sendJson(response, error.status, errorBody(error))
}

export function errorBody(error: Omit<Failure, 'status'>) {
  return {
    error: error.message,
    code: error.code,
    ...(error.data !== undefined && { details: error.data }),
  }
}
