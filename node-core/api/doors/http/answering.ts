import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../base/clock/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Metrics } from '../../../base/metrics/index.ts'
import { failure, toFailure } from '../../handlers/index.ts'
import {
  announcedLength,
  bearerOf,
  COMMON_HEADERS,
  type Exchange,
  linger,
  readJson,
  restBodyBytesMax,
  sendFailure,
  tooLarge,
  urlOf,
} from '../rest/index.ts'
import type { Gate } from './gate.ts'
import { RPC_MESSAGE_BYTES_MAX } from './limits.ts'
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
  request.method = method
  if (await deps.routes.answer(exchange, body)) return
  throw failure('NOT_FOUND', `There is no ${method} ${url.pathname}.`)
}

/** RPC carries the same on its socket and by itself. */
function bodyBytesMaxOf(pathname: string): number {
  return pathname.startsWith(`${RPC_PREFIX}/`) ? RPC_MESSAGE_BYTES_MAX : restBodyBytesMax(pathname)
}

/** The three health routes answer anyone on this machine. */
function isFree(method: string, pathname: string): boolean {
  return method === 'GET' && ['/health', '/livez', '/readyz'].includes(pathname)
}
