/** One request at an instance's door: token, rate, size, then the contract. Nothing else is here. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRouterClient } from '@orpc/server'
import type { Clock } from '../../../base/clock/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { failure, type InstanceOperations, toFailure } from '../../handlers/index.ts'
import {
  announcedLength,
  bearerOf,
  COMMON_HEADERS,
  createRestRoutes,
  createTokenCheck,
  type Exchange,
  findKeyRoute,
  linger,
  readJson,
  restBodyBytesMax,
  sendFailure,
  tooLarge,
  urlOf,
} from '../rest/index.ts'
import { createAllowance } from './allowance.ts'
import {
  REQUESTS_BURST,
  REQUESTS_MAX,
  REQUESTS_PER_SECOND,
  STRANGERS_PER_SECOND,
} from './limits.ts'

export interface AnsweringDeps {
  operations: InstanceOperations
  token: string
  clock: Clock
  logger: Logger
}

export type Answer = (request: IncomingMessage, response: ServerResponse, goOn: () => void) => void

export function createAnswer({ operations, token, clock, logger }: AnsweringDeps): Answer {
  const { router, keys } = operations
  const routes = createRestRoutes(router)
  const client = createRouterClient(router, { context: {} })
  const knows = createTokenCheck(token)
  const nowMs = clock.monotonicMs()
  const known = createAllowance(REQUESTS_PER_SECOND, REQUESTS_BURST, nowMs)
  const strangers = createAllowance(STRANGERS_PER_SECOND, STRANGERS_PER_SECOND, nowMs)
  let open = 0

  function admit({ request }: Exchange): void {
    const bearer = bearerOf(request.headers.authorization)
    if (!knows(bearer)) {
      // Whoever guesses gets no further than this, and not often.
      if (!strangers.take(clock.monotonicMs())) request.socket.destroy()
      throw failure(
        'UNAUTHORIZED',
        'This needs the header “Authorization: Bearer $MYCELIUM_TOKEN”.',
      )
    }
    if (!known.take(clock.monotonicMs()) || open > REQUESTS_MAX) {
      throw failure('RATE_LIMITED', 'This instance asks too much at once. Wait a moment.')
    }
  }

  async function route(exchange: Exchange): Promise<void> {
    const { request, url } = exchange
    admit(exchange)
    const method = request.method ?? 'GET'
    const ofKey = findKeyRoute(method, url.pathname, url.search)
    const bodyBytesMax = ofKey?.bodyBytesMax ?? restBodyBytesMax(url.pathname)
    if (announcedLength(request) > bodyBytesMax) throw tooLarge(bodyBytesMax)
    if (ofKey) return ofKey.answer(exchange, { client, keys })
    exchange.goOn()
    const body = method === 'GET' ? undefined : await readJson(request, bodyBytesMax)
    if (await routes.answer(exchange, body)) return
    throw failure('NOT_FOUND', `There is no ${method} ${url.pathname} here.`)
  }

  return (request, response, goOn) => {
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
    open++
    response.once('close', () => open--)
    route({ request, response, url: urlOf(request), goOn }).catch((error: unknown) => {
      sendFailure(response, toFailure(error, logger))
      if (!request.complete) linger(request, clock)
    })
  }
}
