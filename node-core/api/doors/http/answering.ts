import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../base/clock/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Metrics } from '../../../base/metrics/index.ts'
import { failure, toFailure } from '../../handlers/index.ts'
import { COMMON_HEADERS, type Exchange, sendFailure } from './answers.ts'
import { announcedLength, readJson, tooLarge } from './body.ts'
import { bearerOf, type Gate } from './gate.ts'
import { TRANSACTIONS_PATH } from './key-values.ts'
import { BODY_BYTES_MAX, KEY_BODY_BYTES_MAX, LINGER_MS, RPC_MESSAGE_BYTES_MAX } from './limits.ts'
import { findRawRoute, type RawRouteDeps } from './raw-routes.ts'
import { type Routes, RPC_PREFIX } from './rest.ts'
import { sendWindowFile } from './window-files.ts'

export interface AnsweringDeps {
  clock: Clock
  logger: Logger
  metrics: Metrics
  routes: Routes
  raw: RawRouteDeps
  windowFolder: string | undefined
}

/** Answers one request behind a gate. `goOn` asks a client that waits for leave to send its body. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  gate: Gate,
  goOn: () => void,
) => void

export function createAnswer(deps: AnsweringDeps): Answer {
  const requests = deps.metrics.counter('mycelium_api_requests_total', 'Requests answered.')
  return (request, response, gate, goOn) => {
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
    response.once('close', () => requests.add(1, { code: String(response.statusCode) }))
    const exchange = { request, response, url: urlOf(request), goOn }
    route(deps, exchange, gate).catch((error: unknown) => {
      sendFailure(response, toFailure(error, deps.logger))
      if (!request.complete) linger(request, deps.clock)
    })
  }
}

/** Host and Origin, size, token, then the contract: each only once the one before has passed. */
async function route(deps: AnsweringDeps, exchange: Exchange, gate: Gate): Promise<void> {
  const { request, url } = exchange
  const { windowFolder } = deps
  const refused = gate.refusesOrigin(request.headers)
  if (refused) throw failure('FORBIDDEN', refused)
  // Node leaves the body of an answer to HEAD out by itself.
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
  const raw = findRawRoute(method, url, deps.raw)
  const bodyBytesMax = raw?.bodyBytesMax ?? bodyBytesMaxOf(url.pathname)
  if (announcedLength(request) > bodyBytesMax) throw tooLarge(bodyBytesMax)
  // The window's own files are no secret; what they show comes with the token.
  if (!raw && windowFolder && (await sendWindowFile(exchange, windowFolder))) return
  const free = raw ? raw.open : isFree(method, url.pathname)
  if (!free && !gate.knows(bearerOf(request.headers.authorization))) {
    throw failure('UNAUTHORIZED', 'This needs the header “Authorization: Bearer <api-token>”.')
  }
  if (raw) return raw.answer(exchange)
  exchange.goOn()
  const body = method === 'GET' ? undefined : await readJson(request, bodyBytesMax)
  // A body has no meaning there for some clients, so what it would say may stand in the query.
  const whole = method === 'DELETE' && isRecord(body) ? { ...query(url), ...body } : body
  request.method = method
  if (await deps.routes.answer(exchange, whole)) return
  throw failure('NOT_FOUND', `There is no ${method} ${url.pathname}.`)
}

/** RPC carries the same on its socket and by itself; a transaction carries values. */
function bodyBytesMaxOf(pathname: string): number {
  if (pathname === TRANSACTIONS_PATH) return KEY_BODY_BYTES_MAX
  return pathname.startsWith(`${RPC_PREFIX}/`) ? RPC_MESSAGE_BYTES_MAX : BODY_BYTES_MAX
}

function query({ searchParams }: URL): Record<string, string> {
  return Object.fromEntries(searchParams)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The three health routes answer anyone on this machine. */
function isFree(method: string, pathname: string): boolean {
  return method === 'GET' && ['/health', '/livez', '/readyz'].includes(pathname)
}

/** Reads on for a moment, so that the sender gets our answer before the line is cut. */
function linger(request: IncomingMessage, clock: Clock): void {
  request.resume()
  const cancel = clock.timer(LINGER_MS, () => request.socket.destroy())
  request.once('close', cancel)
}

export function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://node')
  } catch {
    return new URL('/', 'http://node')
  }
}
