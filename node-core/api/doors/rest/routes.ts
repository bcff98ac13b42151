/** The routes of a contract: one JSON document in, one out, or a stream of events. */
import { OpenAPIHandler } from '@orpc/openapi/node'
import type { AnyRouter } from '@orpc/server'
import { type Exchange, errorBody } from './answers.ts'

export interface RestRoutes {
  /** False when no operation has that route. The body was read before and is handed over. */
  answer(exchange: Exchange, body: unknown): Promise<boolean>
}

export function createRestRoutes(router: AnyRouter): RestRoutes {
  const rest = new OpenAPIHandler(router, {
    customErrorResponseBodyEncoder: errorBody,
    // These stream and have no route of their own, or one that the door serves itself.
    filter: ({ contract }) => contract['~orpc'].route.path !== undefined,
  })
  return {
    async answer({ request, response, url }, body) {
      // A body has no meaning there for some clients, so what it would say may stand in the query.
      const isBare = request.method === 'DELETE' && isRecord(body)
      const whole = isBare ? { ...Object.fromEntries(url.searchParams), ...body } : body
      // oRPC takes a body that was parsed before, as other frameworks leave it.
      const parsed = Object.assign(request, { body: whole })
      const { matched } = await rest.handle(parsed, response, { context: {} })
      return matched
    },
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
