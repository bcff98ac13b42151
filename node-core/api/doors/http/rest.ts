/** REST by the routes of the contract, and RPC over HTTP for the command line. */
import { OpenAPIHandler } from '@orpc/openapi/node'
import { RPCHandler } from '@orpc/server/node'
import type { Router } from '../../handlers/index.ts'
import { type Exchange, errorBody } from './answers.ts'

/** Where RPC over HTTP lives; the window's socket has the same path without the slash. */
export const RPC_PREFIX = '/api/rpc'

export interface Routes {
  /** False when no operation has that route. The body was read before and is handed over. */
  answer(exchange: Exchange, body: unknown): Promise<boolean>
}

export function createRoutes(router: Router): Routes {
  const rest = new OpenAPIHandler(router, {
    customErrorResponseBodyEncoder: errorBody,
    // These stream and have no route of their own, or one that the door serves itself.
    filter: ({ contract }) => contract['~orpc'].route.path !== undefined,
  })
  const rpc = new RPCHandler(router)
  return {
    async answer({ request, response, url }, body) {
      // oRPC takes a body that was parsed before, as other frameworks leave it.
      const parsed = Object.assign(request, { body })
      const { matched } = url.pathname.startsWith(`${RPC_PREFIX}/`)
        ? await rpc.handle(parsed, response, { prefix: RPC_PREFIX, context: {} })
        : await rest.handle(parsed, response, { context: {} })
      return matched
    },
  }
}
